"""The store on PostgreSQL: many machines, one log; psycopg 3."""

from __future__ import annotations

from rescind.stores.sqlalchemy.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
