"""The store of a Django project on SQLite: that of every other framework, in the file of ``DATABASES``.

It has connections of its own, so that a check is read beside whatever transaction the application has open.
What belongs into an ``atomic()`` block of the application is written on Django's connection, which is passed
as ``connection=``. PostgreSQL's is in ``postgres_store``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import ConnectionHandler

from rescind._clock import Clock
from rescind.django.faults import translating
from rescind.django.schema.head import ensure_head
from rescind.django.schema.ownership import OWNER
from rescind.django.transactions import elsewhere, executor, require_open, unwrapping, watch, wrapper_of
from rescind.errors import ConfigurationError, MissingExtra, SchemaMissing, StoreBusy, StoreUnavailable
from rescind.stores.base import Word
from rescind.stores.sqlalchemy import SqliteStore, joined
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.connections import Connections, Transaction
from rescind.stores.sqlalchemy.file_word import FileWord
from rescind.stores.sqlalchemy.guard import Execute
from rescind.stores.sqlalchemy.sqlite import FULL, Identity

if TYPE_CHECKING:
    from rescind.django.postgres_store import DjangoPostgresStore

__all__ = ["DjangoPostgresStore", "DjangoSqliteStore"]

logger = logging.getLogger("rescind.store")

ENGINE = "django.db.backends.sqlite3"
WITH_THE_LOCK = ("IMMEDIATE", "EXCLUSIVE")
OPTIONS = '"OPTIONS": {"transaction_mode": "IMMEDIATE"}'


class BesideDjango(Connections):
    """Connections of the store's own, which never wait for a lock that Django's connection of this very
    thread has. (That is known where its blocks begin with the lock.)"""

    alias = DEFAULT_DB_ALIAS

    @contextmanager
    def transaction(self, synchronous: int, *, wait: bool = True) -> Iterator[Transaction]:
        if wait:
            self.refuse_to_wait_for_itself()
        with super().transaction(synchronous, wait=wait) as begun:
            yield begun

    def refuse_to_wait_for_itself(self) -> None:
        """Raises:
        StoreBusy: it would, and be refused after all.
        """
        django = connections[self.alias]
        has_lock = django.in_atomic_block and getattr(django, "transaction_mode", None) in WITH_THE_LOCK
        if has_lock and str(Path(django.settings_dict["NAME"]).resolve()) == self.path:
            raise StoreBusy(
                f"the atomic() block that is open here has the write lock of {self.path}: pass it as "
                "connection=, or do this outside of it"
            )


class DjangoSqliteStore(SqliteStore):
    """See ``rescind.stores.base.Store``; ``connection=`` takes a connection of Django.

    Tables are made by ``manage.py migrate`` and never here.

    Args:
        path: the real path of the file.
        alias: of ``DATABASES``, that leads to it.
        counts_commits: each check asks SQLite whether anybody has committed, and so hears at once of what a
            trigger has appended; else when it reads the log next.
    """

    owner = OWNER

    def __init__(
        self, path: str, *, clock: Clock, alias: str = DEFAULT_DB_ALIAS, counts_commits: bool = False
    ) -> None:
        super().__init__(path, clock=clock)
        self._alias = alias
        self._counts_commits = counts_commits
        self._connections = self._beside = BesideDjango(path, self._prepare)
        self._beside.alias = alias

    @property
    def word(self) -> Word | None:
        counter = self._guard.counter
        if counter is None or not self._counts_commits:
            return super().word
        return FileWord(counter, self._connections)

    def _prepare(self, create: bool) -> Identity:
        self._beside.refuse_to_wait_for_itself()
        try:
            return super()._prepare(create)
        except SchemaMissing:
            if not (Path(self.path).exists() and self._make_head()):
                raise
            return super()._prepare(create)

    def _make_head(self) -> bool:
        """After a flush the tables are there, and the log has no head."""
        settings = ConnectionHandler({self._alias: {"ENGINE": ENGINE, "NAME": self.path}})
        with (
            closing(settings.create_connection(self._alias)) as wrapper,
            translating(self._alias),
            unwrapping(),
        ):
            return ensure_head(wrapper)

    def joined_by(self, connection: Any) -> Execute:
        wrapper = wrapper_of(connection)
        if wrapper is None:
            return super().joined_by(connection)
        require_open(wrapper, self.dialect)
        self.open()
        execute = executor(wrapper)
        try:
            joined.require_database(execute, self._connections.identity)
        except ConfigurationError as error:
            raise elsewhere(wrapper, self.path) from error
        joined.take_write_lock(
            execute,
            "the open transaction could not become a writing one, because somebody else has written since it "
            f"began: set {OPTIONS} in DATABASES[{wrapper.alias!r}]",
        )
        return execute

    def watch_transaction(self, connection: Any, done: Callable[[bool], Any]) -> None:
        wrapper = wrapper_of(connection)
        if wrapper is None:
            super().watch_transaction(connection, done)
            return
        require_open(wrapper, self.dialect)
        durable = joined.is_durable(executor(wrapper))
        watch(wrapper, done if durable else lambda committed: self._over(committed, done))

    def _over(self, committed: bool, done: Callable[[bool], Any]) -> None:
        """Sites set ``PRAGMA synchronous=NORMAL`` for speed: then a power cut could take back what was
        committed, and nothing is told before something that survives one stands behind it."""
        if committed:
            try:
                self._sync()
            except StoreUnavailable as error:
                logger.warning("a commit is not told: it could not be made to survive a power cut: %s", error)
                return
        done(committed)

    def _sync(self) -> None:
        """Commit durably: the write-ahead log reaches the disk with all that stands before it. What changes
        nothing would be written nowhere, so a row comes and goes."""
        with self._connections.transaction(FULL) as transaction:
            transaction.execute(s.INSERT_DATUM.sql, s.INSERT_DATUM.bind(session_id="", key="", value=""))
            transaction.execute(s.DELETE_DATUM.sql, s.DELETE_DATUM.bind(of_id="", of_key=""))


def __getattr__(name: str) -> Any:
    """``DjangoPostgresStore``, loaded where there is a server: its driver is an extra."""
    if name != "DjangoPostgresStore":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from rescind.django.postgres_store import DjangoPostgresStore
    except ImportError as error:  # psycopg raises it when libpq is missing
        raise MissingExtra("postgres", "DATABASES names PostgreSQL") from error
    return DjangoPostgresStore
