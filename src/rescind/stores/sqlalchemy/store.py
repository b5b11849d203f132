"""The store itself: SQLAlchemy Core on SQLite, many processes on one file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from os import getpid
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from rescind._clock import Clock
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.audit_event import AuditEvent
from rescind.model.credential import SignInEvidence
from rescind.model.principal import Standing
from rescind.model.revocation import Head, LogEntry, Renewal, WorkerRow
from rescind.model.session import Facts, SessionRecord
from rescind.stores.base import Capabilities, PruneReport, Selection, UnitOfWork, Word
from rescind.stores.sqlalchemy import joined, reads, rows, selections
from rescind.stores.sqlalchemy import prune as pruning
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.connections import ATTEMPTS, Busy, Connections
from rescind.stores.sqlalchemy.create import prepare
from rescind.stores.sqlalchemy.faults import translated, translating
from rescind.stores.sqlalchemy.guard import Guard
from rescind.stores.sqlalchemy.probe import PROBE, Expected
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.sqlite import FULL, NORMAL, Identity, is_closed
from rescind.stores.sqlalchemy.unit import SqlUnit

PROBE_SQL = PROBE.sql


class SqlStore:
    """A store in one SQLite file; see ``rescind.stores.base.Store``.

    Point reads go straight to the driver, on a connection of their thread, with text that SQLAlchemy compiled
    once: a few microseconds, so they are made on an event loop too. Writers take turns on one connection.
    """

    def __init__(self, path: str, *, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._guard = Guard(path)
        self._connections = Connections(path, self._prepare)
        self._expected = Expected()

    @classmethod
    def from_url(cls, url: str, *, clock: Clock) -> SqlStore:
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
        connection, identity = prepare(self.path, clock=self._clock, create=create)
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

    def head(self) -> Head:
        return Head(*self._one(s.HEAD))

    def find_entry(self, id: str) -> LogEntry | None:
        row = self._one(s.ENTRY, id=id)
        return None if row is None else rows.entry_of(row)

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

    def register(self, worker: WorkerRow) -> None:
        taken = f"worker {worker.id} exists: an id is for one incarnation"
        with self._writing(FULL) as unit:
            unit.run(s.INSERT_WORKER, conflict=taken, **rows.worker_values(worker))

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        self._change(s.ACKNOWLEDGE, of_id=worker_id, to_seq=seq, to_at=at)

    def deregister(self, worker_id: str) -> None:
        self._change(s.DEREGISTER, of_id=worker_id)

    def workers(self) -> Sequence[WorkerRow]:
        return [rows.worker_of(row) for row in self._all(s.WORKERS)]

    def retire(self, worker_id: str, seq: int) -> None:
        self._change(s.RETIRE, of_id=worker_id, below=seq)

    def forget(self, worker_id: str) -> None:
        self._change(s.FORGET, of_id=worker_id)

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

    def facts(self, session_id: str) -> Facts | None:
        for _ in range(ATTEMPTS):
            committed = self._guard.last_committed
            row = self._one(s.FACTS, id=session_id)
            if row is None:
                return None
            if row[-4] < committed:
                # The file was overwritten with an older one: nothing in it may be believed.
                self._look_after_now()
                continue
            if row[-1] is None:
                return reads.facts_of(row, Head(*row[-5:-1]), None)
            ended_by = self._one(s.ENTRY_AT, seq=row[-1])
            if ended_by is not None:
                return reads.facts_of(row, Head(*row[-5:-1]), rows.entry_of(ended_by))
            # Pruned in between: by then the row bears a mark.
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

    def sessions(
        self, selection: Selection, *, now: int, limit: int = 100, after: str | None = None
    ) -> Sequence[SessionRecord]:
        query = selections.listing(selections.shape_of(selection), after is not None)
        values = selections.values_of(selection) | {"now": now, "page": limit, "after": after}
        return [SessionRecord(*row) for row in self._all(query, **values)]

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        query = selections.counting(selections.shape_of(selection))
        found, live = self._one(query, now=now, **selections.values_of(selection))
        return found, live

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        if not seen:
            return 0
        with self._writing(NORMAL) as unit:
            return sum(unit.run(s.TOUCH, of_id=session_id, seen_at=at).rowcount for session_id, at in seen)

    def load_data(self, session_id: str) -> dict[str, Any]:
        return {key: json.loads(text) for key, text in self._all(s.LOAD_DATA, id=session_id)}

    def save_data(self, session_id: str, changed: dict[str, Any], removed: Sequence[str]) -> bool:
        texts = {key: rows.json_text(value) for key, value in changed.items()}
        with self._writing(NORMAL) as unit:
            if unit.run(s.IS_UNENDED, id=session_id).fetchone() is None:
                return False
            for key in removed:
                unit.run(s.DELETE_DATUM, of_id=session_id, of_key=key)
            for key, text in texts.items():
                if not unit.run(s.UPDATE_DATUM, of_id=session_id, of_key=key, to_value=text).rowcount:
                    unit.run(s.INSERT_DATUM, session_id=session_id, key=key, value=text)
            return True

    # -- people ------------------------------------------------------------------------------------------

    def standing(self, realm: str, principal_id: str) -> Standing | None:
        row = self._one(s.STANDING, realm=realm, id=principal_id)
        return None if row is None else rows.standing_of(row)

    def standings(self, realm: str, *, limit: int = 100, after: str | None = None) -> Sequence[Standing]:
        query = s.FIRST_STANDINGS if after is None else s.STANDINGS
        return [rows.standing_of(row) for row in self._all(query, realm=realm, after=after, page=limit)]

    def sign_in_evidence(self, realm: str, login: str) -> SignInEvidence:
        return reads.sign_in_evidence_of(self._one(s.SIGN_IN_EVIDENCE, realm=realm, login=login))

    def password_evidence(self, realm: str, principal_id: str) -> SignInEvidence:
        return reads.password_evidence_of(self._one(s.PASSWORD_EVIDENCE, realm=realm, id=principal_id))

    # -- writing -----------------------------------------------------------------------------------------

    def write(self, connection: Any = None) -> AbstractContextManager[UnitOfWork]:
        return self._unit() if connection is None else self._joined_unit(connection)

    def watch_transaction(self, connection: Any, done: Callable[[bool], None]) -> None:
        joined.watch(joined.checked_connection(connection), done)

    def audit_events(
        self, realm: str, *, subject: str | None = None, limit: int = 100, before: str | None = None
    ) -> Sequence[AuditEvent]:
        number = None
        if before is not None:
            found = self._one(s.EVENT_NUMBER, id=before)
            if found is None:
                return []
            number = found[0]
        query = selections.trail(subject is not None, number is not None)
        values = {"realm": realm, "subject": subject, "before": number, "page": limit}
        return [rows.event_of(row) for row in self._all(query, **values)]

    def prune(
        self, *, now: int, keep_ended: int, access_life: int, session_life: int, batch: int = 1000
    ) -> PruneReport:
        if batch < 1:
            raise ValueError(f"batch={batch}: at least 1")
        times = {
            "before": now - keep_ended,
            "access": now - access_life - pruning.MARGIN,
            "session": now - session_life - pruning.MARGIN,
        }
        # Looked at first without the write lock: mostly there is nothing to do.
        if not pruning.has_work(self._one, **times):
            return PruneReport(floor=self.head().floor)
        with self._writing(NORMAL) as unit:
            return pruning.prune_batch(unit, batch=batch, **times)

    @contextmanager
    def _unit(self) -> Iterator[UnitOfWork]:
        with self._connections.transaction(FULL) as connection:
            with translating():
                head = self._guard.look_after(connection.execute, at=self._clock.wall(), own=True)
            unit = SqlUnit(connection.execute, self._guard)
            try:
                yield unit
            finally:
                unit.close()
        self._guard.committed(max(head.seq, unit.appended))

    @contextmanager
    def _joined_unit(self, connection: Any) -> Iterator[UnitOfWork]:
        joined.watch_sessions()
        joined.checked_connection(connection)
        self.open()
        execute = joined.joined(connection, self._connections.identity)
        with translating():
            self._guard.look_after(execute, at=self._clock.wall(), own=False)
        unit = SqlUnit(execute, self._guard)
        try:
            yield unit
        finally:
            unit.close()

    @contextmanager
    def _writing(self, synchronous: int) -> Iterator[SqlUnit]:
        """A transaction of this store's own that appends nothing."""
        with self._connections.transaction(synchronous) as connection:
            unit = SqlUnit(connection.execute, self._guard)
            try:
                yield unit
            finally:
                unit.close()

    def _change(self, query: Query, **values: Any) -> None:
        with self._writing(NORMAL) as unit:
            unit.run(query, **values)

    # -- reading -----------------------------------------------------------------------------------------

    def _one(self, query: Query, **values: Any) -> Any:
        found = self._all(query, **values)
        return found[0] if found else None

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
