"""A database with users of an application's own, and rescind's tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
)

from rescind import Refused, Rescind

metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40)),
    Column("active", Boolean, nullable=False, default=True),
    Column("hash of password", String(200), key="password_hash"),
    Column("roles", JSON),
    Column("tenant", String(40)),
    Column("deleted_at", DateTime),
)
OF_ALL = {
    "active": users.c.active,
    "password": users.c.password_hash,
    "roles": users.c.roles,
    "tenant": users.c.tenant,
}
END = ("end", "principal", "me", 1)
CHANGED = ("changed", "principal", "me", 0)
FOR_ALL = ("changed", "everything", "", 0)


class Town:
    """An application's database.

    Attributes:
        url: for ``Rescind``.
        engine: the application's own.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.vendor = url.partition(":")[0]
        self.engine: Engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        metadata.create_all(self.engine)
        self.auth: Rescind[int] = Rescind(url, principal_id=int)
        self._next = 0

    def run(self, sql: str, *values: Any) -> list[Any]:
        """By the driver alone, in a transaction of its own."""
        if self.vendor == "sqlite":
            path = self.url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, timeout=10)) as file, file:
                return file.execute(sql.replace("%s", "?"), values).fetchall()
        with psycopg.connect(self.url) as server:
            found = server.execute(sql, values)
            return found.fetchall() if found.description else []

    def one(self, **said: Any) -> Ada:
        """A new user; the row says ``said`` besides."""
        self._next += 1
        row = {"id": self._next, "name": "ada", "active": True, "password_hash": "old", "roles": [], **said}
        with self.engine.begin() as connection:
            connection.execute(users.insert(), row)
        return Ada(self, self._next)

    def head(self) -> int:
        return int(self.run("SELECT seq FROM rescind_meta")[0][0])


class Ada:
    """A user; ``signs_in`` opens a session."""

    def __init__(self, town: Town, id: int) -> None:
        self.town, self.id = town, id
        self.before = town.head()
        self.token = ""

    def signs_in(self) -> Ada:
        self.token = self.town.auth.sessions.start(self.id).token
        self.before = self.town.head()
        return self

    def update(self, **values: Any) -> None:
        with self.town.engine.begin() as connection:
            connection.execute(users.update().where(users.c.id == self.id), values)

    def appended(self) -> list[tuple[str, str, str, int]]:
        """What the log says since the last question; users by name."""
        sql = "SELECT kind, scope, target, what FROM rescind_revocation WHERE seq > %s ORDER BY seq"
        found, self.before = self.town.run(sql, self.before), self.town.head()
        return [(kind, scope, "me" if who == str(self.id) else who, what) for kind, scope, who, what in found]

    def lives(self) -> bool:
        return not isinstance(self.town.auth.check(self.token, strict=True), Refused)

    @property
    def standing(self) -> Any:
        return self.town.auth.principals.get(self.id)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def bare(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Users that nobody watches."""
    name, server = "", None
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('town') / 'town.db'}"
        with Rescind(url):
            pass
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.create("rescind_empty")
        url = server.url(name)
    town = Town(url)
    yield town
    town.auth.close()
    town.engine.dispose()
    if server is not None:
        server.drop(name)


@pytest.fixture(scope="module")
def town(bare: Town) -> Town:
    """Users that are watched."""
    bare.auth.principals.watch(users, **OF_ALL).install()
    return bare
