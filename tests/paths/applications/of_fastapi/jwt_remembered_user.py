"""The account is read, but its answer is remembered without end."""

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


from functools import lru_cache


@lru_cache(maxsize=100)
def load(name: str) -> tuple[str, bool]:
    user = USERS[name]
    return user["name"], user["active"]


@app.post("/login")
def login(form: SignIn) -> dict:
    claims = {"sub": form.user, "exp": datetime.now(UTC) + timedelta(minutes=10)}
    return {"token": jwt.encode(claims, SECRET, algorithm="HS256")}


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    name, active = load(claims["sub"])
    if not active:
        raise HTTPException(401)
    return name


@app.get("/me")
def me(user: Annotated[str, Depends(current_user)]) -> str:
    return user


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False
