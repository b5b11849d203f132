"""The store on PostgreSQL: the primary decides, reads go through prepared statements on the driver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from rescind._clock import Clock
from rescind.config import masked_url
from rescind.errors import ConfigurationError, RescindError, SchemaMissing, StoreUnavailable
from rescind.model.revocation import Head, Renewal, WorkerRow
from rescind.model.session import Facts
from rescind.stores.base import Capabilities, Incarnation, UnitOfWork
from rescind.stores.births import new_head
from rescind.stores.kept import still_stands
from rescind.stores.sqlalchemy import births, joined, reads, rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.postgres import joining, schema
from rescind.stores.sqlalchemy.postgres import statements as p
from rescind.stores.sqlalchemy.postgres.connections import POINT_READ_WITHIN, Connections
from rescind.stores.sqlalchemy.postgres.faults import translated
from rescind.stores.sqlalchemy.postgres.link import DEFAULTS, Link
from rescind.stores.sqlalchemy.postgres.listening import Ear
from rescind.stores.sqlalchemy.postgres.takeover import Takeover
from rescind.stores.sqlalchemy.postgres.unit import Execute, PostgresUnit
from rescind.stores.sqlalchemy.probe import PROBE, PROBE_COLUMNS, Expected
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.store import SqlStore

logger = logging.getLogger("rescind.store")

POINT_READS = (s.HEAD, s.ENTRY, s.STANDING, s.SIGN_IN_EVIDENCE, s.PASSWORD_EVIDENCE)
"""What signing in and revoking read before they write: while the server hangs, their threads wait for it."""
PROBE_SQL = PROBE.on_postgres.sql.replace("%s", "$1").encode()


class PostgresStore(SqlStore):
    """A store in one schema of one database; see ``rescind.stores.base.Store``.

    Attributes:
        conninfo: for libpq; holds the password.
    """

    dialect = "postgresql"
    owner: str | None = None
    """Who makes tables where there are none, for the message; ``None``: ``rescind db upgrade``."""

    def __init__(self, conninfo: str, *, place: str, clock: Clock, patience: float, lease: float) -> None:
        self.conninfo = conninfo
        self.place = place
        self._clock = clock
        self._patience = patience
        self._connections = Connections(self._connect, patience=patience)
        self._expected = Expected(in_binary)
        self._told_of_pooler = False
        self._takeover = Takeover(clock.lease, lease)
        self._table: tuple[Any, ...] | None = None
        self._channel = ""

    @classmethod
    def from_url(cls, url: str, *, clock: Clock, patience: float = 5.0, lease: float = 1.0) -> PostgresStore:
        """A store for ``postgresql://user@host/database``. Opens nothing.

        Args:
            url: what comes after ``?`` is libpq's (``sslmode``, ``connect_timeout``, ``options``, ...).
            patience: seconds that a check, and a look at the log, wait for the server.
            lease: seconds that this process trusts memory.

        Raises:
            ConfigurationError: it cannot be read, names another driver, or an option unknown to libpq.
        """
        shown = masked_url(url)
        try:
            parsed = make_url(url.replace("postgres://", "postgresql://", 1))
            if parsed.drivername not in ("postgresql", "postgresql+psycopg"):
                raise ConfigurationError(
                    f"url={shown!r}: rescind uses psycopg 3: write postgresql:// for {parsed.drivername}://"
                )
            if any("password" in key for key in parsed.query):
                raise ConfigurationError(
                    "url: a password behind the ? would be shown: write it after the user, or set PGPASSWORD"
                )
            options = DEFAULTS | {key: _one(value) for key, value in parsed.query.items()}
            named: dict[str, Any] = {
                "host": parsed.host,
                "port": parsed.port,
                "user": parsed.username,
                "password": parsed.password,
                "dbname": parsed.database,
            }
            conninfo = make_conninfo(**options, **{key: value for key, value in named.items() if value})
        except (ArgumentError, ValueError, psycopg.ProgrammingError) as error:
            said = str(error).strip().replace(url, shown)
            raise ConfigurationError(
                f"url={shown!r} cannot be read ({said}): write postgresql://user@host/database"
            ) from error
        place = f"{parsed.host or 'the local server'}/{parsed.database or parsed.username or ''}"
        return cls(conninfo, place=place, clock=clock, patience=patience, lease=lease)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            name="postgresql",
            shared=True,
            durable=True,
            counter=False,
            inline_reads=False,
            joins_transactions=True,
            lease_alone=True,
            numbers_at_commit=True,
        )

    @property
    def pooled(self) -> bool:
        """Whether a pooler stands between us and the server."""
        return self._told_of_pooler

    def open(self) -> None:
        joined.watch_sessions()
        link = self._connections.control.take()
        try:
            schema.verify(link, self.place, self.owner)
            self._ask_which(link)
            self._table, self._channel = link.place, link.channel
        except psycopg.Error as error:
            raise translated(error) from error
        finally:
            self._connections.control.give(link)

    def close(self) -> None:
        self._connections.close()
        self._expected = Expected(in_binary)

    def _connect(self) -> Link:
        try:
            link = Link(self.conninfo)
        except ConfigurationError as error:
            if self._table is None:
                raise
            # It worked before: to whoever asks for access the authority is away.
            raise StoreUnavailable(str(error)) from error
        if link.pooled and not self._told_of_pooler:
            self._told_of_pooler = True
            logger.warning(
                "%s is reached through a pooler: no prepared statements and no push; workers hear of a "
                "revocation when they read next, a quarter of a lease later at most",
                self.place,
            )
        if self._table is not None:
            self._ask_which(link)
        return link

    def _ask_which(self, link: Link) -> None:
        """Which server a new connection leads to, and whether somebody has watched it for a term."""
        try:
            told = link.rows(p.INCARNATION.sql, p.INCARNATION.bind())
            *parts, settled = schema.the_head(told, self.place, self.owner)
            is_settled = settled == incarnation_of(parts)
            found = [] if is_settled else link.rows(p.LONGEST_TERM.sql, p.LONGEST_TERM.bind())
        except (psycopg.Error, SchemaMissing) as error:
            link.close()
            raise (error if isinstance(error, SchemaMissing) else translated(error)) from error
        term = max((row[0] for row in found if row[0] is not None), default=0) / rows.MICROS
        _log, *server, _table = parts
        if not link.pooled:
            link.server = tuple(server)
        self._takeover.greeted(tuple(parts[1:]), settled=is_settled, term=term, place=self.place)

    # -- the log and its readers -------------------------------------------------------------------------

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        values = {"worker": worker_id, "applied": applied, "page": limit + 1}
        found = self._connections.control.read(p.RENEW, values)
        self._require_primary(found[0][-1])
        renewal = reads.renewal_of([row[:-1] for row in found], limit)
        return replace(renewal, watched=False) if self._takeover.unwatched else renewal

    def _require_primary(self, in_recovery: bool) -> None:
        if in_recovery:
            self._connections.control.drop_idle()
            raise StoreUnavailable("the server has become a replica: the primary is elsewhere")

    def keeps(self, head: Head, entry_id: str | None) -> bool:
        in_recovery, *now, there = self._connections.control.read(p.KEPT, {"seq": head.seq})[0]
        self._require_primary(in_recovery)
        return still_stands(Head(*now), there, head, entry_id)

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        self._connections.control.execute(p.ACKNOWLEDGE, {"of_id": worker_id, "to_seq": seq, "to_at": at})

    def workers(self) -> Sequence[WorkerRow]:
        found = self._connections.control.read(s.WORKERS.on_postgres, {})
        return [rows.worker_of(row) for row in found]

    def incarnation(self) -> Incarnation:
        return incarnation_in(*self._connections.control.read(p.INCARNATION, {}))

    def registry(self) -> tuple[Sequence[WorkerRow], Incarnation]:
        found = self._connections.control.ask(registry_on)
        server, everybody = found[0][:OF_SERVER], [row[OF_SERVER:] for row in found]
        return [rows.worker_of(row) for row in everybody if row[0] is not None], incarnation_in(server)

    def settle(self, incarnation: str) -> None:
        with self._writing(durable=True) as unit:
            unit.run_text(p.LOCK_HEAD)
            if self.incarnation().id == incarnation:
                unit.run_text(p.SETTLE, id=incarnation)

    def push(self) -> None:
        try:
            self._connections.readers.read(p.NOTIFY, {"channel": self._channel})
        except RescindError as error:
            logger.debug("a push was not sent: %s", error)

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        return Ear(self._connect, wake).close

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        with self._writing(durable=True) as unit:
            head = Head(*unit.run_text(p.LOCK_HEAD).fetchone())
            if head.birth != expected:
                return head
            born = new_head(head, above=at_least)
            for query, values in births.steps(head, born, reason=reason, initiator=initiator, at=at):
                unit.run(query, **values)
        births.tell(self.place, born, reason)
        self.push()
        return born

    # -- sessions ----------------------------------------------------------------------------------------

    def row_with_head(self, query: Query, **values: Any) -> Any:
        found = self._connections.checks.read(query.on_postgres, values)
        self._takeover.require()
        return found[0] if found else None

    def ask(self, query: Query, **values: Any) -> list[Any]:
        found = super().ask(query, **values)
        self._takeover.require()
        return found

    def entry_row(self, seq: int) -> Any:
        found = self._connections.checks.read(s.ENTRY_AT.on_postgres, {"seq": seq})
        return found[0] if found else None

    def unchanged(self, facts: Facts) -> bool:
        try:
            row = self._connections.checks.raw_row(PROBE_SQL, facts.record.id.encode(), self._patience)
        except UnicodeEncodeError:
            return False
        return row is not None and row == self._expected.row(facts) and not self._takeover.unwatched

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        if not seen:
            return 0
        with self._writing(durable=False) as unit:
            # In one order, so that two processes that have seen the same sessions do not wait for each other.
            known = unit.run_text(p.LOCK_SESSIONS, ids=[session_id for session_id, _ in seen]).fetchall()
            present = {session_id for (session_id,) in known}
            return sum(
                unit.run(s.TOUCH, of_id=session_id, seen_at=at).rowcount
                for session_id, at in seen
                if session_id in present
            )

    # -- running statements ------------------------------------------------------------------------------

    def _one(self, query: Query, **values: Any) -> Any:
        within = POINT_READ_WITHIN if query in POINT_READS else None
        found = self._connections.readers.read(query.on_postgres, values, patience=within)
        return found[0] if found else None

    def _all(self, query: Query, **values: Any) -> list[Any]:
        return self._connections.readers.read(query.on_postgres, values)

    @contextmanager
    def _unit(self, *, urgent: bool) -> Iterator[UnitOfWork]:
        begin = self._connections.urgent if urgent else self._connections.transaction
        with self._naming_blockers(), begin(p.BEGIN_URGENT if urgent else p.BEGIN_UNIT) as transaction:
            unit = PostgresUnit(transaction.execute, joined=False)
            try:
                yield unit
            finally:
                unit.close()
        if unit.appended:
            self._tell(unit)

    @contextmanager
    def _naming_blockers(self) -> Iterator[None]:
        """Say who holds what could not be locked in time."""
        try:
            yield
        except StoreUnavailable as error:
            if getattr(error.__cause__, "sqlstate", None) != "55P03":
                raise
            raise StoreUnavailable(f"{error}; {self._blockers()}") from error.__cause__

    def _blockers(self) -> str:
        try:
            found = self._connections.control.read(p.BLOCKERS, {})
        except RescindError as error:
            return f"who holds it could not be found out: {error}"
        named = [f"pid {pid} ({name}, {state} for {age} s)" for pid, name, state, age in found]
        return (
            f"held by {', '.join(named)}: SELECT pg_terminate_backend(pid) ends it"
            if named
            else "by nobody now"
        )

    def _tell(self, unit: PostgresUnit) -> None:
        """Read what numbers the commit gave, and push, in one round trip. It is committed: nothing fails."""
        try:
            found = self._connections.readers.read(
                p.NUMBERS, {"channel": self._channel, "ids": unit.appended}
            )
        except RescindError as error:
            logger.warning("an entry is committed, its number could not be read: %s", error)
            return
        unit.numbers = {row[0]: row[1] for row in found if row[1] is not None}

    @contextmanager
    def _joined_unit(self, connection: Any) -> Iterator[UnitOfWork]:
        if self._table is None:
            self.open()
        unit = PostgresUnit(self.joined_by(connection, self._table or ()), joined=True)
        try:
            yield unit
        finally:
            unit.close()

    def joined_by(self, connection: Any, place: tuple[Any, ...]) -> Execute:
        """How to run statements in the caller's transaction; see ``joining.executor``."""
        joined.watch_sessions()
        return joining.executor(connection, place)

    @contextmanager
    def _writing(self, *, durable: bool) -> Iterator[PostgresUnit]:
        begin = p.BEGIN_DURABLE if durable else p.BEGIN_QUICK
        with self._naming_blockers(), self._connections.transaction(begin) as transaction:
            unit = PostgresUnit(transaction.execute, joined=False)
            try:
                yield unit
            finally:
                unit.close()

    def watch_transaction(self, connection: Any, done: Callable[[bool], None]) -> None:
        if joining.watchable(connection):
            super().watch_transaction(connection, done)


