from collections.abc import AsyncIterator
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app import tokens
from app.models import Guest, Kiosk, Session

bearer = HTTPBearer()


async def database() -> AsyncIterator[AsyncSession]:
    async with Session() as db, db.begin():
        yield db


Db = Annotated[AsyncSession, Depends(database)]


def claims(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> dict:
    try:
        return tokens.read(credentials.credentials)
    except jwt.PyJWTError:
        raise HTTPException(401, "Sign in again") from None


Claims = Annotated[dict, Depends(claims)]


async def current_guest(db: Db, token: Claims) -> Guest:
    kind, _, number = token["sub"].partition(":")
    guest = await db.get(Guest, int(number)) if kind == "guest" else None
    if guest is None or guest.blocked_at is not None:
        raise HTTPException(401, "Sign in again")
    return guest


CurrentGuest = Annotated[Guest, Depends(current_guest)]


async def current_kiosk(db: Db, token: Claims) -> Kiosk:
    kind, _, number = token["sub"].partition(":")
    kiosk = await db.get(Kiosk, int(number)) if kind == "kiosk" else None
    if kiosk is None:
        raise HTTPException(401, "Unknown tablet")
    return kiosk


def desk_of(request: Request) -> str:
    """Which desk is asking: guests, huts or the valley office."""
    return request.headers.get("x-snowline-desk", "guests").strip().lower()


async def valley_office(guest: CurrentGuest, desk: Annotated[str, Depends(desk_of)]) -> Guest:
    if desk != "office":
        raise HTTPException(403, "Only for the valley office")
    return guest


async def warden(guest: CurrentGuest) -> Guest:
    if not guest.warden:
        raise HTTPException(403, "Only for wardens")
    return guest
