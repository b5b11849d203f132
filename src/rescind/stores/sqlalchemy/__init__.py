"""SQLAlchemy Core 2.1: on SQLite, many processes on one file; on PostgreSQL, many machines."""

from __future__ import annotations

from rescind.stores.sqlalchemy.sqlite_store import SqliteStore

__all__ = ["SqliteStore"]
