"""SQLAlchemy Core 2.1 on SQLite: many processes on one file."""

from __future__ import annotations

from rescind.stores.sqlalchemy.store import SqlStore

__all__ = ["SqlStore"]
