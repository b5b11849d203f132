"""Transactions of Django: which one is joined, how statements run in it, how its end becomes known."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.connection import ConnectionProxy

from rescind.errors import ConfigurationError, StoreUnavailable

Done = Callable[[bool], Any]
Execute = Callable[[str, tuple[Any, ...]], Any]
"""Runs one statement, as the drivers write it: with ``?`` on SQLite, with ``%s`` on PostgreSQL."""

VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def joinable(alias: str = DEFAULT_DB_ALIAS) -> BaseDatabaseWrapper | None:
    """Django's connection of this thread, if the application has an ``atomic()`` block open on it.

    The blocks that ``TestCase`` makes around each test do not count: what is under test knows nothing of
    them. Connects nowhere.
    """
    connection = connections[alias]
    ours = (block for block in connection.atomic_blocks if not block._from_testcase)
    return None if next(ours, None) is None else connection


def wrapper_of(connection: Any) -> BaseDatabaseWrapper | None:
    """What was passed as ``connection=``, if it is one of Django's (``django.db.connection`` too)."""
    if isinstance(connection, ConnectionProxy):
        connection = connection._connections[connection._alias]
    return connection if isinstance(connection, BaseDatabaseWrapper) else None


def require_open(connection: BaseDatabaseWrapper, vendor: str | None = None) -> None:
    """Whether a unit can become part of what is open on a connection.

    Args:
        vendor: ``sqlite`` or ``postgresql``: of the store; ``None`` for either.

    Raises:
        ConfigurationError: it cannot; the message names the alias and the mend.
    """
    alias = connection.alias
    if connection.vendor not in ([vendor] if vendor else VENDORS):
        there = VENDORS[vendor] if vendor else "PostgreSQL or SQLite"
        raise ConfigurationError(
            f"connection: DATABASES[{alias!r}] is {connection.display_name}, rescind's tables are on "
            f"{there}: "
            'pass connections[RESCIND["using"]]'
        )
    if not connection.in_atomic_block and connection.get_autocommit():
        raise ConfigurationError(
            f"connection: no transaction is open on DATABASES[{alias!r}] (autocommit), so state and "
            f"revocation would not commit together: call it inside transaction.atomic(using={alias!r})"
        )


def elsewhere(connection: BaseDatabaseWrapper, where: str) -> ConfigurationError:
    """For a connection of another database than the store's."""
    return ConfigurationError(
        f"connection: DATABASES[{connection.alias!r}] is another database or schema than {where}, where "
        'rescind\'s tables are: pass connections[RESCIND["using"]]'
    )


def executor(connection: BaseDatabaseWrapper) -> Execute:
    """How to run statements of ours on a connection. They count among its queries, as Django's own do.

    Raises, from what is returned:
        the driver's own errors, without Django's wrapping; StoreUnavailable where Django itself refuses.
    """
    written = in_format if connection.vendor == "sqlite" else str

    def execute(sql: str, parameters: tuple[Any, ...]) -> Any:
        with unwrapping():
            cursor = connection.cursor()
            cursor.execute(written(sql), parameters)
        return cursor

    return execute


@lru_cache(maxsize=512)
def in_format(sql: str) -> str:
    """A statement for SQLite as Django's cursors take it: ``%s`` for each parameter."""
    return sql.replace("%", "%%").replace("?", "%s")


@contextmanager
def unwrapping() -> Iterator[None]:
    """Raise the driver's errors where Django raises its own around them."""
    try:
        yield
    except Error as error:
        if error.__cause__ is None:
            raise StoreUnavailable(f"Django's connection cannot be used: {error}") from error
        raise error.__cause__ from None


def watch(connection: BaseDatabaseWrapper, done: Done) -> None:
    """Call ``done`` once, when the transaction, or the savepoint, that is open has ended: ``True`` after the
    COMMIT, ``False`` after a rollback.

    Django calls who waits for a commit, and forgets who waits in what was rolled back: so being forgotten is
    the news of a rollback. Where the connection broke down, nobody knows whether a COMMIT was on its way, and
    nothing is told; nor where the application commits by itself (``set_autocommit(False)``).

    Raises:
        ConfigurationError: no transaction is open.
    """
    require_open(connection)
    if not connection.in_atomic_block:
        return

    def committed() -> None:
        if forgotten.detach() is not None:
            done(True)

    forgotten = weakref.finalize(committed, _rolled_back, weakref.ref(connection), done)
    forgotten.atexit = False
    connection.on_commit(committed, robust=True)


def _rolled_back(connection: weakref.ref[BaseDatabaseWrapper], done: Done) -> None:
    wrapper = connection()
    driver = None if wrapper is None else wrapper.connection
    if driver is not None and not getattr(driver, "closed", False):
        done(False)
