"""The triggers on Django's users, put there, looked at and removed by Django's connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router
from django.db.transaction import atomic

from rescind.django.schema.operation import alias_of_tables
from rescind.django.schema.ownership import look, place_of
from rescind.django.triggers.watched import watched
from rescind.errors import ConfigurationError, SchemaMissing
from rescind.stores.sqlalchemy.triggers import installing
from rescind.stores.sqlalchemy.triggers.installing import State
from rescind.stores.sqlalchemy.triggers.watched import STEM, Watched


class ByDjango:
    """See ``installing.Database``."""

    def __init__(self, connection: Any) -> None:
        self.vendor: str = connection.vendor
        self._connection = connection

    def quote(self, name: str) -> str:
        quoted: str = self._connection.ops.quote_name(name)
        return quoted

    def ask(self, sql: str, *values: str) -> Sequence[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            found: Sequence[tuple[Any, ...]] = cursor.fetchall()
            return found

    def run(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        # SQLAlchemy is loaded here, and not when a project starts.
        from rescind.stores.sqlalchemy.statements import TAKE_WRITE_LOCK

        with atomic(using=self._connection.alias):
            if self.vendor == "sqlite":  # who reads first cannot write any more once another has written
                self.run(TAKE_WRITE_LOCK.sql)
            yield


def connection_of_tables() -> Any:
    """Django's connection to the tables of rescind, which are the users' too.

    Raises:
        ConfigurationError: users live on another alias, or on a database without such triggers.
        SchemaMissing: there are no tables of rescind.
    """
    alias = alias_of_tables()
    require_reach(alias)
    connection = connections[alias]
    if look(connection) is None:
        raise SchemaMissing(f"DATABASES: {place_of(connection)} has no tables: run `manage.py migrate`")
    return connection


def require_reach(alias: str) -> None:
    """Asks no database.

    Raises:
        ConfigurationError: users live on another alias, or on a database without such triggers.
    """
    connection = connections[alias]
    if connection.vendor not in ("sqlite", "postgresql"):
        raise ConfigurationError(f"DATABASES[{alias!r}] is {connection.display_name}: no triggers for it")
    users = router.db_for_write(get_user_model())
    if users != alias:
        raise ConfigurationError(
            f"users are written on the alias {users!r}, rescind's tables are on {alias!r}: a trigger reaches "
            "no other database"
        )


def script(connection: Any) -> str:
    """What ``install`` runs, to be read before."""
    return installing.script(ByDjango(connection), _asked(connection))


def state(connection: Any) -> tuple[State, list[str]]:
    """Whether they are there, as the settings of now ask for them, and what is not as it should be."""
    return installing.state(ByDjango(connection), _asked(connection))


def install(connection: Any) -> None:
    """Make everything anew, in one transaction."""
    installing.install(ByDjango(connection), _asked(connection))


def remove(connection: Any) -> bool:
    """Take everything away; whether there was anything."""
    return installing.remove(ByDjango(connection), STEM)


def renew(connection: Any) -> bool:
    """After migrations: what is installed follows the tables; whether anything was done.

    SQLite drops the triggers of a table that Django makes anew.
    """
    if not installing.is_there(ByDjango(connection), STEM) or state(connection)[0] == "installed":
        return False
    install(connection)
    return True


def _asked(connection: Any) -> Watched:
    return watched(connection.ops.quote_name)
