"""A unit of work on Django's own connection, under the lock of the log's head."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from rescind.django.faults import translating
from rescind.django.transactions import executor
from rescind.errors import Conflict, StoreUnavailable
from rescind.model.revocation import LogEntry
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.serial_unit import SerialUnit
from rescind.stores.sqlalchemy.unit import Cursor

NUMBER_NOW = (
    "SET CONSTRAINTS rescind_number, rescind_event_number IMMEDIATE",
    "SET CONSTRAINTS rescind_number, rescind_event_number DEFERRED",
)
"""What PostgreSQL has put off until COMMIT happens at the first, and is put off again after the second."""


class ConnectionUnit(SerialUnit):
    """Made by ``ConnectionStore``. Units come one after another: each begins by locking the head.

    So an entry takes its number when it is appended, on PostgreSQL too: a ``TestCase`` never commits, and
    what took its number in COMMIT would never have one.
    """

    __slots__ = ("_execute", "_failed", "_on_postgres", "alias")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.alias = connection.alias
        self._execute: Any = executor(connection)
        self._on_postgres = connection.vendor == "postgresql"
        self._failed = False

    def abandon(self) -> None:
        """It is being rolled back."""
        self._execute = None

    def close(self) -> None:
        """Raises:
        StoreUnavailable: a statement failed, so the database has undone the unit.
        """
        self._execute = None
        if self._failed:
            raise StoreUnavailable(
                "the database has rolled this unit back after an earlier fault: begin a new one"
            )

    def run(self, query: Query, *, conflict: str = "", **values: Any) -> Cursor:
        if self._execute is None:
            raise RuntimeError("this unit of work is over: use it inside its with block")
        text = query.on_postgres if self._on_postgres else query
        with translating(self.alias, conflict):
            self._failed = self._on_postgres
            cursor: Cursor = self._execute(text.sql, text.bind(**values))
            self._failed = False
        if self._on_postgres and conflict and cursor.rowcount == 0:
            raise Conflict(conflict)
        return cursor

    def find_entry(self, id: str) -> LogEntry | None:
        found = super().find_entry(id)
        if found is None or found.seq:
            return found
        # A trigger on users has appended it, and COMMIT would number it.
        for text in NUMBER_NOW:
            with translating(self.alias):
                self._execute(text, ())
        return super().find_entry(id)
