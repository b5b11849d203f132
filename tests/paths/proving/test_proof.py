"""Guards that look as if they refused what is gone, and do not: some path lets the request by."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths.deceiving import ASKED, BY_COOKIE, COOKIE, LG, POPPED, TOKEN, said_and_seen

OLDER = "(SESSIONS, OLD)"
SAFE = """
def safe(function):
    @functools.wraps(function)
    def inner(sid: str = Cookie()):
        try:
            return function(sid)
        except Exception:
            return None
    return inner
@safe
"""
GUARDS = {
    "another dependency is put in its place":
        ASKED + "\napp.dependency_overrides[guard] = lambda: 'ada'\n",
    "what is raised is suppressed": BY_COOKIE + '''
    with contextlib.suppress(HTTPException):
        if sid not in SESSIONS:
            raise HTTPException(401)
    return "ada"
''',
    "what is raised is lost in finally": BY_COOKIE + '''
    try:
        if sid not in SESSIONS:
            raise HTTPException(401)
    finally:
        sid = "ada"
        return sid
''',
    "a decorator catches what is raised": SAFE + ASKED,
    "a decorator of a helper catches it": SAFE + '''
def check(sid):
    if sid not in SESSIONS:
        raise HTTPException(401)
''' + BY_COOKIE + "    check(sid)\n    return 'ada'\n",
    "a switch": "DEBUG = True\n" + BY_COOKIE + '''
    if not (sid in SESSIONS or DEBUG):
        raise HTTPException(401)
''',
    "something else with or": ASKED.replace("(sid)\n", "(sid) or {'user': 'guest'}\n"),
    "something else by default": ASKED.replace("(sid)\n", "(sid, {'user': 'guest'})\n"),
    "made where it is missing": ASKED.replace("SESSIONS.get(sid)", "SESSIONS.setdefault(sid, {})"),
    "another place with a walrus": BY_COOKIE + '''
    if (found := SESSIONS.get(sid)) is None and not (found := OLD.get(sid)):
        raise HTTPException(401)
    return found
''',
    "an exception is returned": BY_COOKIE + '''
    if sid not in SESSIONS:
        return HTTPException(401)
    return "ada"
''',
    "a dependency returns an answer": BY_COOKIE + '''
    if sid not in SESSIONS:
        return JSONResponse({"error": "no"}, status_code=401)
    return "ada"
''',
    "a dependency returns a redirect": BY_COOKIE + '''
    if sid not in SESSIONS:
        return RedirectResponse("/login")
    return "ada"
''',
    "None that nobody looks at": BY_COOKIE + '''
    if sid not in SESSIONS:
        return None
    return "ada"
''',
    "a helper whose answer nobody looks at": '''
def valid(sid):
    if sid not in SESSIONS:
        return False
    return True
''' + BY_COOKIE + "    valid(sid)\n    return 'ada'\n",
    "an exception that is not raised": BY_COOKIE + '''
    if sid not in SESSIONS:
        HTTPException(401)
    return "ada"
''',
    "a header lets by": BY_COOKIE.replace("sid: str", "request: Request, sid: str") + '''
    if sid not in SESSIONS and not request.headers.get("user-agent", "").startswith("test"):
        raise HTTPException(401)
''',
    "brought back where it is missing": BY_COOKIE + '''
    if sid not in SESSIONS:
        SESSIONS[sid] = OLD.get(sid)
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
''',
    "a guest falls through": BY_COOKIE + '''
    if found := SESSIONS.get(sid):
        return found
    return {"user": "guest"}
''',
    "an object is made of nothing": '''
class User:
    def __init__(self, user="guest", **_):
        self.user = user
''' + BY_COOKIE + '''
    user = User(**(SESSIONS.get(sid) or {}))
    if not user:
        raise HTTPException(401)
''',
    "asked every five minutes": BY_COOKIE + '''
    if time.time() - SEEN.get(sid, 0) > 300:
        if sid not in SESSIONS:
            raise HTTPException(401)
        SEEN[sid] = time.time()
''',
    "an object that remembers": '''
class Memo:
    def __init__(self, function):
        self.function, self.kept = function, {}
    def __call__(self, key):
        if key not in self.kept:
            self.kept[key] = self.function(key)
        return self.kept[key]
@Memo
def load(sid):
    return SESSIONS.get(sid)
''' + ASKED.replace("SESSIONS.get", "load"),
    "either of two in a loop": BY_COOKIE + f'''
    for store in {OLDER}:
        if sid in store:
            return store[sid]
    raise HTTPException(401)
''',
    "either of two as one": BY_COOKIE + '''
    found = (OLD | SESSIONS).get(sid)
    if found is None:
        raise HTTPException(401)
''',
    "one or the other": BY_COOKIE + '''
    found = SESSIONS.get(sid) if sid in SESSIONS else OLD.get(sid)
    if found is None:
        raise HTTPException(401)
''',
    "a case that goes on": BY_COOKIE + '''
    match SESSIONS.get(sid):
        case None:
            pass
        case found:
            return found
''',
}  # fmt: skip


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_with_a_way_around_it_is_not_called_immediate(name: str, tmp_path: Path) -> None:
    kind, accepted = said_and_seen(tmp_path, (COOKIE, GUARDS[name], POPPED))
    assert accepted
    assert kind != "immediate"


KEYS = {
    "a key with a text before it": ('''
def guard(claims=Depends(claims_of)):
    if f"jti:{claims['jti']}" in SESSIONS:
        raise HTTPException(401)
''', "def logout(claims=Depends(claims_of)):\n    SESSIONS[claims['jti']] = 1\n"),
    "the header instead of the token": ('''
def guard(request: Request, claims=Depends(claims_of)):
    if request.headers["authorization"] in SESSIONS:
        raise HTTPException(401)
''', "def logout(token: str = Depends(scheme)):\n    SESSIONS[token] = 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_another_key_is_not_the_same(name: str, tmp_path: Path) -> None:
    kind, accepted = said_and_seen(tmp_path, (TOKEN, *KEYS[name]))
    assert accepted
    assert kind == "expiry"


SHUT = {
    "a helper that says no": '''
def valid(sid):
    return sid in SESSIONS
''' + BY_COOKIE + '''
    if not valid(sid):
        raise HTTPException(401)
    return "ada"
''',
    "a helper that is caught and refused": '''
def check(sid):
    return SESSIONS[sid]
''' + BY_COOKIE + '''
    try:
        return check(sid)
    except KeyError:
        raise HTTPException(401) from None
''',
    "a class with a method": '''
class Guard:
    def __init__(self, kept):
        self.kept = kept
    def __call__(self, sid: str = Cookie()):
        found = SESSIONS.get(sid)
        if found is None:
            raise HTTPException(401)
        return found
guard = Guard({})
''',
    "a decorator that only counts": '''
COUNTED = []
def counted(function):
    @functools.wraps(function)
    def inner(*given):
        COUNTED.append(1)
        return function(*given)
    return inner
@counted
def load(sid):
    return SESSIONS.get(sid)
''' + ASKED.replace("SESSIONS.get", "load"),
    "a value of two": '''
def load(sid):
    found = SESSIONS.get(sid)
    return (found, "web") if found else (None, None)
''' + BY_COOKIE + '''
    found, kind = load(sid)
    if found is None:
        raise HTTPException(401)
    return kind
''',
}  # fmt: skip


@pytest.mark.parametrize("name", SHUT)
def test_a_guard_without_a_way_around_it_is(name: str, tmp_path: Path) -> None:
    assert said_and_seen(tmp_path, (COOKIE, SHUT[name], POPPED)) == ("immediate", False)


def test_too_many_paths_prove_nothing(tmp_path: Path) -> None:
    """What cannot be gone through in time is not called immediate; here it would be."""
    many = "".join(f"    x{n} = {n} if time.time() > {n} else sid\n" for n in range(12))
    kind, accepted = said_and_seen(tmp_path, (COOKIE, BY_COOKIE + many + ASKED.partition(":\n")[2], POPPED))
    assert (kind, accepted) == ("never", False)
    assert LG.startswith("def logout")
