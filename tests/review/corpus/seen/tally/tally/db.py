from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import dict_row


class Database:
    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn, row_factory=dict_row, autocommit=True)

    def one(self, query: LiteralString, *args: Any) -> dict[str, Any] | None:
        return self.connection.execute(query, args).fetchone()

    def rows(self, table: str, columns: Sequence[str], **equal: Any) -> list[dict[str, Any]]:
        query = sql.SQL("SELECT {} FROM {} WHERE {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.Identifier(table),
            sql.SQL(" AND ").join(sql.SQL("{} = {}").format(sql.Identifier(k), sql.Placeholder(k)) for k in equal),
        )
        return self.connection.execute(query, equal).fetchall()

    def count(self, table: str, condition: str) -> int:
        row = self.connection.execute(f"SELECT count(*) AS n FROM {table} WHERE {condition}").fetchone()
        return row["n"] if row else 0

    def by_ids(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        marks = ", ".join(["%s"] * len(ids))
        return self.connection.execute(f"SELECT * FROM entries WHERE id IN ({marks})", list(ids)).fetchall()
