"""A look at a database from outside: makes nothing, changes nothing, waits for nobody.

For ``rescind doctor`` and for commands that must not make a database where a path was mistyped.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select

from rescind import sqlalchemy as t
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Head, WorkerRow
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.counter import SUFFIX, CounterFile, open_counter
from rescind.stores.sqlalchemy.create import SCHEMA_VERSION, VERSIONS, _diagnosed, _may_write
from rescind.stores.sqlalchemy.faults import upgrade_command
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.sqlite import READ_TIMEOUT, connect

REALMS = Query(select(t.principal.c.realm).distinct().order_by(t.principal.c.realm))
LOOKS = 5


class CounterState(StrEnum):
    """How the counter file stands to the head of the log."""

    IN_ORDER = "in order"
    MISSING = "missing"
    UNREADABLE = "cannot be mapped"
    NO_COUNTER = "is something else"
    FOREIGN = "belongs to another log"
    BACKWARDS = "ahead of the log: the database went backwards"
    AHEAD = "ahead, after a crash or a rollback"
    BEHIND = "behind the log"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was seen.

    Attributes:
        missing: there is no file.
        schema_version, min_reader, owner: ``None`` without tables of rescind.
        newest_known: the schema that this version of rescind writes.
        head: the state of the log, ``None`` without tables or with a schema that is too new to be read.
        workers: the registry.
        counter: the counter file, and the number that it announces.
        journal_mode: as SQLite says it.
        size: bytes of the database without its write-ahead log.
        writable: whether this process may write the file. SQLite itself opens it for reading then, and says
            nothing.
        mode: permission bits of the file.
    """

    path: str
    missing: bool = False
    schema_version: int | None = None
    min_reader: int | None = None
    owner: str | None = None
    newest_known: int = SCHEMA_VERSION
    head: Head | None = None
    workers: tuple[WorkerRow, ...] = ()
    counter: CounterState = CounterState.MISSING
    announced: int | None = None
    journal_mode: str = ""
    size: int = 0
    mode: int = 0
    writable: bool = True

    @property
    def upgrade(self) -> str:
        """The command that brings the tables to the newest schema known."""
        return upgrade_command(self.owner)


def inspect(path: str, *, deep: bool = False) -> Inspection:
    """Look at the file at ``path``.

    Args:
        deep: also head, workers and counter.

    Raises:
        ConfigurationError: it is a folder, no database, or cannot be opened by this process.
        StoreUnavailable: it is locked or damaged.
    """
    if not Path(path).exists():
        return Inspection(path, missing=True)
    if Path(path).is_dir():
        raise ConfigurationError(f"url: {path} is a folder: name a file in it")
    with _connection(path) as connection:
        found = Path(path).stat()
        general: dict[str, Any] = {
            "journal_mode": connection.execute("PRAGMA journal_mode").fetchone()[0],
            "size": found.st_size,
            "mode": found.st_mode & 0o777,
            "writable": _may_write(Path(path)),
        }
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'rescind_meta'").fetchone()
        versions = known and connection.execute(VERSIONS.sql, VERSIONS.bind()).fetchone()
        if not versions:
            return Inspection(path, **general)
        general |= {"schema_version": versions[0], "min_reader": versions[1], "owner": versions[2]}
        if not deep or versions[1] > SCHEMA_VERSION:
            return Inspection(path, **general)
        head, state, announced = _head_and_counter(connection, path + SUFFIX)
        workers = connection.execute(s.WORKERS.sql, s.WORKERS.bind()).fetchall()
    return Inspection(
        path,
        **general,
        head=head,
        counter=state,
        announced=announced,
        workers=tuple(rows.worker_of(row) for row in workers),
    )


def realms_of(path: str) -> Sequence[str]:
    """The realms that have principals in the database at ``path``."""
    with _connection(path) as connection:
        return [row[0] for row in connection.execute(REALMS.sql, REALMS.bind()).fetchall()]


def damage_of(path: str) -> str | None:
    """The first thing that SQLite's own quick check finds, ``None`` if it finds nothing. Reads everything."""
    with _connection(path) as connection:
        found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    return None if found == "ok" else found


def write_lock_free(path: str) -> bool:
    """Whether the write lock is to be had now. Takes it and gives it back; writes nothing.

    Raises:
        ConfigurationError, StoreUnavailable: the database cannot be written at all.
    """
    with _connection(path, query_only=False) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            raise
        connection.execute("ROLLBACK")
    return True


@contextmanager
def _connection(path: str, *, query_only: bool = True) -> Iterator[sqlite3.Connection]:
    try:
        connection, _ = connect(path, timeout=READ_TIMEOUT)
        with closing(connection):
            if query_only:
                connection.execute("PRAGMA query_only = ON")
            yield connection
    except sqlite3.Error as error:
        raise _diagnosed(path, error) from error


def _head_and_counter(connection: sqlite3.Connection, path: str) -> tuple[Head, CounterState, int | None]:
    """Both from one moment: the counter before and after the head is the same."""
    for _ in range(LOOKS):
        counter, state = _mapped(path)
        before = None if counter is None else counter.announced
        head = Head(*connection.execute(s.HEAD.sql, s.HEAD.bind()).fetchone())
        if counter is None:
            return head, state, None
        if counter.announced == before:
            return head, _state(counter, head), before
    raise StoreUnavailable("the log moved at every look: try again")


def _mapped(path: str) -> tuple[CounterFile | None, CounterState]:
    try:
        counter = open_counter(path)
    except OSError:
        return None, CounterState.UNREADABLE
    if counter is None and os.path.lexists(path):
        return None, CounterState.NO_COUNTER
    return counter, CounterState.MISSING


def _state(counter: CounterFile, head: Head) -> CounterState:
    if counter.id != head.counter_id:
        return CounterState.FOREIGN
    if counter.committed > head.seq:
        return CounterState.BACKWARDS
    if counter.announced > head.seq:
        return CounterState.AHEAD
    return CounterState.BEHIND if counter.announced < head.seq else CounterState.IN_ORDER
