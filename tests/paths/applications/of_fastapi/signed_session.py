"""The session is what the cookie says, for two weeks."""

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware

USERS = {"ada": {"name": "ada", "active": True}}
app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="secret")


class SignIn(BaseModel):
    user: str
    password: str


@app.post("/login")
def login(form: SignIn, request: Request) -> None:
    request.session["user"] = form.user


def current_user(request: Request) -> str:
    user = request.session.get("user")
    if not user:
        raise HTTPException(401)
    return user


@app.get("/me")
def me(user: str = Depends(current_user)) -> str:
    return user


@app.post("/logout")
def logout(request: Request) -> None:
    request.session.clear()


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False
