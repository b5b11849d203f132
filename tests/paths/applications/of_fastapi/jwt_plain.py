"""A signed token of half an hour; nothing is looked up; signing out is left to the client."""

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


def create_access_token(data: dict, expires_delta: timedelta | None = None) -> str:
    to_encode = data.copy()
    if expires_delta:
        expire = datetime.now(UTC) + expires_delta
    else:
        expire = datetime.now(UTC) + timedelta(minutes=15)
    to_encode.update({"exp": expire})
    return jwt.encode(to_encode, SECRET, algorithm="HS256")


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    try:
        payload = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    return payload["sub"]


@app.post("/login")
def login(form: SignIn) -> dict:
    if USERS[form.user]["password"] != form.password:
        raise HTTPException(401)
    return {"token": create_access_token({"sub": form.user}, timedelta(minutes=30))}


@app.get("/me")
def me(user: Annotated[str, Depends(current_user)]) -> str:
    return user


@app.post("/logout")
def logout(user: Annotated[str, Depends(current_user)]) -> dict:
    return {"ok": True}


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False


@app.post("/password")
def change_password(user: Annotated[str, Depends(current_user)], new: str) -> None:
    USERS[user]["password"] = new
