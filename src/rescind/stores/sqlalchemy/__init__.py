"""SQLAlchemy Core 2.1 on SQLite: many processes on one file. PostgreSQL uses the same tables and statements."""

from __future__ import annotations

from rescind.stores.sqlalchemy.store import SqlStore

__all__ = ["SqlStore"]
