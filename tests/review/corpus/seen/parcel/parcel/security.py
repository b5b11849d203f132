from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Request, status
from fastapi.security import OAuth2PasswordBearer
from passlib.context import CryptContext

from parcel.settings import Settings, get_settings

logger = logging.getLogger(__name__)
oauth2 = OAuth2PasswordBearer(tokenUrl="auth/token")
pwd = CryptContext(schemes=["bcrypt"], bcrypt__rounds=12)


def make_access_token(subject: str, settings: Settings, **claims: object) -> str:
    payload = {"sub": subject, "iat": datetime.now(UTC), **claims}
    payload["exp"] = datetime.now(UTC) + timedelta(minutes=settings.access_minutes)
    return jwt.encode(payload, settings.jwt_secret, algorithm=settings.jwt_algorithm)


def make_device_token(device: str, settings: Settings) -> str:
    payload = {"sub": device, "scope": "scan"}
    return jwt.encode(payload, settings.jwt_secret, algorithm="HS256")


def read_token(token: str, settings: Settings) -> dict:
    try:
        return jwt.decode(token, settings.jwt_secret, algorithms=[settings.jwt_algorithm])
    except jwt.PyJWTError as error:
        logger.info("token refused: %s", type(error).__name__)
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from error


def tenant_of(request: Request) -> str | None:
    header = request.headers.get("authorization", "")
    if not header.startswith("Bearer "):
        return None
    claims = jwt.decode(header[7:], options={"verify_signature": False})
    return claims.get("tenant")


async def current_user(
    request: Request, token: Annotated[str, Depends(oauth2)], settings: Annotated[Settings, Depends(get_settings)]
) -> dict:
    claims = read_token(token, settings)
    row = await request.app.state.pool.fetchrow("SELECT * FROM users WHERE id = $1", int(claims["sub"]))
    if row is None or not row["active"]:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return dict(row)


async def current_admin(user: Annotated[dict, Depends(current_user)]) -> dict:
    if user["role"] != "admin":
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return user
