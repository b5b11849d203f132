"""Another service, without rescind: it fetches the published keys and asks nobody about sessions.

It accepts a token until that expires, whatever the shop has revoked since: the price of asking nobody.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

SHOP = os.environ.get("SHOP", "http://127.0.0.1:8000")
keys = jwt.PyJWKClient(f"{SHOP}/.well-known/jwks.json", lifespan=300)
app = FastAPI(title="Stock")


def claims_of(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> dict[str, Any]:
    """What a genuine token says. Blocking, so FastAPI runs it in a thread."""
    token = bearer.credentials
    try:
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("no access token")
        claims: dict[str, Any] = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token),
            algorithms=["EdDSA"],
            issuer="https://shop.example",
            audience="https://stock.example",
            options={"require": ["exp", "iat", "jti", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise HTTPException(401, "This token is not accepted.") from error
    return claims


@app.get("/stock")
def stock(claims: Annotated[dict[str, Any], Depends(claims_of)]) -> dict[str, str]:
    """Whoever the shop has signed in within the last minutes."""
    return {"for": claims["sub"], "plums": "many"}
