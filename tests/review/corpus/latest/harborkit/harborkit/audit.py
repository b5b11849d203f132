"""Who did what, in a table of each service."""
from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql


class Audit:
    def __init__(self, connection: psycopg.Connection, table: str) -> None:
        self.connection = connection
        self.table = table

    def write(self, actor: str, action: str, subject: str) -> None:
        statement = sql.SQL("INSERT INTO {} (actor, action, subject) VALUES (%s, %s, %s)")
        self.connection.execute(statement.format(sql.Identifier(self.table)), (actor, action, subject))

    def of(self, column: str, value: str, limit: int = 100) -> list[tuple[Any, ...]]:
        statement = sql.SQL("SELECT at, actor, action, subject FROM {} WHERE {} = %s ORDER BY at DESC LIMIT %s")
        query = statement.format(sql.Identifier(self.table), sql.Identifier(column))
        return self.connection.execute(query, (value, limit)).fetchall()
