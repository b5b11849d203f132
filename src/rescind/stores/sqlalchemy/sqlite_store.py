"""The store on SQLite: many processes on one file, a counter beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import getpid
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from rescind._clock import Clock
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Head, Renewal
from rescind.model.session import Facts
from rescind.stores.base import Capabilities, Incarnation, UnitOfWork, Word
from rescind.stores.sqlalchemy import joined, reads
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.connections import ATTEMPTS, Busy, Connections
from rescind.stores.sqlalchemy.create import prepare
from rescind.stores.sqlalchemy.faults import translated, translating
from rescind.stores.sqlalchemy.guard import Execute, Guard
from rescind.stores.sqlalchemy.probe import PROBE, Expected
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.sqlite import FULL, NORMAL, Identity, is_closed
from rescind.stores.sqlalchemy.sqlite_unit import SqliteUnit
from rescind.stores.sqlalchemy.store import SqlStore

PROBE_SQL = PROBE.sql


class SqliteStore(SqlStore):
    """A store in one SQLite file; see ``rescind.stores.base.Store``.

    Point reads go straight to the driver, on a connection of their thread, with text that SQLAlchemy compiled
    once: a few microseconds, so they are made on an event loop too. Writers take turns on one connection.
    """

    dialect = "sqlite"
    owner = "rescind"
    """Whose the tables are that this store makes or expects; see ``create.prepare``."""

    def __init__(self, path: str, *, clock: Clock) -> None:
        self.path = self.place = path
        self._clock = clock
        self._guard = Guard(path)
        self._connections = Connections(path, self._prepare)
        self._expected = Expected()

    @classmethod
    def from_url(cls, url: str, *, clock: Clock) -> SqliteStore:
        """A store for ``sqlite:///relative.db`` or ``sqlite:////absolute.db``. Opens nothing.

        Two paths to one file (a symbolic link, a relative path) are one store: the real path is used.

        Raises:
            ConfigurationError: no file is named, or more than a file.
        """
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ConfigurationError(f"url={url!r} cannot be read: write sqlite:///app.db") from error
        database = parsed.database
        if parsed.get_backend_name() != "sqlite":
            raise ConfigurationError(f"url: {parsed.drivername} is not SQLite: write sqlite:///app.db")
        if not database or ":memory:" in database or database.startswith("file:"):
            raise ConfigurationError(
                f"url={url!r} names no file: write sqlite:///app.db, or memory:// for a store without one"
            )
        if parsed.query:
            raise ConfigurationError(f"url={url!r}: {', '.join(parsed.query)} cannot be set: end at the path")
        return cls(str(Path(database).resolve()), clock=clock)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            name="sqlite",
            shared=True,
            durable=True,
            counter=self._guard.counter is not None,
            inline_reads=True,
            joins_transactions=True,
        )

    def open(self) -> None:
        self._connections.check_process()
        joined.watch_sessions()
        self._connections.open()

    def close(self) -> None:
        self._connections.close()
        self._guard.drop()
        self._expected = Expected()

    def _prepare(self, create: bool) -> Identity:
        """Make or verify the file, and look after the counter once, under the write lock."""
        connection, identity = prepare(self.path, clock=self._clock, create=create, owner=self.owner)
        try:
            with translating():
                head = self._guard.look_after(connection.execute, at=self._clock.wall(), own=True)
                connection.execute("COMMIT")
            self._guard.committed(head.seq)
        finally:
            connection.close()
        return identity

    # -- the log and its readers -------------------------------------------------------------------------

    @property
    def word(self) -> Word | None:
        counter = self._guard.counter
        return None if counter is None else counter.word

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        values = {"worker": worker_id, "applied": applied, "page": limit + 1}
        found = self._all(s.RENEW, **values)
        head = Head(*found[0][: reads.HEAD_END])
        if not self._guard.is_in_order(head) and self._could_look_after(head):
            found = self._all(s.RENEW, **values)
        renewal = reads.renewal_of(found, limit)
        self._guard.follow(renewal.head)
        return renewal

    def _could_look_after(self, head: Head) -> bool:
        """As ``_look_after_now``. A disk that is full, or a file that may not be written, ends no reading.

        Raises:
            StoreUnavailable: the log went backwards, and a new one cannot be begun.
        """
        try:
            return self._look_after_now()
        except StoreUnavailable:
            if self._guard.last_committed > head.seq:
                raise
            return False

    def _look_after_now(self) -> bool:
        """Look after the counter if the write lock is to be had at once; a writer at work does so itself."""
        try:
            with self._connections.transaction(FULL, wait=False) as connection, translating():
                head = self._guard.look_after(connection.execute, at=self._clock.wall(), own=True)
        except Busy:
            return False
        self._guard.committed(head.seq)
        return True

    def incarnation(self) -> Incarnation:
        return Incarnation()

    def settle(self, incarnation: str) -> None:
        """A file has no servers that could take each other's place."""

    def push(self) -> None:
        """Every check looks at the counter."""

    def listen(self, wake: Callable[[], None]) -> None:
        return None

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        with self._connections.transaction(FULL) as connection, translating():
            counter = self._guard.counter
            seen = max(at_least, counter.announced if counter is not None else 0)
            head = self._guard.look_after(connection.execute, at=at, own=True)
            if head.birth == expected:
                head = self._guard.rebear(
                    connection.execute, head, at_least=seen, reason=reason, initiator=initiator, at=at
                )
        self._guard.committed(head.seq)
        return head

    # -- sessions ----------------------------------------------------------------------------------------

    def row_with_head(self, query: Query, **values: Any) -> Any:
        for _ in range(ATTEMPTS):
            committed = self._guard.last_committed
            row = self._one(query, **values)
            if row is None or row[-4] >= committed:
                return row
            # The file was overwritten with an older one: nothing in it may be believed.
            self._look_after_now()
        raise StoreUnavailable(f"{self.path} went backwards, and the write lock is not to be had")

    def unchanged(self, facts: Facts) -> bool:
        # The counter, read before the statement, names the head that comes with the row: so this is still the
        # file that is written to, and it was not overwritten with an older one.
        try:
            announced = self._guard.counter.word[0]  # type: ignore[union-attr]
            reader = self._connections.local.reader
            if reader.pid != getpid():
                return False  # forked in C, without our hooks
            with reader.lock:
                reader.execute(PROBE_SQL, (facts.record.id,))
                row = reader.fetchone()
        except (AttributeError, sqlite3.Error):
            return False  # no counter, no reader yet, a fault: ``facts`` says what it is
        return announced == facts.head.seq and row is not None and row == self._expected.row(facts)

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        if not seen:
            return 0
        with self._writing(durable=False) as unit:
            return sum(unit.run(s.TOUCH, of_id=session_id, seen_at=at).rowcount for session_id, at in seen)

    # -- running statements ------------------------------------------------------------------------------

    @contextmanager
    def _unit(self, *, urgent: bool) -> Iterator[UnitOfWork]:
        with self._connections.transaction(FULL) as connection:
            with translating():
                head = self._guard.look_after(connection.execute, at=self._clock.wall(), own=True)
            unit = SqliteUnit(connection.execute, self._guard)
            try:
                yield unit
            finally:
                unit.close()
        self._guard.committed(max(head.seq, unit.appended))

    @contextmanager
    def _joined_unit(self, connection: Any) -> Iterator[UnitOfWork]:
        execute = self.joined_by(connection)
        with translating():
            self._guard.look_after(execute, at=self._clock.wall(), own=False)
        unit = SqliteUnit(execute, self._guard)
        try:
            yield unit
        finally:
            unit.close()

    def joined_by(self, connection: Any) -> Execute:
        """How to run statements in the caller's transaction, which has the write lock now.

        Raises:
            ConfigurationError, StoreUnavailable: as ``Store.write`` says.
        """
        joined.watch_sessions()
        joined.checked_connection(connection, self.dialect)
        self.open()
        return joined.joined(connection, self._connections.identity)

    @contextmanager
    def _writing(self, *, durable: bool) -> Iterator[SqliteUnit]:
        with self._connections.transaction(FULL if durable else NORMAL) as connection:
            unit = SqliteUnit(connection.execute, self._guard)
            try:
                yield unit
            finally:
                unit.close()

    def _all(self, query: Query, **values: Any) -> list[Any]:
        """Run one reading statement on the file that is at the path now."""
        connections, parameters = self._connections, query.bind(**values)
        for _ in range(ATTEMPTS):
            reader = connections.reader()
            if connections.has_moved(reader.identity):
                connections.reconnect(reader.identity)
                continue
            try:
                with reader.lock:
                    found: list[Any] = reader.execute(query.sql, parameters).fetchall()
                    return found
            except sqlite3.Error as error:
                if not is_closed(error):
                    raise translated(error) from error
        raise StoreUnavailable(f"{self.path} is being replaced again and again")
