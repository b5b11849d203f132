"""The counter of a file, and the commits of those who know of no counter.

A trigger appends to the log for whoever changes a user with a driver alone, and cannot move the counter. But
SQLite itself tells a connection whether anybody else has committed since it last asked
(https://sqlite.org/pragma.html#pragma_data_version). What the same connection commits is not counted: so it
is asked on the readers, which never write.
"""

from __future__ import annotations

import sqlite3
from os import getpid
from typing import Final

from rescind.errors import StoreUnavailable
from rescind.model.revocation import Head
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.connections import Connections
from rescind.stores.sqlalchemy.counter import CounterFile
from rescind.stores.sqlalchemy.sqlite import Reader

COMMITS: Final = "PRAGMA data_version"
HEAD: Final = s.HEAD.sql
UNKNOWN: Final = -2
"""No number of a log: whoever compares it asks the rows."""


class FileWord:
    """See ``rescind.stores.base.Word``: ``word[0]`` is the number that the counter announces, or that of the
    head where an entry came without it.

    Costs a statement that reads no page (2 us); two after each commit of anybody, whatever was written.
    """

    __slots__ = ("_connections", "_counter")

    def __init__(self, counter: CounterFile, connections: Connections) -> None:
        self._counter = counter.word
        self._connections = connections

    def __getitem__(self, index: int, /) -> int:
        announced = self._counter[0]
        try:
            reader = getattr(self._connections.local, "reader", None) or self._first_reader()
            if reader.pid != getpid():
                return UNKNOWN  # forked in C, without our hooks
            with reader.lock:
                reader.execute(COMMITS)
                (commits,) = reader.fetchone()
                if commits != reader.commits:
                    # Read after the number was: what is committed in between is counted again next time.
                    reader.execute(HEAD)
                    reader.seq = Head(*reader.fetchone()).seq
                    reader.commits = commits
                seq: int = reader.seq
        except (TypeError, sqlite3.Error, StoreUnavailable):
            return UNKNOWN  # closed, or a fault: ``renew`` and ``facts`` say what it is
        return max(announced, seq)

    def _first_reader(self) -> Reader:
        """Of a thread that has read nothing itself: where sessions are elsewhere, others read for it."""
        if self._connections.identity is None:
            raise StoreUnavailable("the store is closed")
        return self._connections.reader()
