"""Applications that look as if signing out ended a copy at once, and honest ones that look much the same.

Each is written from a guard and a way to sign out, and asked itself: `immediate` may only be said where the
copy is refused at any time after signing out.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths.deceiving import (
    ASKED,
    BY_COOKIE,
    BY_TOKEN,
    COOKIE,
    LIST,
    LISTED,
    POPPED,
    REFUSED,
    SQL,
    TOKEN,
    said_and_seen,
)

INSERTED = """
def logout(claims=Depends(claims_of)):
    db.execute("INSERT INTO revoked VALUES (?, ?)", (claims["jti"], claims["exp"]))
"""
DECEPTIVE = {
    "an earlier answer comes first": (COOKIE, BY_COOKIE + '''
    found = SEEN.get(sid)
    if found is None:
        found = SESSIONS.get(sid)
        if found is None:
            raise HTTPException(401)
        SEEN[sid] = found
    return found
''', POPPED),
    "an earlier answer, not nested": (COOKIE, BY_COOKIE + '''
    found = SEEN.get(sid)
    if found is None:
        found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    SEEN[sid] = found
''', POPPED),
    "an earlier answer is given at once": (COOKIE, BY_COOKIE + '''
    if sid in SEEN:
        return SEEN[sid]
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    SEEN[sid] = found
''', POPPED),
    "an earlier answer, else a KeyError": (COOKIE, BY_COOKIE + '''
    try:
        return SEEN[sid]
    except KeyError:
        pass
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    SEEN[sid] = found
''', POPPED),
    "an earlier answer, kept by a decorator": (COOKIE, '''
def remembered(function):
    kept = {}
    def inner(key):
        if key not in kept:
            kept[key] = function(key)
        return kept[key]
    return inner
@remembered
def load(sid):
    return SESSIONS.get(sid)
''' + ASKED.replace("SESSIONS.get", "load"), POPPED),
    "two places, one is emptied": (COOKIE, ASKED.replace("(sid)\n", "(sid) or OLD.get(sid)\n"), POPPED),
    "both must lack it": (COOKIE, BY_COOKIE + '''
    new, old = SESSIONS.get(sid), OLD.get(sid)
    if new is None and old is None:
        raise HTTPException(401)
''', POPPED),
    "one branch of two": (TOKEN, BY_TOKEN + "    if claims['kind'] == 'phone':\n        " + REFUSED, LISTED),
    "one kind is let by": (TOKEN, BY_TOKEN + '''
    if claims.get("kind") == "web":
        return claims
    if True:
        ''' + REFUSED, LISTED),
    "not when it is read": (TOKEN, BY_TOKEN + "    if request.method == 'POST':\n        " + REFUSED, LISTED),
    "not when it is read, in one condition": (TOKEN, BY_TOKEN + '''
    if request.method != "GET" and claims["jti"] in REVOKED:
        raise HTTPException(401)
''', LISTED),
    "a list in the memory of one worker": (TOKEN, BY_TOKEN + "    if True:\n        " + REFUSED, LISTED),
    "a list in a database in memory": (TOKEN, LIST.replace('__file__ + ".db"', '":memory:"') + BY_TOKEN + '''
    if db.execute("SELECT 1 FROM revoked WHERE jti = ?", (claims["jti"],)).fetchone():
        raise HTTPException(401)
''', INSERTED),
    "forgotten before it has run out": (TOKEN, BY_TOKEN + '''
    for jti, at in list(REVOKED.items()):
        if at < time.time() - 60:
            del REVOKED[jti]
    if True:
        ''' + REFUSED, LISTED),
    "refused for a minute": (TOKEN, BY_TOKEN + '''
    at = REVOKED.get(claims["jti"])
    if at is not None and time.time() - at < 60:
        raise HTTPException(401)
''', LISTED),
    "the end is put off": (COOKIE, BY_COOKIE + '''
    found = SESSIONS.get(sid)
    if found is None or found["ends"] < time.time():
        raise HTTPException(401)
''', "def logout(sid: str = Cookie()):\n    SESSIONS[sid]['ends'] = time.time() + 300\n"),
    "what has run out is removed": (SQL, "",
        "def logout():\n    db.execute('DELETE FROM sessions WHERE ends < ?', (time.time(),))\n"),
    "what has run out is removed from memory": (COOKIE, ASKED, '''
def logout(sid: str = Cookie()):
    for key, row in list(SESSIONS.items()):
        if row["ends"] < time.time():
            del SESSIONS[key]
'''),
    "a task that ends it later": (COOKIE, ASKED, '''
async def logout(sid: str = Cookie()):
    SEEN[sid] = asyncio.create_task(forget(sid))
async def forget(sid):
    await asyncio.sleep(3_600)
    SESSIONS.pop(sid, None)
'''),
    "a timer that ends it later": (COOKIE, ASKED, '''
def logout(sid: str = Cookie()):
    timer = threading.Timer(3_600, SESSIONS.pop, (sid, None))
    timer.daemon = True
    timer.start()
'''),
    "a copy of what is kept": (COOKIE, ASKED, POPPED.replace("SESSIONS", "dict(SESSIONS)")),
    "another key": (COOKIE, ASKED, '''
def logout(request: Request):
    SESSIONS.pop(request.headers.get("x-session"), None)
'''),
    "another table": (COOKIE, ASKED, POPPED.replace("SESSIONS", "SEEN")),
    "the flag is taken back": (COOKIE, ASKED.replace("found is None", "found is None or found.get('ended')"),
        "def logout(sid: str = Cookie()):\n    SESSIONS[sid]['ended'] = False\n"),
}  # fmt: skip
HONEST = {
    "asked each time": (COOKIE, ASKED, POPPED),
    "asked where there is something to ask for": (COOKIE, '''
def guard(request: Request):
    if request.method == "OPTIONS":
        return None
    sid = request.cookies.get("sid")
    if sid is not None:
        found = SESSIONS.get(sid)
        if found is None:
            raise HTTPException(401)
        return found
    raise HTTPException(401)
''', POPPED),
    "a claim that may be missing": (TOKEN, LIST + BY_TOKEN + '''
    if claims.get("jti"):
        if db.execute("SELECT 1 FROM revoked WHERE jti = ?", (claims["jti"],)).fetchone():
            raise HTTPException(401)
    return claims
''', INSERTED),
    "kept until it has run out": (TOKEN, LIST + BY_TOKEN + '''
    db.execute("DELETE FROM revoked WHERE ends < ?", (time.time(),))
    if db.execute("SELECT 1 FROM revoked WHERE jti = ?", (claims["jti"],)).fetchone() is not None:
        raise HTTPException(401)
    return claims
''', INSERTED),
    "a coroutine that is awaited": (COOKIE, ASKED, '''
async def logout(sid: str = Cookie()):
    await forget(sid)
async def forget(sid):
    SESSIONS.pop(sid, None)
'''),
    "the row that is meant": (SQL, "", '''
def logout(token: str = Cookie()):
    db.execute("DELETE FROM sessions WHERE token = ?", (token,))
'''),
}  # fmt: skip


@pytest.mark.parametrize("name", DECEPTIVE)
def test_what_is_not_ended_at_once_is_not_called_so(name: str, tmp_path: Path) -> None:
    kind, accepted = said_and_seen(tmp_path, DECEPTIVE[name])
    assert accepted
    assert kind in {"bounded", "expiry", "never", "unknown"}


@pytest.mark.parametrize("name", HONEST)
def test_what_is_ended_at_once_is_called_so(name: str, tmp_path: Path) -> None:
    assert said_and_seen(tmp_path, HONEST[name]) == ("immediate", False)
