"""Short tokens and long ones that only the refresh route takes."""

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


def make(kind: str, user: str, lasts: timedelta) -> str:
    return jwt.encode(
        {"sub": user, "type": kind, "exp": datetime.now(UTC) + lasts}, SECRET, algorithm="HS256"
    )


def access_token(user: str) -> str:
    claims = {"sub": user, "type": "access", "exp": datetime.now(UTC) + timedelta(minutes=20)}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def refresh_token(user: str) -> str:
    claims = {"sub": user, "type": "refresh", "exp": datetime.now(UTC) + timedelta(days=30)}
    return jwt.encode(claims, SECRET, algorithm="HS256")


class Bearer:
    """A dependency that is an object."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, token: Annotated[str, Depends(scheme)]) -> str:
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            raise HTTPException(401) from None
        if claims["type"] != "access":
            raise HTTPException(401)
        return claims["sub"]


access = Bearer("access")


@app.post("/login")
def login(form: SignIn) -> dict:
    return {"token": access_token(form.user), "refresh": refresh_token(form.user)}


@app.get("/me")
def me(user: Annotated[str, Depends(access)]) -> str:
    return user
