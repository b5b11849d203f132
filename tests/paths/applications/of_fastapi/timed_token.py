"""A token that itsdangerous signs with its time: good for an hour, whatever its owner does."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel

HOUR = 3_600
signer = URLSafeTimedSerializer("a secret of the application", salt="api")
bearer = HTTPBearer()
app = FastAPI()


class SignIn(BaseModel):
    user: str
    password: str


def current_user(given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    try:
        return signer.loads(given.credentials, max_age=HOUR)
    except BadSignature:
        raise HTTPException(401) from None


@app.post("/login")
def login(form: SignIn) -> dict:
    return {"token": signer.dumps(form.user)}


@app.get("/me")
def me(user: Annotated[str, Depends(current_user)]) -> str:
    return user


@app.post("/logout")
def logout(user: Annotated[str, Depends(current_user)]) -> None:
    """The page forgets the token."""
