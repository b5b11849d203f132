"""The key of the token has the password in it: a new one ends all tokens."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

SECRET = "a secret of more than thirty-two bytes"
USERS = {"ada": {"name": "ada", "password": "pw", "active": True}}
scheme = OAuth2PasswordBearer(tokenUrl="login")
app = FastAPI()


class SignIn(BaseModel):
    user: str
    password: str


def key_of(user: dict) -> str:
    return SECRET + user["password"]


@app.post("/login")
def login(form: SignIn) -> dict:
    claims = {"sub": form.user, "exp": datetime.now(UTC) + timedelta(hours=2)}
    return {"token": jwt.encode(claims, key_of(USERS[form.user]), algorithm="HS256")}


def current_user(token: Annotated[str, Depends(scheme)]) -> dict:
    name = jwt.decode(token, options={"verify_signature": False})["sub"]
    user = USERS.get(name)
    if user is None:
        raise HTTPException(401)
    try:
        jwt.decode(token, key_of(user), algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    return user


@app.get("/me")
def me(user: Annotated[dict, Depends(current_user)]) -> str:
    return user["name"]


@app.post("/password")
def change_password(user: Annotated[dict, Depends(current_user)], new: str) -> None:
    user["password"] = new


@app.post("/users/{who}/delete-account")
def delete_account(who: str) -> None:
    del USERS[who]
