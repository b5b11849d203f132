"""Applications made of a guard and a way to sign out, what the map says of them, and what they do."""

from __future__ import annotations

from pathlib import Path

from tests.paths.measuring import accepted_after

from rescind.paths.map import draw

Parts = tuple[str, str, str]
"""How one signs in, the guard, and how one signs out."""
TIMES = (0, 1, 120, 1_800, 3_500)
HEAD = """
import asyncio, collections, contextlib, functools, json, secrets, sqlite3, threading, time
from datetime import UTC, datetime, timedelta
import jwt
from fastapi import BackgroundTasks, Cookie, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
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
LIST = """
db = sqlite3.connect(__file__ + ".db", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS revoked (jti TEXT PRIMARY KEY, ends REAL)")
"""
"""A list of revoked tokens that each worker reads."""
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
LG = "def logout(sid: str = Cookie()):\n"
POPPED = "def logout(sid: str = Cookie()):\n    SESSIONS.pop(sid, None)\n"
LISTED = "def logout(claims=Depends(claims_of)):\n    REVOKED[claims['jti']] = time.time()\n"
REFUSED = "if claims['jti'] in REVOKED:\n            raise HTTPException(401)\n    return claims\n"


def said_and_seen(folder: Path, parts: Parts) -> tuple[str, bool]:
    """What the map says of signing out, and whether a copy is accepted at some time afterwards."""
    made, guard, ended = parts
    file = folder / "shop.py"
    file.write_text(HEAD + made + guard + ME + ended)
    drawn = draw("shop.py", folder)
    (route,) = [each for each in drawn.routes if each.path == "/me"]
    seen = any(accepted_after(file, seconds, "on_revoke") for seconds in TIMES)
    return route.worst_revocation.kind, seen
