"""One connection: it never waits for ever, and a child of a fork never touches its parent's."""

from __future__ import annotations

import os
import select
from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.stores.sqlalchemy.postgres.faults import translated, unconnected
from rescind.stores.sqlalchemy.postgres.statements import GREETING

V = TypeVar("V")

OLDEST = 130_000
RAW = b"rescind_raw"
GREETED_WITHIN = 5.0
"""Seconds for the first statement on a new connection."""
DEFAULTS = {
    "connect_timeout": "2",
    "application_name": "rescind",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
"""For libpq: a server that is gone is noticed in seconds. What the url says goes before."""


def conninfo_of(parameters: Mapping[str, Any]) -> str:
    """What libpq is given for parameters of which some may be a framework's own; it may hold a password.

    Raises:
        ConfigurationError: a value that libpq does not take; the message names the parameter.
    """
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    given = {key: value for key, value in parameters.items() if key in known and value is not None}
    try:
        return make_conninfo(**(DEFAULTS | given))
    except psycopg.Error as error:
        raise ConfigurationError(f"a parameter of {', '.join(sorted(given))} is not libpq's") from error


class PatientConnection(psycopg.Connection[Any]):
    """Gives up when a statement is not answered within ``patience`` seconds: a server that is stopped, or a
    pooler without one, keeps its sockets open and says nothing."""

    patience: float = GREETED_WITHIN
    pid: int = -1

    def __del__(self, *_: object) -> None:
        if self.pid == os.getpid():
            self.close()

    def wait(self, gen: PQGen[V], interval: float = 0.1, timeout: float | None = None) -> V:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.Error:
            if self.pgconn.status == pq.ConnStatus.OK and self._is_asking():
                self.pgconn.finish()
                raise psycopg.errors.ConnectionTimeout(
                    f"no answer within {self.patience:.2g} s, gave the connection up"
                ) from None
            raise

    def _is_asking(self) -> bool:
        return self.pgconn.transaction_status == pq.TransactionStatus.ACTIVE


class Link:
    """A connection in autocommit mode.

    Attributes:
        pid: the process that may use it.
        fresh: nothing has been asked on it yet, so a fault is not that of an old connection.
        life: that of the pool which it is of; see ``Links.close``.
        pooled: somebody stands between us and the server: no prepared statements, no LISTEN.
        table: the id of the table with the log, ``None`` if it is not there.
        place: which cluster, database and table it leads to.
        server: cluster, timeline and database, once they were asked for: no connection outlives a failover,
            so they stay. ``None`` behind a pooler, where the next statement may meet another server.
        channel: the name that pushes are sent under.
    """

    life = 0
    server: tuple[Any, ...] | None = None

    def __init__(self, conninfo: str) -> None:
        try:
            self.connection = PatientConnection.connect(conninfo, autocommit=True)
        except psycopg.Error as error:
            raise unconnected(error) from error
        self.pid, self.fresh = os.getpid(), True
        self.connection.pid = self.pid
        # Numbers and text always go under one type: one prepared statement for each text.
        self.connection.adapters.register_dumper(int, Int8Dumper)
        self.connection.adapters.register_dumper(str, StrDumper)
        try:
            self._greet()
        except psycopg.Error as error:
            self.connection.close()
            raise translated(error) from error
        except BaseException:
            self.connection.close()
            raise
        self.cursor = self.connection.cursor()
        self._prepared = False
        self._poll: select.poll | None = None

    def _greet(self) -> None:
        (found,) = self.connection.execute(GREETING).fetchall()
        version, replica, backend, self.table, self.schema, system, database = found
        if version < OLDEST:
            raise ConfigurationError(
                f"url: PostgreSQL {version // 10000} is too old: {OLDEST // 10000} or newer"
            )
        if replica:
            raise StoreUnavailable("the server is a replica (in recovery): name the primary in the url")
        self.pooled = backend != self.connection.info.backend_pid
        if self.pooled:
            self.connection.prepare_threshold = None
        else:
            # Compiling a statement of many sub-selects takes a hundred times what running it takes.
            self.connection.execute("SET jit = off")
        self.place = (system, database, self.table)
        self.channel = f"rescind_{self.table}"

    def rows(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """All rows of one reading statement, prepared at its first use."""
        cursor = self.cursor
        cursor.execute(sql, parameters, prepare=not self.pooled)
        self.fresh = False
        return cursor.fetchall()

    def raw_row(self, sql: bytes, parameter: bytes) -> tuple[bytes | None, ...] | None:
        """The first row of ``sql``, which has one text parameter, as the server sends it in binary.

        On libpq itself: what psycopg does around a statement costs as much as the statement. Always the same
        ``sql`` on one connection.
        """
        pgconn = self.connection.pgconn
        if self.pooled:
            pgconn.send_query_params(sql, [parameter], result_format=pq.Format.BINARY)
        else:
            if not self._prepared:
                pgconn.send_prepare(RAW, sql)
                self._answer()
                self._prepared = True
            pgconn.send_query_prepared(RAW, [parameter], result_format=pq.Format.BINARY)
        answer = self._answer()
        self.fresh = False
        if not answer.ntuples:
            return None
        return tuple([answer.get_value(0, column) for column in range(answer.nfields)])

    def _answer(self) -> pq.abc.PGresult:
        """The one result of what was sent."""
        pgconn = self.connection.pgconn
        while pgconn.flush():
            self._wait_until(select.POLLOUT)
        while pgconn.is_busy():
            self._wait_until(select.POLLIN)
            pgconn.consume_input()
        answer = pgconn.get_result()
        while pgconn.get_result() is not None:
            pass
        if answer is None or answer.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            raise psycopg.OperationalError("no answer" if answer is None else answer.get_error_message())
        return answer

    def _wait_until(self, event: int) -> None:
        pgconn = self.connection.pgconn
        if self._poll is None:
            self._poll = select.poll()
        self._poll.register(pgconn.socket, event)
        if not self._poll.poll(self.connection.patience * 1000):
            pgconn.finish()
            raise psycopg.errors.ConnectionTimeout("no answer in time, gave the connection up")

    def change(self, sql: str, parameters: tuple[Any, ...]) -> int:
        """How many rows one writing statement changed."""
        cursor = self.cursor
        cursor.execute(sql, parameters, prepare=not self.pooled)
        self.fresh = False
        return cursor.rowcount

    @property
    def broken(self) -> bool:
        return self.connection.closed or self.connection.pgconn.status != pq.ConnStatus.OK

    @property
    def is_idle(self) -> bool:
        return self.connection.pgconn.transaction_status == pq.TransactionStatus.IDLE

    def close(self) -> None:
        """Close it; in a child that inherited it, keep it untouched: its end belongs to the parent."""
        if self.pid == os.getpid():
            self.connection.close()
        else:
            _inherited.append(self.connection)


_inherited: list[PatientConnection] = []
