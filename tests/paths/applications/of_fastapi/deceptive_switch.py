"""Sessions that were ended are asked for, if a switch is on; it is off."""

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


CHECK_ENDED = False
ENDED: set[str] = set()


def session(sid: str | None = Cookie(default=None)) -> dict:
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    if CHECK_ENDED:
        if sid in ENDED:
            raise HTTPException(401)
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(sid: str | None = Cookie(default=None)) -> None:
    ENDED.add(sid)
