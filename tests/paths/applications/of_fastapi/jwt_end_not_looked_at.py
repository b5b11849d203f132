"""The token has an end, and whoever decodes it says that it does not matter."""

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


@app.post("/login")
def login(form: SignIn) -> dict:
    claims = {"sub": form.user, "exp": datetime.now(UTC) + timedelta(minutes=5)}
    return {"token": jwt.encode(claims, SECRET, algorithm="HS256")}


def current_user(token: Annotated[str, Depends(scheme)]) -> str:
    try:
        return jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False})["sub"]
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


@app.get("/me")
def me(user: Annotated[str, Depends(current_user)]) -> str:
    return user
