"""Name and password with each request."""

import hmac
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

USERS = {"ada": {"name": "ada", "password": "pw", "active": True}}
app = FastAPI()
basic = HTTPBasic()


def current_user(given: Annotated[HTTPBasicCredentials, Depends(basic)]) -> dict:
    user = USERS.get(given.username)
    if user is None or not hmac.compare_digest(user["password"], given.password):
        raise HTTPException(401)
    if not user["active"]:
        raise HTTPException(403)
    return user


@app.post("/login")
def login() -> dict:
    return {"basic": ["ada", "pw"]}


@app.get("/me")
def me(user: Annotated[dict, Depends(current_user)]) -> str:
    return user["name"]


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False


@app.post("/password")
def change_password(user: Annotated[dict, Depends(current_user)], new: str) -> None:
    user["password"] = new
