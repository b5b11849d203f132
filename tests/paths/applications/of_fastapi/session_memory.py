"""Sessions in memory: signing out and disabling remove them, a new password does not."""

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


def session(sid: str | None = Cookie(default=None)) -> dict:
    found = SESSIONS.get(sid)
    if not found:
        raise HTTPException(401)
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(sid: str | None = Cookie(default=None)) -> None:
    SESSIONS.pop(sid, None)


@app.post("/disable/{who}")
def disable(who: str) -> None:
    for sid in [sid for sid, found in SESSIONS.items() if found["user"] == who]:
        del SESSIONS[sid]


@app.post("/password")
def change_password(new: str, found: dict = Depends(session)) -> None:
    USERS[found["user"]]["password"] = new
