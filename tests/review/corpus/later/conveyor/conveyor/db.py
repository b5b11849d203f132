from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from . import settings


@contextlib.contextmanager
def connect() -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings.DATABASE_URL, row_factory=dict_row) as connection:
        yield connection


def fetch(statement: str, *values: Any) -> list[dict[str, Any]]:
    with connect() as connection:
        return connection.execute(statement, values).fetchall()


def fetch_one(statement: str, *values: Any) -> dict[str, Any] | None:
    with connect() as connection:
        return connection.execute(statement, values).fetchone()


def run(statement: str, *values: Any) -> int:
    with connect() as connection:
        return connection.execute(statement, values).rowcount


def columns(table: str, names: list[str], owner: int) -> list[dict[str, Any]]:
    statement = sql.SQL("SELECT {} FROM {} WHERE owner_id = %s").format(
        sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table)
    )
    with connect() as connection:
        return connection.execute(statement, (owner,)).fetchall()


def jobs_where(conditions: list[str], owner: int) -> list[dict[str, Any]]:
    where = " AND ".join(["owner_id = %s", *conditions])
    return fetch("SELECT id, name, state FROM jobs WHERE " + where, owner)
