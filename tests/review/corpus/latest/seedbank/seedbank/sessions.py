from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from litestar import Request
from litestar.datastructures import Cookie
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from .crypto import sha256
from .models import Session, User
from .settings import settings

COOKIE = "seedbank"


class Sessions:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def current(self, request: Request) -> Session | None:
        row = await self.db.get(Session, sha256(request.cookies.get(COOKIE, "")))
        return row if row and row.expires > datetime.utcnow() else None

    async def start(self, basket: str = "", user: User | None = None) -> tuple[Session, Cookie]:
        value = secrets.token_urlsafe(32)
        hours = settings().session_hours
        row = Session(
            digest=sha256(value),
            user_id=user.id if user else None,
            basket=basket,
            expires=datetime.utcnow() + timedelta(hours=hours),
        )
        self.db.add(row)
        cookie = Cookie(key=COOKIE, value=value, max_age=hours * 3600, httponly=True, secure=True, samesite="lax")
        return row, cookie

    async def sign_in(self, request: Request, user: User) -> Cookie:
        """The basket moves over into a session of its own."""
        old = await self.current(request)
        basket = old.basket if old else ""
        if old is not None:
            await self.db.delete(old)
        _, cookie = await self.start(basket, user)
        return cookie

    async def adopt(self, request: Request, user: User) -> Cookie | None:
        row, cookie = await self.current(request), None
        if row is None:
            row, cookie = await self.start()
        row.user_id = user.id
        return cookie

    async def end_all(self, user_id: int) -> None:
        await self.db.execute(delete(Session).where(Session.user_id == user_id))
