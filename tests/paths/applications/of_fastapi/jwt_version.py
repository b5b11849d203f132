"""The token carries the number of the account, which signing out and a new password count up."""

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


for _user in USERS.values():
    _user["version"] = 1


@app.post("/login")
def login(form: SignIn) -> dict:
    user = USERS[form.user]
    claims = {"sub": form.user, "ver": user["version"], "exp": datetime.now(UTC) + timedelta(days=1)}
    return {"token": jwt.encode(claims, SECRET, algorithm="HS256")}


def current_user(token: Annotated[str, Depends(scheme)]) -> dict:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    user = USERS[claims["sub"]]
    if claims["ver"] != user["version"]:
        raise HTTPException(401)
    return user


@app.get("/me")
def me(user: Annotated[dict, Depends(current_user)]) -> str:
    return user["name"]


@app.post("/logout")
def logout(user: Annotated[dict, Depends(current_user)]) -> None:
    user["version"] += 1


@app.post("/disable/{who}")
def disable(who: str) -> None:
    USERS[who]["active"] = False


@app.post("/password")
def change_password(user: Annotated[dict, Depends(current_user)], new: str) -> None:
    user["password"] = new
    user["version"] += 1