OF_SERVER = len(p.INCARNATION_COLUMNS)


def registry_on(link: Link) -> list[tuple[Any, ...]]:
    """The rows of ``statements.REGISTRY``."""
    if link.server is None:
        return link.rows(p.REGISTRY.sql, p.REGISTRY.bind())
    found = link.rows(p.REGISTRY_ON_LINK.sql, p.REGISTRY_ON_LINK.bind())
    return [(birth, *link.server, *rest) for birth, *rest in found]


def incarnation_in(row: Sequence[Any]) -> Incarnation:
    """A row of ``statements.INCARNATION``."""
    *parts, settled = row
    current = incarnation_of(parts)
    return Incarnation(current, settled == current)


def incarnation_of(parts: Sequence[Any]) -> str:
    """The first columns of ``statements.INCARNATION`` as one id; the migration writes the first one."""
    return ":".join(map(str, parts))


def in_binary(row: tuple[Any, ...]) -> tuple[bytes | None, ...]:
    """A row of ``PROBE`` as the server writes it: numbers in network order (``active`` has two bytes)."""
    written: list[bytes | None] = []
    for column, value in zip(PROBE_COLUMNS, row, strict=True):
        if isinstance(value, int):
            written.append(value.to_bytes(2 if column == "active" else 8, "big", signed=True))
        else:
            written.append(value.encode() if isinstance(value, str) else value)
    return tuple(written)


def _one(value: str | tuple[str, ...]) -> str:
    """What an option is in the url; of one that is given twice the last."""
    return value if isinstance(value, str) else value[-1]
