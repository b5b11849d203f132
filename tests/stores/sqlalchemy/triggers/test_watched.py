"""Users whose keys are UUIDs or text, in tables with names that have to be quoted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.postgres import PostgresServer

from rescind.django.schema import first_postgresql, first_sqlite
from rescind.stores.sqlalchemy.triggers import postgresql, sqlite
from rescind.stores.sqlalchemy.triggers.watched import Fact, Groups, UserTable, Watched

ID = UUID("0190a5b2-7c11-7f00-8abc-0123456789ab")
KEYS = {"uuid": str(ID), "str": "Ada Lovelace äö'\"\\"}
HEAD = (
    "INSERT INTO rescind_meta (id, schema_version, min_reader, owner, birth, seq, floor) "
    "VALUES (1, 3, 1, 'django', 'b', 0, 0)"
)
Run = Callable[..., list[Any]]


def watched(kind: Any) -> Watched:
    people = UserTable("my People", "key", Fact(("on",), '{row}."on"'), "Pass word", (), is_user=True)
    groups = Groups("in team", "who", "team", "team", "id", "name", "")
    return Watched("shop:eu", kind, (people,), groups, None)


def quote(name: str) -> str:
    return f'"{name}"'


@pytest.fixture(params=["uuid", "str"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgres"])
def run(request: pytest.FixtureRequest, kind: str) -> Iterator[Run]:
    """Runs a statement on a database with people, the log and the triggers."""
    column = {"sqlite": {"uuid": "char(32)"}, "postgres": {"uuid": "uuid"}}[request.param].get(kind, "text")
    tables = (
        f'CREATE TABLE "my People" (key {column} PRIMARY KEY, "on" boolean, "Pass word" text)',
        "CREATE TABLE team (id integer PRIMARY KEY, name text)",
        f'CREATE TABLE "in team" (who {column}, team integer)',
    )
    if request.param == "sqlite":
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as file:
            for text in (*first_sqlite.MAKE, HEAD, *tables):
                file.execute(text)
            for _, _, text in sqlite.objects(watched(kind), quote):
                file.execute(text)
            yield lambda text, *values: file.execute(text.replace("%s", "?"), values).fetchall()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create()
    with psycopg.connect(server.url(name), autocommit=True) as link:
        with link.transaction():
            for made in (*first_postgresql.MAKE, HEAD, *tables):
                link.execute(made)
        for _, _, made in postgresql.objects(watched(kind), quote):
            link.execute(made)

        def execute(text: str, *values: Any) -> list[Any]:
            found = link.execute(text, values or None)
            return found.fetchall() if found.description else []

        yield execute
    server.drop(name)


def test_every_kind_of_key_names_its_principal(run: Run, kind: str) -> None:
    principal = KEYS[kind]
    key = ID.hex if kind == "uuid" else principal
    run('INSERT INTO "my People" VALUES (%s, true, %s)', key, "old")
    run("INSERT INTO rescind_principal VALUES ('shop:eu', %s, 1, '[]', NULL, 'user', 0, 1)", principal)
    run('UPDATE "my People" SET "Pass word" = %s', "new")
    run('UPDATE "my People" SET "on" = false')
    run("INSERT INTO team VALUES (1, 'it''s \"one\"')")
    run('INSERT INTO "in team" VALUES (%s, 1)', key)
    assert run("SELECT active, roles FROM rescind_principal") == [(0, '["it\'s \\"one\\""]')]
    run("UPDATE team SET name = 'two'")
    assert run("SELECT roles FROM rescind_principal") == [('["two"]',)]
    run('DELETE FROM "my People"')
    found = run("SELECT seq, kind, scope, target, what FROM rescind_revocation ORDER BY seq")
    assert found == [
        (1, "end", "principal", principal, 1),
        (2, "changed", "principal", principal, 0),
        (3, "changed", "principal", principal, 0),
        (4, "changed", "everything", "", 0),
        (5, "changed", "principal", principal, 0),
        (6, "end", "principal", principal, 7),
    ]
    assert {row[0] for row in run("SELECT realm FROM rescind_revocation")} == {"shop:eu"}
    subjects = {row[0] for row in run("SELECT subject FROM rescind_audit_event WHERE seq <> 4")}
    assert subjects == {f"principal:{principal}"}
