"""A signed token without an end."""

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


@app.post("/login")
def login(form: SignIn) -> dict:
    return {"token": jwt.encode({"sub": form.user}, SECRET, algorithm="HS256")}


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    try:
        return jwt.decode(token, SECRET, algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


@app.get("/me")
def me(user: Annotated[str, Depends(current_user)]) -> str:
    return user


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False
