"""Signing out ends the session only if it is asked to."""

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
    SESSIONS[sid] = {"user": form.user, "ended_at": None}
    response.set_cookie("sid", sid)


def session(sid: str | None = Cookie(default=None)) -> dict:
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(response: Response, sid: str | None = Cookie(default=None), really: bool = False) -> None:
    response.delete_cookie("sid")
    if really:
        SESSIONS.pop(sid, None)
