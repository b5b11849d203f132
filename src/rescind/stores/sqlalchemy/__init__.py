"""SQLAlchemy Core 2.1: on SQLite, many processes on one file; on PostgreSQL, many machines.

Loads nothing by itself: what Django's checks compare (``triggers``) is text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.sqlite_store import SqliteStore

__all__ = ["SqliteStore"]


def __getattr__(name: str) -> Any:
    if name != "SqliteStore":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rescind.stores.sqlalchemy.sqlite_store import SqliteStore

    return SqliteStore
