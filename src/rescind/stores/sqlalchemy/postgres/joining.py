"""The caller's own transaction: a SQLAlchemy connection, an ORM session's, or psycopg's own."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import Connection

from rescind.errors import ConfigurationError
from rescind.stores.sqlalchemy import joined
from rescind.stores.sqlalchemy.postgres.faults import translating
from rescind.stores.sqlalchemy.postgres.statements import GREETING
from rescind.stores.sqlalchemy.postgres.unit import Execute

AUTOCOMMIT = (
    "connection: it is in autocommit mode, so state and revocation would not commit together; begin a "
    "transaction on it"
)


def executor(connection: Any, place: tuple[Any, ...]) -> Execute:
    """How to run statements in the caller's transaction.

    Args:
        place: of the store: cluster, database and table.

    Raises:
        ConfigurationError: it is no connection, one of another database, or one that makes nothing atomic.
        StoreUnavailable: it does not answer, or its transaction has failed.
    """
    execute: Execute
    if isinstance(connection, psycopg.Connection):
        if connection.autocommit and connection.info.transaction_status == pq.TransactionStatus.IDLE:
            raise ConfigurationError(AUTOCOMMIT)
        execute = connection.execute
    else:
        checked = joined.checked_connection(connection, "postgresql")
        _check_driver(checked)
        execute = checked.exec_driver_sql
    if not is_at(execute, place):
        raise ConfigurationError(
            "connection: it is on another database or schema than rescind's tables; point both at one"
        )
    return execute


def is_at(execute: Execute, place: tuple[Any, ...]) -> bool:
    """Whether a connection leads to the store's own tables.

    Raises:
        StoreUnavailable: it does not answer, or its transaction has failed.
    """
    with translating():
        ((_, _, _, table, _, system, database),) = execute(GREETING, ()).fetchall()
    return (system, database, table) == place


def watchable(connection: Any) -> bool:
    """Whether somebody will say how its transaction ended; psycopg says nothing."""
    return not isinstance(connection, psycopg.Connection)


def _check_driver(connection: Connection) -> None:
    if connection.dialect.paramstyle not in ("pyformat", "format"):
        raise ConfigurationError(
            f"connection: {connection.dialect.driver} writes parameters another way: use postgresql+psycopg"
        )
    if getattr(connection.connection.dbapi_connection, "autocommit", False) is True:
        raise ConfigurationError(AUTOCOMMIT)
