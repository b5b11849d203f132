"""Errors of the drivers under Django as errors of rescind, with the words of Django's settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rescind.errors import Conflict, SchemaMissing
from rescind.stores.sqlalchemy import faults

UNDEFINED = frozenset({"42P01", "42703", "3F000", "42883"})
"""States of PostgreSQL for a table, column, schema or function that is not there."""


@contextmanager
def translating(alias: str, conflict: str = "") -> Iterator[None]:
    """Translate errors of ``sqlite3`` and ``psycopg``.

    Args:
        alias: of ``DATABASES``.
        conflict: the message of ``Conflict`` when a unique key is violated.

    Raises:
        Conflict, StoreUnavailable, SchemaMissing: as their names say.
    """
    try:
        yield
    except sqlite3.Error as error:
        if isinstance(error, sqlite3.IntegrityError) and conflict:
            raise Conflict(conflict) from error
        translated = faults.translated(error)
        raise _missing(alias) if isinstance(translated, SchemaMissing) else translated from error
    except Exception as error:
        state = getattr(error, "sqlstate", None)
        if not _is_of_postgres(error):
            raise
        if state in UNDEFINED:
            raise _missing(alias) from error
        from rescind.stores.sqlalchemy.postgres.faults import translated as of_postgres

        raise of_postgres(error) from error


def _missing(alias: str) -> SchemaMissing:
    return SchemaMissing(f"DATABASES[{alias!r}] has no tables of rescind: run `manage.py migrate`")


def _is_of_postgres(error: Any) -> bool:
    """Whether psycopg raised it, which is imported only where it is used."""
    return any(kind.__module__.partition(".")[0] == "psycopg" for kind in type(error).__mro__)
