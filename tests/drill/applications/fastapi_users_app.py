"""fastapi-users with its three strategies behind bearer tokens: /auth/jwt, /auth/database, /auth/redis.

The tables and the adapter are those of the benchmark; an address is looked up and a user changed here too.
No ``from __future__ import annotations``: FastAPI could not resolve the local names in the annotations.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from bench.users import AccessTokens, Base, Peer, User, UserDatabase
from fastapi import Depends, FastAPI
from fastapi_users import FastAPIUsers, UUIDIDMixin
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy, RedisStrategy
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users.manager import BaseUserManager
from fastapi_users.schemas import BaseUser, BaseUserUpdate
from redis.asyncio import from_url
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.drill.applications.naming import asgi_named

LIFE = 3600
peer = Peer(Path(os.environ["FOLDER"]))
memory = from_url(os.environ["REDIS"], decode_responses=True)


class Users(UserDatabase):
    """What signing in and changing a password need."""

    async def get_by_email(self, email: str) -> User | None:
        statement = select(User).where(User.email == email)  # type: ignore[arg-type]
        return (await self._session.execute(statement)).unique().scalar_one_or_none()

    async def update(self, user: User, update_dict: dict[str, Any]) -> User:
        for name, value in update_dict.items():
            setattr(user, name, value)
        await self._session.commit()
        return user


class Manager(UUIDIDMixin, BaseUserManager[User, Any]):
    """As documented."""


Session = Annotated[AsyncSession, Depends(peer.session)]


async def manager(session: Session) -> AsyncIterator[Manager]:
    yield Manager(Users(session))


def jwt() -> JWTStrategy[User, Any]:
    return JWTStrategy(secret=os.environ["SECRET"], lifetime_seconds=LIFE)


def database(session: Session) -> DatabaseStrategy[User, Any, Any]:
    return DatabaseStrategy(AccessTokens(session), lifetime_seconds=LIFE)


def redis() -> RedisStrategy[User, Any]:
    return RedisStrategy(memory, lifetime_seconds=LIFE)


backends = [
    AuthenticationBackend(
        name=strategy.__name__, transport=BearerTransport(tokenUrl="login"), get_strategy=strategy
    )
    for strategy in (jwt, database, redis)
]
users = FastAPIUsers[User, Any](manager, backends)
api = FastAPI()
for backend in backends:
    api.include_router(users.get_auth_router(backend), prefix=f"/auth/{backend.name}")
api.include_router(users.get_users_router(BaseUser[Any], BaseUserUpdate), prefix="/users")
app = asgi_named(api)


def prepare() -> None:
    """The tables, Alice, and an administrator with the same password."""

    async def make() -> None:
        async with peer.engine.begin() as connection:
            await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            await connection.run_sync(Base.metadata.create_all)
        async with peer.sessions() as session:
            people = Users(session)
            hashed = Manager(people).password_helper.hash(os.environ["DRILL_PASSWORD"])
            await people.create({"email": "alice@example.com", "hashed_password": hashed})
            await people.create(
                {"email": "admin@example.com", "hashed_password": hashed, "is_superuser": True}
            )
        await peer.engine.dispose()

    asyncio.run(make())
