"""A unit of work on SQLite: under the write lock, so that a number is taken when an entry is appended."""

from __future__ import annotations

from typing import Any

from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.faults import translating
from rescind.stores.sqlalchemy.guard import Execute, Guard
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.serial_unit import SerialUnit
from rescind.stores.sqlalchemy.unit import Cursor


class SqliteUnit(SerialUnit):
    """Made by ``SqliteStore.write``, which took the write lock.

    Attributes:
        appended: the highest number taken, 0 if none was.
    """

    __slots__ = ("_execute", "_guard", "appended")

    def __init__(self, execute: Execute, guard: Guard) -> None:
        self._execute: Execute | None = execute
        self._guard = guard
        self.appended = 0

    def close(self) -> None:
        self._execute = None

    def run(self, query: Query, *, conflict: str = "", **values: Any) -> Cursor:
        if self._execute is None:
            raise RuntimeError("this unit of work is over: use it inside its with block")
        with translating(conflict):
            return self._execute(query.sql, query.bind(**values))

    def _taken(self, seq: int) -> None:
        # ADVANCE holds the write lock, also in a caller's transaction that had only read. Before the commit:
        # whoever compares with the counter finds it ahead, never behind.
        self._guard.announce(seq)
        if self._guard.counter is None:
            # This process moves no counter, so no revoker may take one for a proof that workers know of it.
            self.run(s.SET_COUNTER, to_id=None)
        self.appended = seq
