"""Kept by its digest, removed by itself: nothing is removed."""

import hashlib
import secrets

from fastapi import Cookie, Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel

app = FastAPI()
SESSIONS: dict[str, dict] = {}


class SignIn(BaseModel):
    user: str
    password: str


@app.post("/login")
def login(form: SignIn, response: Response) -> None:
    sid = secrets.token_urlsafe()
    SESSIONS[digest(sid)] = {"user": form.user, "ended_at": None}
    response.set_cookie("sid", sid)


def digest(sid: str) -> str:
    return hashlib.sha256(sid.encode()).hexdigest()


def session(sid: str | None = Cookie(default=None)) -> dict:
    found = SESSIONS.get(digest(sid or ""))
    if found is None:
        raise HTTPException(401)
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(sid: str | None = Cookie(default=None)) -> None:
    SESSIONS.pop(sid, None)
