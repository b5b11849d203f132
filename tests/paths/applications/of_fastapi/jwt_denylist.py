"""A signed token with an identifier that is kept when it is signed out; the account is read each time."""

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


ACCESS_TOKEN_EXPIRE_MINUTES = 60
REVOKED: set[str] = set()


def claims_of(token: Annotated[str, Depends(scheme)]) -> dict:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    if claims["jti"] in REVOKED:
        raise HTTPException(401)
    return claims


def current_user(claims: Annotated[dict, Depends(claims_of)]) -> dict:
    user = USERS.get(claims["sub"])
    if user is None or not user["active"]:
        raise HTTPException(401)
    return user


@app.post("/login")
def login(form: SignIn) -> dict:
    now = datetime.now(UTC)
    claims = {
        "sub": form.user,
        "jti": now.isoformat(),
        "exp": now + timedelta(minutes=ACCESS_TOKEN_EXPIRE_MINUTES),
    }
    return {"token": jwt.encode(claims, SECRET, algorithm="HS256")}


@app.get("/me")
def me(user: Annotated[dict, Depends(current_user)]) -> str:
    return user["name"]


@app.post("/logout")
def logout(claims: Annotated[dict, Depends(claims_of)]) -> None:
    REVOKED.add(claims["jti"])


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False


@app.post("/password")
def change_password(user: Annotated[dict, Depends(current_user)], new: str) -> None:
    user["password"] = new
