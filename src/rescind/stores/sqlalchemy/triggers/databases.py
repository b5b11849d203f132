"""Connections of rescind's own that put triggers there; see ``installing.Database``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from rescind.errors import ConfigurationError, SchemaMissing
from rescind.stores.sqlalchemy.faults import translated, upgrade_command
from rescind.stores.sqlalchemy.sqlite import WRITE_TIMEOUT, connect
from rescind.stores.sqlalchemy.sqlite_store import SqliteStore
from rescind.stores.sqlalchemy.store import SqlStore
from rescind.stores.sqlalchemy.triggers.declared import DIALECTS, Declared

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.postgres.link import Link

SQLITE_COLUMNS = "SELECT name FROM pragma_table_info(?)"
POSTGRESQL_COLUMNS = """SELECT attname FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"""
DJANGOS_ON_SQLITE = r"""SELECT name FROM sqlite_master
WHERE type = 'trigger' AND tbl_name = ? AND name LIKE 'rescind\_watch\_%' ESCAPE '\'"""
DJANGOS_ON_POSTGRESQL = r"""SELECT tgname FROM pg_trigger
WHERE tgrelid = to_regclass(%s) AND tgname LIKE 'rescind\_watch\_%%'"""
META = "rescind_meta"
PATIENCE = 60.0
"""Seconds for a statement on a server; it waits for a lock for five of them."""
NO_WAITING = "SET LOCAL lock_timeout = '5s'"


class OnSqlite:
    """A connection to the file of a store."""

    vendor = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def quote(self, name: str) -> str:
        return DIALECTS[self.vendor].identifier_preparer.quote_identifier(name)

    def columns(self, table: str, schema: str | None) -> set[str]:
        """The names of the columns; none where there is no such table."""
        return {name for (name,) in self._connection.execute(SQLITE_COLUMNS, [table])}

    def is_djangos(self, table: str, schema: str | None) -> bool:
        """Whether Django's triggers watch it."""
        return bool(self.ask(DJANGOS_ON_SQLITE, table))

    def ask(self, sql: str, *values: str) -> Sequence[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str) -> None:
        self._connection.execute(sql)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


class OnPostgres:
    """A connection to the server of a store."""

    vendor = "postgresql"

    def __init__(self, link: Link) -> None:
        self._connection = link.connection
        self._connection.patience = PATIENCE

    def quote(self, name: str) -> str:
        return DIALECTS[self.vendor].identifier_preparer.quote_identifier(name)

    def columns(self, table: str, schema: str | None) -> set[str]:
        """The names of the columns; none where there is no such table."""
        return {name for (name,) in self.ask(POSTGRESQL_COLUMNS, self._named(table, schema))}

    def is_djangos(self, table: str, schema: str | None) -> bool:
        """Whether Django's triggers watch it."""
        return bool(self.ask(DJANGOS_ON_POSTGRESQL, self._named(table, schema)))

    def _named(self, table: str, schema: str | None) -> str:
        return ".".join(self.quote(one) for one in (schema, table) if one)

    def ask(self, sql: str, *values: str) -> Sequence[tuple[Any, ...]]:
        return self._connection.execute(sql, values or None).fetchall()

    def run(self, sql: str) -> None:
        self._connection.execute(sql)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._connection.transaction():
            self._connection.execute(NO_WAITING)
            yield


@contextmanager
def database_of(store: SqlStore) -> Iterator[OnSqlite | OnPostgres]:
    """A connection to where a store has its tables.

    Raises:
        ConfigurationError: it cannot be connected to, or its role may not do what is asked.
        SchemaMissing: it has no tables of rescind.
        StoreUnavailable: it does not answer, or somebody holds a lock.
    """
    if isinstance(store, SqliteStore):
        try:
            connection, _ = connect(store.path, timeout=WRITE_TIMEOUT)
            with closing(connection):
                yield _checked(OnSqlite(connection), store.place)
        except sqlite3.Error as error:
            raise translated(error) from error
        return
    from rescind.stores.sqlalchemy.triggers.on_postgres import linked

    with linked(store) as link:
        yield _checked(OnPostgres(link), store.place)


def require(database: OnSqlite | OnPostgres, declared: Declared, place: str) -> None:
    """Raises:
    ConfigurationError: the table is not in this database, lacks columns, or is watched by Django's.
    """
    name = declared.watched.users[0].table
    there = database.columns(name, declared.schema)
    if not there:
        raise ConfigurationError(
            f"principals.watch: {place} has no table {declared.table}: make it first; if it is elsewhere, "
            "note that a trigger reaches no other database: users and rescind's tables have to be in one"
        )
    missing = [name for name in declared.columns if name not in there]
    if missing:
        raise ConfigurationError(
            f"principals.watch: {declared.table} in {place} has no column {', '.join(missing)}: run the "
            "application's own migrations, or name the columns that it has"
        )
    if database.is_djangos(name, declared.schema):
        raise ConfigurationError(
            f"principals.watch: Django's triggers watch {declared.table} already (`manage.py "
            "rescind_triggers`): leave the declaration out"
        )


def _checked(database: OnSqlite | OnPostgres, place: str) -> OnSqlite | OnPostgres:
    if not database.columns(META, None):
        raise SchemaMissing(f"url: {place} has no tables of rescind: run `{upgrade_command(None)}`")
    return database
