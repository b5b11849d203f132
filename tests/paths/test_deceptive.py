"""Applications that look as if signing out ended a copy at once, and honest ones that look much the same.

Each is written from a guard and a way to sign out, and asked itself: `immediate` may only be said where the
copy is refused at any time after signing out.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths.measuring import accepted_after

from rescind.paths.map import draw

TIMES = (0, 1, 120, 1_800, 3_500)
HEAD = """
import asyncio, functools, secrets, sqlite3, threading, time
from datetime import UTC, datetime, timedelta
import jwt
from fastapi import Cookie, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordBearer
app = FastAPI()
SESSIONS, OLD, SEEN, REVOKED = {}, {}, {}, {}
SECRET = "a secret of more than thirty-two bytes"
scheme = OAuth2PasswordBearer(tokenUrl="login", auto_error=True)
"""
COOKIE = """
@app.post("/login")
def login(response: Response):
    sid = secrets.token_urlsafe()
    SESSIONS[sid] = {"user": "ada", "ends": time.time() + 86_400, "kind": "web"}
    OLD[sid] = SESSIONS[sid]
    response.set_cookie("sid", sid)
"""
TOKEN = """
@app.post("/login")
def login():
    now = datetime.now(UTC)
    claims = {"sub": "ada", "jti": now.isoformat(), "kind": "web", "exp": now + timedelta(minutes=60)}
    return {"token": jwt.encode(claims, SECRET, algorithm="HS256")}
def claims_of(token: str = Depends(scheme)):
    try:
        return jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
"""
SQL = """
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("CREATE TABLE sessions (token TEXT PRIMARY KEY, ends REAL)")
@app.post("/login")
def login(response: Response):
    token = secrets.token_urlsafe()
    db.execute("INSERT INTO sessions VALUES (?, ?)", (token, time.time() + 86_400))
    response.set_cookie("token", token)
def guard(token: str = Cookie()):
    row = db.execute("SELECT ends FROM sessions WHERE token = ?", (token,)).fetchone()
    if row is None:
        raise HTTPException(401)
    return row
"""
ME = """
@app.get("/me")
def me(found=Depends(guard)):
    return "ada"
@app.post("/logout")
"""
BY_COOKIE = "def guard(sid: str = Cookie()):\n"
BY_TOKEN = "def guard(request: Request, claims=Depends(claims_of)):\n"
ASKED = (
    BY_COOKIE
    + """
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    return found
"""
)
POPPED = "def logout(sid: str = Cookie()):\n    SESSIONS.pop(sid, None)\n"
LISTED = "def logout(claims=Depends(claims_of)):\n    REVOKED[claims['jti']] = time.time()\n"
LISTED_WITH_END = "def logout(claims=Depends(claims_of)):\n    REVOKED[claims['jti']] = claims['exp']\n"
REFUSED = "if claims['jti'] in REVOKED:\n            raise HTTPException(401)\n    return claims\n"

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
    "a claim that may be missing":
        (TOKEN, BY_TOKEN + "    if claims.get('jti'):\n        " + REFUSED, LISTED),
    "kept until it has run out": (TOKEN, BY_TOKEN + '''
    for jti, ends in list(REVOKED.items()):
        if ends < time.time():
            del REVOKED[jti]
    if True:
        ''' + REFUSED, LISTED_WITH_END),
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


def said_and_seen(folder: Path, parts: tuple[str, str, str]) -> tuple[str, bool]:
    """What the map says of signing out, and whether a copy is accepted at some time afterwards."""
    made, guard, ended = parts
    file = folder / "shop.py"
    file.write_text(HEAD + made + guard + ME + ended)
    drawn = draw("shop.py", folder)
    (route,) = [each for each in drawn.routes if each.path == "/me"]
    assert route.protected is True
    seen = any(accepted_after(file, seconds, "on_revoke") for seconds in TIMES)
    return route.worst_revocation.kind, seen


@pytest.mark.parametrize("name", DECEPTIVE)
def test_what_is_not_ended_at_once_is_not_called_so(name: str, tmp_path: Path) -> None:
    kind, accepted = said_and_seen(tmp_path, DECEPTIVE[name])
    assert accepted
    assert kind in {"bounded", "expiry", "never", "unknown"}


@pytest.mark.parametrize("name", HONEST)
def test_what_is_ended_at_once_is_called_so(name: str, tmp_path: Path) -> None:
    assert said_and_seen(tmp_path, HONEST[name]) == ("immediate", False)
