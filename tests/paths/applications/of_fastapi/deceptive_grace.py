"""A session that was ended is good for another minute."""

import secrets
import time

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


GRACE = 60


def session(sid: str | None = Cookie(default=None)) -> dict:
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    if found["ended_at"] is not None and found["ended_at"] + GRACE < time.time():
        raise HTTPException(401)
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(found: dict = Depends(session)) -> None:
    found["ended_at"] = time.time()
