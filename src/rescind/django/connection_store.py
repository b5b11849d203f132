"""The store in a suite of Django's tests: every statement on the connection that the test's own code uses.

``TestCase`` rolls back what a test did, ``TransactionTestCase`` empties the tables, and an SQLite database in
memory is seen by one connection alone. So here nothing has a connection of its own and nothing goes on in the
background: what the test's transaction holds is what a check reads.

Only the thread that runs the request uses it: Django's connections belong to their threads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from rescind._clock import Clock
from rescind.django.connection_unit import ConnectionUnit
from rescind.django.faults import translating
from rescind.django.schema.head import ensure_head
from rescind.django.transactions import (
    VENDORS,
    elsewhere,
    executor,
    require_open,
    unwrapping,
    watch,
    wrapper_of,
)
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Head, Renewal
from rescind.model.session import Facts
from rescind.stores.base import Capabilities, Incarnation, UnitOfWork
from rescind.stores.births import new_head
from rescind.stores.sqlalchemy import births, reads
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.query import Query
from rescind.stores.sqlalchemy.store import SqlStore
from rescind.stores.sqlalchemy.tokens import VERSION

OF_THE_HEAD = frozenset({s.HEAD, s.RENEW, s.SIGN_IN_EVIDENCE, s.PASSWORD_EVIDENCE, VERSION})
"""Reads that have a row wherever the log has a head."""
NOT_JOINABLE = "pass a connection of Django, such as django.db.connections['default']"


class ConnectionStore(SqlStore):
    """See ``rescind.stores.base.Store``.

    Args:
        alias: of ``DATABASES``; every statement names it, so that no router is asked.
    """

    def __init__(self, alias: str, *, clock: Clock) -> None:
        self.alias = alias
        self.place = f"DATABASES[{alias!r}]"
        self._clock = clock
        self._pid = os.getpid()

    @property
    def capabilities(self) -> Capabilities:
        connection = connections[self.alias]
        in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
        return Capabilities(
            name=connection.vendor,
            shared=not in_memory,
            durable=not in_memory,
            counter=False,
            inline_reads=True,
            joins_transactions=True,
            thread_bound=True,
        )

    @property
    def _connection(self) -> BaseDatabaseWrapper:
        """Of this thread. A forked child gets one of its own and leaves its parent's alone, for ever."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            _inherited.append(connections[self.alias])
            del connections[self.alias]
        return connections[self.alias]

    def open(self) -> None:
        connection = self._connection
        if connection.vendor not in VENDORS:
            raise ConfigurationError(
                f"{self.place} is {connection.display_name}: rescind's tables live on PostgreSQL or SQLite; "
                'name another alias in RESCIND["using"]'
            )
        with translating(self.alias), unwrapping():
            ensure_head(connection)

    def close(self) -> None:
        """The connections are Django's."""

    @staticmethod
    async def on_its_thread(call: Callable[[], Any]) -> Any:
        """For ``auth.aio``: where Django itself runs what blocks, on the connection that the test has."""
        return await sync_to_async(call, thread_sensitive=True)()

    # -- the log and its readers -------------------------------------------------------------------------

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        found = self._all(s.RENEW, worker=worker_id, applied=applied, page=limit + 1)
        return reads.renewal_of(found, limit)

    def incarnation(self) -> Incarnation:
        return Incarnation()

    def settle(self, incarnation: str) -> None:
        """Nobody trusts memory."""

    def push(self) -> None:
        """Nobody listens."""

    def listen(self, wake: Callable[[], None]) -> None:
        return None

    def new_birth(self, *, expected: str, at_least: int, reason: str, initiator: str, at: int) -> Head:
        with self._writing(durable=True) as unit:
            head = unit.head()
            if head.birth != expected:
                return head
            born = new_head(head, above=at_least)
            for query, values in births.steps(head, born, reason=reason, initiator=initiator, at=at):
                unit.run(query, **values)
        births.tell(self.place, born, reason)
        return born

    # -- sessions ----------------------------------------------------------------------------------------

    def unchanged(self, facts: Facts) -> bool:
        """All of them are read: after a rollback a number of the log is given again, so birth and number of
        the head do not say that no entry is new."""
        try:
            return self.facts(facts.record.id) == facts
        except StoreUnavailable:
            return False

    def touch(self, seen: Sequence[tuple[str, int]]) -> int:
        if not seen:
            return 0
        with self._writing(durable=False) as unit:
            return sum(unit.run(s.TOUCH, of_id=session_id, seen_at=at).rowcount for session_id, at in seen)

    # -- running statements ------------------------------------------------------------------------------

    def _all(self, query: Query, **values: Any) -> list[Any]:
        connection = self._connection
        found = self._read(connection, query, values)
        if not found and query in OF_THE_HEAD:  # emptied by a flush
            self.open()
            found = self._read(connection, query, values)
        return found

    def _read(self, connection: BaseDatabaseWrapper, query: Query, values: dict[str, Any]) -> list[Any]:
        text = query.on_postgres if connection.vendor == "postgresql" else query
        with translating(self.alias):
            return list(executor(connection)(text.sql, text.bind(**values)).fetchall())

    def _unit(self, *, urgent: bool) -> AbstractContextManager[UnitOfWork]:
        return self._writing(durable=True)

    @contextmanager
    def _writing(self, *, durable: bool) -> Iterator[ConnectionUnit]:
        """A transaction of its own, or a savepoint in the one that is open."""
        connection, block = self._connection, transaction.atomic(using=self.alias)
        with translating(self.alias), unwrapping():
            block.__enter__()
        try:
            with self._began(connection) as unit:
                yield unit
        except BaseException:
            with translating(self.alias), unwrapping():
                block.__exit__(*sys.exc_info())
            raise
        with translating(self.alias), unwrapping():
            block.__exit__(None, None, None)

    @contextmanager
    def _joined_unit(self, connection: Any) -> Iterator[UnitOfWork]:
        wrapper = self._wrapper(connection)
        require_open(wrapper, self._connection.vendor)
        if wrapper is not self._connection and not _is_one_place(wrapper, self._connection):
            raise elsewhere(wrapper, self.place)
        with self._began(wrapper) as unit:
            yield unit

    @contextmanager
    def _began(self, connection: BaseDatabaseWrapper) -> Iterator[ConnectionUnit]:
        """Under the lock of the head."""
        unit = ConnectionUnit(connection)
        if not unit.run(s.TAKE_WRITE_LOCK).rowcount:
            ensure_head(connection)
            unit.run(s.TAKE_WRITE_LOCK)
        try:
            yield unit
        except BaseException:
            unit.abandon()
            raise
        unit.close()

    def watch_transaction(self, connection: Any, done: Callable[[bool], None]) -> None:
        watch(self._wrapper(connection), done)

    def _wrapper(self, connection: Any) -> BaseDatabaseWrapper:
        wrapper = wrapper_of(connection)
        if wrapper is None:
            raise ConfigurationError(f"connection={type(connection).__name__}: {NOT_JOINABLE}")
        return wrapper


def _is_one_place(one: BaseDatabaseWrapper, other: BaseDatabaseWrapper) -> bool:
    """Whether two aliases lead to one database, as their settings say."""
    if one.settings_dict["NAME"] == ":memory:":
        return False
    return all(one.settings_dict[key] == other.settings_dict[key] for key in ("NAME", "HOST", "PORT"))


_inherited: list[BaseDatabaseWrapper] = []
