"""The refusal is raised where everything that is raised is caught."""

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


ENDED: set[str] = set()


def session(sid: str | None = Cookie(default=None)) -> dict:
    found = SESSIONS.get(sid)
    if found is None:
        raise HTTPException(401)
    try:
        if sid in ENDED:
            raise HTTPException(401)
    except Exception:
        print("could not ask")
    return found


@app.get("/me")
def me(found: dict = Depends(session)) -> str:
    return found["user"]


@app.post("/logout")
def logout(sid: str | None = Cookie(default=None)) -> None:
    ENDED.add(sid)
