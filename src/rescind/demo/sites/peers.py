"""Three kinds of sessions as applications ordinarily have them, to be measured beside rescind.

    database    a row in a table, read on every request (SQLAlchemy, as in FastAPI's tutorial)
    cached      the same row, kept for five seconds in the memory of each worker
    token       a signed JWT (PyJWT, HS256) that is good for fifteen minutes

Each is written the way a careful application would: random tokens, digests in the table, one read by primary
key, and a sign-out that does all it can. None of them imports anything of rescind.
"""

from __future__ import annotations

import hashlib
import secrets  # hygiene: ok clock because a peer is written as applications are, without rescind
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol

import jwt
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

CACHE_SECONDS = 5.0
TOKEN_SECONDS = 15 * 60
SESSION_LIFE = timedelta(days=14)


class Kind(Protocol):
    """One kind of session. `check` gives the user, or None when the token is not good (any more)."""

    def start(self, user: str) -> str: ...
    def check(self, token: str) -> str | None: ...
    def end(self, token: str) -> None: ...


class Base(DeclarativeBase):
    """The tables of the ordinary sessions."""


class UserSession(Base):
    """One signed-in browser."""

    __tablename__ = "user_sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str]
    expires_at: Mapped[datetime]


class DatabaseSessions:
    """Looks into the table on every request. `create_tables` comes first, once for all workers."""

    def __init__(self, path: Path) -> None:
        self._sessions = sessionmaker(_engine(path))

    def start(self, user: str) -> str:
        token = secrets.token_urlsafe(32)
        with self._sessions.begin() as database:
            until = _now().replace(tzinfo=None) + SESSION_LIFE
            database.add(UserSession(digest=_digest(token), user=user, expires_at=until))
        return token

    def check(self, token: str) -> str | None:
        with self._sessions() as database:
            row = database.get(UserSession, _digest(token))
            if row is None or row.expires_at < _now().replace(tzinfo=None):
                return None
            return row.user

    def end(self, token: str) -> None:
        with self._sessions.begin() as database:
            row = database.get(UserSession, _digest(token))
            if row is not None:
                database.delete(row)


class CachedSessions:
    """Remembers what the table said for `CACHE_SECONDS`, in each worker. Sign-out clears what it reaches."""

    def __init__(self, truth: DatabaseSessions) -> None:
        self._truth = truth
        self._seen: dict[str, tuple[float, str]] = {}

    def start(self, user: str) -> str:
        return self._truth.start(user)

    def check(self, token: str) -> str | None:
        digest = _digest(token)
        now = monotonic()
        seen = self._seen.get(digest)
        if seen is not None and seen[0] > now:
            return seen[1]
        user = self._truth.check(token)
        if user is None:
            self._seen.pop(digest, None)
        else:
            self._seen[digest] = (now + CACHE_SECONDS, user)
        return user

    def end(self, token: str) -> None:
        self._truth.end(token)
        self._seen.pop(_digest(token), None)


class TokenSessions:
    """A signed token that every worker can verify by itself, until it expires."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def start(self, user: str) -> str:
        now = _now()
        claims = {"sub": user, "iat": now, "exp": now + timedelta(seconds=TOKEN_SECONDS)}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def check(self, token: str) -> str | None:
        try:
            claims = jwt.decode(token, self._secret, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        return str(claims["sub"])

    def end(self, token: str) -> None:
        """There is nothing to end: the browser forgets its cookie, the token stays good."""


def create_tables(path: Path) -> None:
    """Makes the table of the ordinary sessions."""
    engine = _engine(path)
    Base.metadata.create_all(engine)
    engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _set_up)
    return engine


def _now() -> datetime:
    return datetime.now(UTC)  # hygiene: ok clock because a peer is written as applications are


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _set_up(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """WAL, as SQLite's own guide advises for several processes."""
    cursor = connection.cursor()
    for pragma in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA busy_timeout=5000"):
        cursor.execute(pragma)
    cursor.close()
