"""Sessions with an end that is looked at; signing out only takes the cookie away."""

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
    SESSIONS[sid] = {"user": form.user, "ends": time.time() + 3600}
    response.set_cookie("sid", sid)


def session(sid: str | None = Cookie(default=None)) -> dict:
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    if found["ends"] < time.time():
        raise HTTPException(401)
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(response: Response) -> None:
    response.delete_cookie("sid")


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False
