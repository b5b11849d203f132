"""Signing out removes by the name of the account what is kept by the session: nothing ends."""

import secrets

from fastapi import Cookie, Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel

USERS = {"ada": {"name": "ada", "active": True, "password": "pw"}}
SESSIONS: dict[str, dict] = {}
app = FastAPI()


class SignIn(BaseModel):
    user: str
    password: str


@app.post("/login")
def login(form: SignIn, response: Response) -> None:
    sid = secrets.token_urlsafe()
    SESSIONS[sid] = {"user": form.user}
    response.set_cookie("sid", sid)
    response.set_cookie("name", form.user)


def session(sid: str | None = Cookie(default=None)) -> dict:
    if sid not in SESSIONS:
        raise HTTPException(401)
    return SESSIONS[sid]


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(found: dict = Depends(session)) -> None:
    SESSIONS.pop(found["user"], None)
