from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from .core import security
from .core.security import TokenFactory
from .db import User
from .repositories import RefreshRepository, UserRepository

log = logging.getLogger("tessera.auth")


class AuthError(Exception):
    pass


class AuthService:
    def __init__(self, users: UserRepository, refreshes: RefreshRepository, tokens: TokenFactory) -> None:
        self.users, self.refreshes, self.tokens = users, refreshes, tokens

    async def login(self, email: str, password: str) -> tuple[str, str]:
        user = await self.users.by_email(email)
        if not await security.verify_password(password, user.hashed_password if user else None):
            raise AuthError("Wrong address or password.")
        assert user is not None
        if not user.is_active:
            raise AuthError("Wrong address or password.")
        return await self.pair(user)

    async def login_terminal(self, email: str, password: str) -> str:
        user = await self.users.by_email(email)
        if user is None:
            raise AuthError("Wrong address or password.")
        if not user.is_active or not await security.verify_password(password, user.hashed_password):
            raise AuthError("Wrong address or password.")
        return self.tokens.access(user.id, user.token_version)

    async def pair(self, user: User) -> tuple[str, str]:
        refresh = security.secrets.token_urlsafe(48)
        until = datetime.now(UTC) + timedelta(days=30)
        await self.refreshes.add(user.id, security.digest(refresh), until)
        log.info("signed in %s until %s", user.id, until)
        return self.tokens.access(user.id, user.token_version), refresh

    async def refresh(self, raw: str) -> tuple[str, str]:
        row = await self.refreshes.take(security.digest(raw))
        user = await self.users.by_id(row.user_id) if row else None
        if user is None or not user.is_active:
            raise AuthError("Sign in again.")
        return await self.pair(user)

    async def renew(self, raw: str) -> str:
        claims = self.tokens.read_for_refresh(raw)
        return self.tokens.access(UUID(claims["sub"]), claims["ver"])

    async def change_password(self, user: User, old: str, new: str) -> None:
        if not await security.verify_password(old, user.hashed_password):
            raise AuthError("Wrong password.")
        user.hashed_password = await security.hash_password(new)
        await self.refreshes.end_all(user.id)

    async def reset_password(self, address: str, new: str) -> None:
        user = await self.users.by_email(address)
        if user is None:
            raise AuthError("This link is not good any more.")
        await self.users.change(user, {"hashed_password": await security.hash_password(new)})
        log.info("password of %s was reset", user.id)
