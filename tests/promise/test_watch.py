"""With ``auth.principals.watch``, whoever changes the application's own users behind everybody's back ends
access in its workers, within a bound.

FastAPI under uvicorn, two workers that answer from memory. The rows are changed by ``psql`` and by SQLite's
own driver, which know nothing of rescind.
"""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import JSON, Boolean, Column, MetaData, String, Table, create_engine
from tests.drill.applications import serving
from tests.postgres import PostgresServer, binary
from tests.promise.foreign import SLACK, TRUST, Record, Served

from rescind import Rescind
from rescind._tokens import new_id

metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("password_hash", String(200)),
    Column("roles", JSON),
)
WAYS = {
    "password": "UPDATE users SET password_hash = 'new' WHERE id = '{id}'",
    "active": "UPDATE users SET active = false WHERE id = '{id}'",
    "roles": "UPDATE users SET roles = '[]' WHERE id = '{id}'",
    "deleted": "DELETE FROM users WHERE id = '{id}'",
}
Change = Callable[[str], None]


def by_sqlite(path: Path) -> Change:
    def change(sql: str) -> None:
        with closing(sqlite3.connect(path, timeout=10)) as file, file:
            file.execute(sql)

    return change


def by_psql(url: str) -> Change:
    def change(sql: str) -> None:
        command = [binary("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url]
        subprocess.run(command, check=True, timeout=60)

    return change


@contextmanager
def served(folder: Path, url: str, lease: str) -> Iterator[tuple[Rescind[str], Served]]:
    with Rescind(url, lease=lease) as auth:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        metadata.create_all(engine)
        engine.dispose()
        auth.principals.watch(
            users, active=users.c.active, password=users.c.password_hash, roles=users.c.roles
        ).install()
        environment = {"RESCIND_URL": url, "LEASE": lease}
        with serving.asgi("tests.promise.faces:fast", folder, environment) as base:
            yield auth, Served(base)


def measured(auth: Rescind[str], workers: Served, change: Change, times: int) -> None:
    for _ in range(times):
        for way, sql in WAYS.items():
            who = new_id()
            change(f"INSERT INTO users VALUES ('{who}', true, 'old', '[\"admin\"]')")
            token = auth.sessions.start(who).token
            path = "/admin" if way == "roles" else "/me"
            workers.lag(way, token, lambda sql=sql, who=who: change(sql.format(id=who)), path)  # type: ignore[misc]


@pytest.mark.long
def test_on_sqlite_a_lease_is_the_bound(tmp_path: Path, record_property: Record) -> None:
    """A trigger cannot move the counter: workers find the entry when they renew, or have to read."""
    with served(tmp_path, f"sqlite:///{tmp_path / 'app.db'}", "1s") as (auth, workers):
        measured(auth, workers, by_sqlite(tmp_path / "app.db"), 5)
        workers.judge(5, TRUST * 1.0 + SLACK, record_property)


@pytest.mark.long
def test_on_postgresql_it_is_pushed(
    tmp_path: Path, postgres_server: PostgresServer, record_property: Record
) -> None:
    """Under a lease so long that only a push explains it."""
    url = postgres_server.url(postgres_server.create("rescind_empty"))
    with served(tmp_path, url, "20s") as (auth, workers):
        measured(auth, workers, by_psql(url), 5)
        workers.judge(5, 1.0, record_property)
