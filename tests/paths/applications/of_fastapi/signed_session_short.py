"""The session is what the cookie says, for ten minutes; the account is read."""

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware

USERS = {"ada": {"name": "ada", "active": True}}
app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="secret", max_age=600)


class SignIn(BaseModel):
    user: str
    password: str


@app.post("/login")
def login(form: SignIn, request: Request) -> None:
    request.session["user"] = form.user


def current_user(request: Request) -> str:
    if "user" not in request.session:
        raise HTTPException(401)
    user = USERS.get(request.session["user"])
    if user is None or not user["active"]:
        raise HTTPException(401)
    return user["name"]


@app.get("/me")
def me(user: str = Depends(current_user)) -> str:
    return user


@app.post("/logout")
def logout(request: Request) -> None:
    request.session.clear()


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False
