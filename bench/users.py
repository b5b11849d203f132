"""The peer: fastapi-users, as its documentation sets it up, on SQLite through aiosqlite.

Its own adapter for SQLAlchemy wants a SQLAlchemy below 2.1, so the two small classes that its documentation
describes for other databases are here: the same ORM queries, one session a request.

No ``from __future__ import annotations``: FastAPI could not resolve the local names in the annotations.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy, Strategy
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users.db import BaseUserDatabase
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LIFE = 14 * 86_400
"""Seconds that a token lives."""


class Base(DeclarativeBase):
    """The tables of the peer."""


class User(Base):
    """The columns that fastapi-users asks for."""

    __tablename__ = "user"

    if TYPE_CHECKING:  # its protocols want plain types
        id: uuid.UUID
        email: str
        hashed_password: str
        is_active: bool
        is_superuser: bool
        is_verified: bool
    else:
        id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
        email: Mapped[str] = mapped_column(unique=True)
        hashed_password: Mapped[str]
        is_active: Mapped[bool] = mapped_column(default=True)
        is_superuser: Mapped[bool] = mapped_column(default=False)
        is_verified: Mapped[bool] = mapped_column(default=False)


class AccessToken(Base):
    """One signed-in client."""

    __tablename__ = "accesstoken"

    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))


class UserDatabase(BaseUserDatabase[User, uuid.UUID]):
    """What a request needs of it, and what makes a user."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, id: uuid.UUID) -> User | None:
        statement = select(User).where(User.id == id)  # type: ignore[arg-type]
        return (await self._session.execute(statement)).unique().scalar_one_or_none()

    async def create(self, create_dict: dict[str, Any]) -> User:
        user = User(**create_dict)
        self._session.add(user)
        await self._session.commit()
        return user


class AccessTokens:
    """``fastapi_users.authentication.strategy.db.AccessTokenDatabase``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get_by_token(self, token: str, max_age: datetime | None = None) -> AccessToken | None:
        statement = select(AccessToken).where(AccessToken.token == token)
        if max_age is not None:
            statement = statement.where(AccessToken.created_at >= max_age)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def create(self, create_dict: dict[str, Any]) -> AccessToken:
        made = AccessToken(**create_dict)
        self._session.add(made)
        await self._session.commit()
        return made

    async def update(self, access_token: AccessToken, update_dict: dict[str, Any]) -> AccessToken:
        for key, value in update_dict.items():
            setattr(access_token, key, value)
        await self._session.commit()
        return access_token

    async def delete(self, access_token: AccessToken) -> None:
        await self._session.delete(access_token)
        await self._session.commit()


class UserManager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    """As the documentation has it, without the secrets for mails that are not sent here."""


class Peer:
    """The wiring: engine, one session a request, manager."""

    def __init__(self, folder: Path) -> None:
        self.engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'users.db'}")
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self.sessions() as session:
            yield session

    async def prepare(self, strategy_of: Any) -> str:
        """Tables, one user, one token."""
        async with self.engine.begin() as connection:
            await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            await connection.run_sync(Base.metadata.create_all)
        async with self.sessions() as session:
            fields = {"email": "ada@example.com", "hashed_password": "none", "is_active": True}
            user = await UserDatabase(session).create(fields)
            token: str = await strategy_of(session).write_token(user)
        await self.engine.dispose()  # its connections belong to this loop
        return token

    def guard(self, app: FastAPI, get_strategy: Any, answer: dict[str, str]) -> None:
        async def manager(
            session: Annotated[AsyncSession, Depends(self.session)],
        ) -> AsyncIterator[UserManager]:
            yield UserManager(UserDatabase(session))

        backend: AuthenticationBackend[User, uuid.UUID] = AuthenticationBackend(
            name="bench", transport=BearerTransport(tokenUrl="login"), get_strategy=get_strategy
        )
        current = FastAPIUsers[User, uuid.UUID](manager, [backend]).current_user(active=True)

        @app.get("/")
        async def endpoint(_user: Annotated[User, Depends(current)]) -> dict[str, str]:
            return answer


def make_jwt(folder: Path, app: FastAPI, key: str, answer: dict[str, str]) -> tuple[FastAPI, str]:
    """The JWT strategy: a signed token, and the user's row on every request."""
    peer = Peer(folder)

    def strategy(_: Any = None) -> Strategy[User, uuid.UUID]:
        return JWTStrategy(secret=key, lifetime_seconds=LIFE)

    def get_strategy() -> Strategy[User, uuid.UUID]:
        return strategy()

    token = asyncio.run(peer.prepare(strategy))
    peer.guard(app, get_strategy, answer)
    return app, token


def make_database(folder: Path, app: FastAPI, answer: dict[str, str]) -> tuple[FastAPI, str]:
    """The database strategy: the token's row and the user's row on every request."""
    peer = Peer(folder)

    def strategy(session: AsyncSession) -> Strategy[User, uuid.UUID]:
        return DatabaseStrategy(AccessTokens(session), lifetime_seconds=LIFE)

    def get_strategy(
        session: Annotated[AsyncSession, Depends(peer.session)],
    ) -> Strategy[User, uuid.UUID]:
        return strategy(session)

    token = asyncio.run(peer.prepare(strategy))
    peer.guard(app, get_strategy, answer)
    return app, token
