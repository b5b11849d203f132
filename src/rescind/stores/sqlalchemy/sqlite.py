"""Connections to one SQLite file, and whether it is still the file at its path.

Nothing but SQLite opens the database, its ``-wal`` or its ``-shm``: closing any other descriptor of them
drops all POSIX locks of this process, and with them committed rows
(https://sqlite.org/howtocorrupt.html 2.2). ``os.stat`` opens nothing.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import NamedTuple

from rescind.errors import StoreUnavailable

READ_TIMEOUT = 0.25
"""Seconds that a reader waits for a lock; in WAL mode it hardly ever has to."""
WRITE_TIMEOUT = 5.0
"""Seconds that a writer waits for the write lock."""
NORMAL, FULL = 1, 2
"""Values of ``PRAGMA synchronous``: FULL survives a power cut, NORMAL in WAL mode a crashed process."""


class Identity(NamedTuple):
    """Which file a path leads to."""

    device: int
    inode: int


def identity_of(path: str) -> Identity | None:
    """The file at ``path`` now, ``None`` if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a third of the cost of Path.stat, on a path where that counts
    except OSError:
        return None
    return Identity(found.st_dev, found.st_ino)


def connect(path: str, *, timeout: float, create: bool = False) -> tuple[sqlite3.Connection, Identity]:
    """Open a connection in autocommit mode and say which file it has open.

    SQLite opens the file at the first statement; the path is looked at before and after, so that a file that
    is replaced in between is not mistaken for the one that was opened.

    Raises:
        sqlite3.Error: as the driver says.
        StoreUnavailable: the file is being replaced again and again.
    """
    uri = f"{Path(path).as_uri()}?mode={'rwc' if create else 'rw'}"
    for _ in range(5):
        before = identity_of(path)
        connection = sqlite3.connect(
            uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA schema_version").fetchone()
        except BaseException:
            connection.close()
            raise
        after = identity_of(path)
        if after is not None and before in (None, after):
            return connection, after
        connection.close()
    raise StoreUnavailable(f"{path} is being replaced: try again")


class Reader:
    """A reading connection of one thread.

    The lock lets a fork close the connection between two reads, never within one.

    Attributes:
        commits, seq: of others, as SQLite counts them, and where the log ended after the last of them; for
            ``file_word``.
    """

    __slots__ = (
        "__weakref__",
        "commits",
        "connection",
        "execute",
        "fetchone",
        "identity",
        "lock",
        "pid",
        "seq",
    )

    def __init__(self, path: str) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.connection, self.identity = connect(path, timeout=READ_TIMEOUT)
        self.connection.execute("PRAGMA query_only = ON")
        # One cursor for all reads of the thread: making one for each costs as much as the read's own work.
        cursor = self.connection.cursor()
        self.execute, self.fetchone = cursor.execute, cursor.fetchone
        self.commits = self.seq = -1

    def close(self) -> None:
        close(self.connection, self.pid)

    def __del__(self) -> None:
        if hasattr(self, "connection"):
            self.close()


_abandoned: list[sqlite3.Connection] = []


def close(connection: sqlite3.Connection, pid: int) -> None:
    """Close a connection that process ``pid`` opened.

    In a child that inherited it, it is kept and never touched: closing it would work on the parent's files
    with a book of locks that is not the child's (https://sqlite.org/howtocorrupt.html 2.6).
    """
    if pid == os.getpid():
        connection.close()
    else:
        _abandoned.append(connection)


def is_closed(error: sqlite3.Error) -> bool:
    """Whether a connection was closed under its reader: by a fork, by ``close()``, or for a moved file."""
    return isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error)
