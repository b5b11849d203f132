"""A signed token in a cookie; signing out only takes the cookie away."""

import time

import jwt
from fastapi import Cookie, Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel

SECRET = "a secret of more than thirty-two bytes"
LIFETIME = 15 * 60
USERS = {"ada": {"name": "ada", "active": True}}
app = FastAPI()


class SignIn(BaseModel):
    user: str
    password: str


@app.post("/login")
def login(form: SignIn, response: Response) -> None:
    token = jwt.encode({"sub": form.user, "exp": int(time.time()) + LIFETIME}, SECRET, algorithm="HS256")
    response.set_cookie("access", token, httponly=True)


def current_user(access: str | None = Cookie(default=None)) -> dict:
    if access is None:
        raise HTTPException(401)
    try:
        name = jwt.decode(access, SECRET, algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    user = USERS.get(name)
    if user and user["active"]:
        return user
    raise HTTPException(401)


@app.get("/me")
def me(user: dict = Depends(current_user)) -> str:
    return user["name"]


@app.post("/logout")
def logout(response: Response) -> None:
    response.delete_cookie("access")


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False
