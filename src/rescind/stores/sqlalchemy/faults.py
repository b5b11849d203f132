"""Errors of the driver as errors of rescind. Nothing of SQLite's leaves this package."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from rescind.errors import Conflict, SchemaMissing, StoreUnavailable

LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
NOT_OURS = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
BEGIN_IMMEDIATE_HINT = (
    "the caller's transaction could not become a writing one: begin it with BEGIN IMMEDIATE (or write before "
    "you read) and run it again"
)


def upgrade_command(owner: str | None) -> str:
    """The command that makes tables, or brings them to the schema of this version.

    Args:
        owner: whose migrations the tables are, ``None`` where there are none yet.
    """
    return "manage.py migrate" if owner == "django" else "rescind db upgrade"


def driver_error(error: BaseException) -> sqlite3.Error | None:
    """The driver's own error inside whatever SQLAlchemy wrapped around it."""
    if isinstance(error, DBAPIError):
        return error.orig if isinstance(error.orig, sqlite3.Error) else None
    return error if isinstance(error, sqlite3.Error) else None


def code_of(error: BaseException) -> int:
    """SQLite's primary result code, 0 when the driver raised without one."""
    code: int = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF


def translated(error: sqlite3.Error) -> Exception:
    """The error of rescind for an error of the driver."""
    code = code_of(error)
    if code in LOCKED:
        return StoreUnavailable(f"the database is locked by another connection ({error})")
    if code == sqlite3.SQLITE_FULL:
        return StoreUnavailable("the disk is full (or the database has reached max_page_count): make room")
    if code == sqlite3.SQLITE_READONLY:
        return StoreUnavailable(
            "the database cannot be written: look at the rights of the file and its folder"
        )
    if code in NOT_OURS:
        return StoreUnavailable(f"the database is damaged ({error}): restore it from a backup")
    if isinstance(error, sqlite3.OperationalError) and "no such table" in str(error):
        return SchemaMissing(f"{error}: run `{upgrade_command(None)}`")
    return StoreUnavailable(f"the database did not answer: {error}")


@contextmanager
def translating(conflict: str = "") -> Iterator[None]:
    """Translate errors of the driver.

    Args:
        conflict: the message of ``Conflict`` when a unique key is violated.

    Raises:
        Conflict, StoreUnavailable, SchemaMissing: as ``translated`` says.
    """
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        original = driver_error(error)
        if original is None:
            raise
        if isinstance(original, sqlite3.IntegrityError) and conflict:
            raise Conflict(conflict) from original
        raise translated(original) from original
