"""Signed tokens of joserfc, whose end is looked at by a call of its own."""

import time

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

KEY = OctKey.import_key("a secret of more than thirty-two bytes")
registry = jwt.JWTClaimsRegistry()
scheme = HTTPBearer()
app = FastAPI()


def claims_of(given=Depends(scheme)) -> dict:
    try:
        token = jwt.decode(given.credentials, KEY)
        registry.validate(token.claims)
    except JoseError:
        raise HTTPException(401) from None
    return token.claims


@app.post("/login")
def login() -> dict:
    claims = {"sub": "ada", "exp": int(time.time()) + 1_200}
    return {"token": jwt.encode({"alg": "HS256"}, claims, KEY)}


@app.get("/me")
def me(claims: dict = Depends(claims_of)) -> str:
    return claims["sub"]


@app.post("/logout")
def logout(claims: dict = Depends(claims_of)) -> None:
    """Nothing is kept."""
