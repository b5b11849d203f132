"""All connections of one store in one process: a reader per thread, one writer; and what a fork does."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rescind.errors import CommitUnknown, StoreUnavailable
from rescind.stores.sqlalchemy import forks
from rescind.stores.sqlalchemy.faults import LOCKED, code_of, translated
from rescind.stores.sqlalchemy.sqlite import (
    WRITE_TIMEOUT,
    Identity,
    Reader,
    close,
    connect,
    identity_of,
)
from rescind.stores.sqlalchemy.statements import TAKE_WRITE_LOCK

logger = logging.getLogger("rescind.store")

FORK_PATIENCE = 1.0
"""Seconds that a fork waits for a connection that another thread is using."""
ATTEMPTS = 5
BUSY, NOT_BUSY = "PRAGMA busy_timeout = 5000", "PRAGMA busy_timeout = 0"
"""Milliseconds that SQLite waits for the write lock; as ``WRITE_TIMEOUT``."""
ROLLED_BACK = "the database has rolled this unit back after an earlier fault: begin a new one"


class Busy(Exception):
    """Somebody else holds the write lock, and it was not to be waited for."""


class Transaction:
    """A transaction that holds the write lock."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement.

        Raises:
            sqlite3.Error: as the driver says.
            StoreUnavailable: SQLite has ended the transaction by itself, as it does when the disk is full;
                the next statement would be a transaction of its own.
        """
        if not self._connection.in_transaction:
            raise StoreUnavailable(ROLLED_BACK)
        return self._connection.execute(sql, parameters)


class Connections:
    """Readers and the writer of one file.

    Order of the locks: turn of the writer, then ``lock``, then that of a reader.

    Attributes:
        path: the real path of the database.
        lock: held while connections are made or dropped.
        local: ``local.reader`` is the reader of this thread; a new object when all have to connect again.
        identity: the file that is in use; ``None`` while closed.
    """

    def __init__(self, path: str, begin: Callable[[bool], Identity]) -> None:
        """``begin(create)`` prepares the file; called under ``lock``."""
        self.path = path
        self.identity: Identity | None = None
        self.pid = os.getpid()
        self._begin = begin
        self._readers: weakref.WeakSet[Reader] = weakref.WeakSet()
        self._writer: sqlite3.Connection | None = None
        self._may_write: sqlite3.Connection | None = None
        self._writer_identity: Identity | None = None
        self._synchronous = 0
        self._over_fork: list[object] = []
        self._may_create = True
        self._fresh_locks()
        forks.watch(self)

    def _fresh_locks(self) -> None:
        self.lock = threading.RLock()
        self._turn = threading.Lock()
        self._turn_of: int | None = None
        self.local = threading.local()

    # -- opening and closing -----------------------------------------------------------------------------

    def open(self) -> None:
        """Connect, and make the file if there is none, unless this object has had one before."""
        with self.lock:
            if self.identity is None:
                self.identity = self._begin(self._may_create)
                self._may_create = False

    def close(self) -> None:
        with self.turn(), self.lock:
            self._drop_readers()
            self._drop_writer()
            self.identity = None

    def reconnect(self, stale: Identity | None) -> None:
        """The file at the path is another one than ``stale``: leave that one and open what is there."""
        with self.lock:
            if self.identity != stale:
                return
            logger.warning("%s was replaced: connecting to the new file", self.path)
            self._drop_readers()
            self.identity = None
            self.open()

    def check_process(self) -> None:
        """A fork made in C runs no hooks."""
        if self.pid != os.getpid():
            self.after_fork_in_child()

    # -- reading -----------------------------------------------------------------------------------------

    def reader(self) -> Reader:
        """The reader of this thread."""
        self.check_process()
        try:
            found: Reader = self.local.reader
        except AttributeError:
            return self._new_reader()
        return found

    def _new_reader(self) -> Reader:
        with self.lock:
            for _ in range(ATTEMPTS):
                self.open()
                try:
                    reader = Reader(self.path)
                except sqlite3.Error as error:
                    if not self.has_moved(self.identity):
                        raise translated(error) from error
                else:
                    if reader.identity == self.identity:
                        self._readers.add(reader)
                        self.local.reader = reader
                        return reader
                self.reconnect(self.identity)
        raise StoreUnavailable(f"{self.path} is being replaced again and again")

    def has_moved(self, identity: Identity | None) -> bool:
        return identity_of(self.path) != identity

    # -- writing -----------------------------------------------------------------------------------------

    @contextmanager
    def turn(self, *, wait: bool = True) -> Iterator[None]:
        """Writers of this process take turns, so that they do not poll SQLite's lock against each other.

        Raises:
            StoreUnavailable: not within ``WRITE_TIMEOUT`` seconds, or this very thread has its turn already.
            Busy: at once, if it was not to wait.
        """
        self.check_process()
        if self._turn_of == threading.get_ident():
            if not wait:
                raise Busy
            raise StoreUnavailable("this thread has a unit of work open: write inside it, or after it")
        turn = self._turn
        if not turn.acquire(blocking=wait, timeout=WRITE_TIMEOUT if wait else -1):
            if not wait:
                raise Busy
            raise StoreUnavailable(f"the write lock was not to be had within {WRITE_TIMEOUT:g} s")
        self._turn_of = threading.get_ident()
        try:
            yield
        finally:
            # A fork inside the turn gave the child new locks; the old one is nobody's there.
            if turn is self._turn:
                self._turn_of = None
                turn.release()

    @contextmanager
    def transaction(self, synchronous: int, *, wait: bool = True) -> Iterator[Transaction]:
        """A transaction that holds SQLite's write lock; commits at the end, rolls back on any exception.

        Args:
            synchronous: ``FULL`` if it must survive a power cut.

        Raises:
            StoreUnavailable, CommitUnknown, Busy: nothing else comes from here.
        """
        with self.turn(wait=wait):
            connection = self._begun(synchronous, wait=wait)
            try:
                yield Transaction(connection)
                self._check_still_ours(connection)
            except BaseException:
                self._roll_back(connection)
                raise
            self._commit(connection)

    def _begun(self, synchronous: int, *, wait: bool) -> sqlite3.Connection:
        for _ in range(ATTEMPTS):
            self.open()
            try:
                connection = self._writer_for(synchronous, wait=wait)
                connection.execute("BEGIN IMMEDIATE")
                if self._may_write is not connection:
                    # On a file that it could open for reading only SQLite begins without the write lock.
                    connection.execute(TAKE_WRITE_LOCK.sql)
                    self._may_write = connection
            except sqlite3.Error as error:
                if not wait and code_of(error) in LOCKED:
                    raise Busy from error
                self._drop_writer()
                if self.has_moved(self.identity):
                    self.reconnect(self.identity)
                    continue
                raise translated(error) from error
            if not self.has_moved(self._writer_identity):
                return connection
            connection.execute("ROLLBACK")
            self.reconnect(self._writer_identity)
        raise StoreUnavailable(f"{self.path} is being replaced again and again")

    def _writer_for(self, synchronous: int, *, wait: bool) -> sqlite3.Connection:
        if self._writer is None or self._writer_identity != self.identity:
            self._drop_writer()
            self._writer, self._writer_identity = connect(self.path, timeout=WRITE_TIMEOUT)
            self._synchronous = 0
        if self._synchronous != synchronous:
            full = "PRAGMA synchronous = FULL"
            self._writer.execute(full if synchronous == 2 else "PRAGMA synchronous = NORMAL")
            self._synchronous = synchronous
        self._writer.execute(BUSY if wait else NOT_BUSY)
        return self._writer

    def _check_still_ours(self, connection: sqlite3.Connection) -> None:
        if connection is not self._writer:
            raise StoreUnavailable("this process was forked inside the unit of work: only the parent commits")
        if not connection.in_transaction:
            raise StoreUnavailable(ROLLED_BACK)

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            still_open = connection.in_transaction
            self._roll_back(connection)
            self._drop_writer()
            if still_open:
                raise translated(error) from error
            # Its frames may stand in the write-ahead log: after a crash the next process would find them.
            raise CommitUnknown(
                f"the commit failed half-way, its outcome is open: {translated(error)}"
            ) from error
        if self.has_moved(self._writer_identity):
            raise CommitUnknown(
                f"{self.path} was replaced during the commit: which of the two has it is open"
            )

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        if connection is not self._writer:
            return
        with contextlib.suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        self._drop_writer()

    def _drop_writer(self) -> None:
        if self._writer is not None:
            close(self._writer, self.pid)
        self._writer = self._writer_identity = self._may_write = None

    def _drop_readers(self) -> None:
        """Close every reader between two of its reads; their threads connect again."""
        self.local = threading.local()
        for reader in list(self._readers):
            if reader.lock.acquire(timeout=FORK_PATIENCE):
                reader.close()
                reader.lock.release()
        self._readers.clear()

    # -- forks -------------------------------------------------------------------------------------------

    def before_fork(self) -> None:
        mine = self._turn_of == threading.get_ident()
        has_turn = not mine and self._turn.acquire(timeout=FORK_PATIENCE)
        has_lock = self.lock.acquire(timeout=FORK_PATIENCE)
        if has_turn:
            self._drop_writer()
        else:
            logger.warning("fork inside a unit of work on %s: the child must not use that unit", self.path)
        local, readers = self.local, list(self._readers)
        self.local = threading.local()
        held = [reader for reader in readers if reader.lock.acquire(timeout=FORK_PATIENCE)]
        for reader in held:
            reader.close()
        # Strong references: what could not be closed must not be closed by the child's garbage collector.
        self._over_fork = [local, readers, self._writer, has_turn, has_lock, held]

    def after_fork_in_parent(self) -> None:
        _, _, _, has_turn, has_lock, held = self._over_fork
        self._over_fork = []
        for reader in held:  # type: ignore[attr-defined]
            reader.lock.release()
            self._readers.discard(reader)
        if has_lock:
            self.lock.release()
        if has_turn:
            self._turn.release()

    def after_fork_in_child(self) -> None:
        """Fresh locks, no connections; what the parent left open is kept and never touched."""
        _inherited.append((self._over_fork, list(self._readers), self._writer, self.local))
        self._over_fork = []
        self._readers = weakref.WeakSet()
        self._writer = self._writer_identity = self._may_write = None
        self.pid = os.getpid()
        self._fresh_locks()


_inherited: list[object] = []
