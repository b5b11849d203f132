"""An end is kept beside the session, and nobody reads it."""

import secrets
import time

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
    SESSIONS[sid] = {"user": form.user, "expires_at": time.time() + 60}
    response.set_cookie("sid", sid)


def session(sid: str | None = Cookie(default=None)) -> dict:
    try:
        found = SESSIONS[sid]
    except KeyError:
        raise HTTPException(401) from None
    if not USERS[found["user"]]["active"]:
        raise HTTPException(403)
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False
