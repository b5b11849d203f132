"""The caller's own transaction, on a SQLAlchemy connection to the same file."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.util import await_only
from sqlalchemy.util.concurrency import in_greenlet

from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.faults import BEGIN_IMMEDIATE_HINT, LOCKED, code_of, driver_error, translating
from rescind.stores.sqlalchemy.guard import Execute
from rescind.stores.sqlalchemy.sqlite import FULL, Identity, identity_of
from rescind.stores.sqlalchemy.unit import Cursor

_sessions: weakref.WeakKeyDictionary[Connection, Any] = weakref.WeakKeyDictionary()
"""The ORM session that a connection is working for; known for transactions begun after ``watch_sessions``."""
_watching = False
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
USE_AIO = "await auth.aio.revoke(..., connection=...), or auth.aio.principals.set"


def joined(connection: Any, identity: Identity | None) -> Execute:
    """Check that the connection can be joined, take the write lock on it, and return how to run statements.

    Raises:
        ConfigurationError: it is no connection, one of another database, or one that could not make the
            unit atomic and durable; the message says what to do.
        StoreUnavailable: the caller's transaction could not become a writing one.
    """
    checked = checked_connection(connection, "sqlite")

    def execute(sql: str, parameters: tuple[Any, ...]) -> Cursor:
        return checked.exec_driver_sql(sql, parameters)

    with translating():
        require_database(execute, identity)
        _check_transaction(checked)
    take_write_lock(execute)
    return execute


def take_write_lock(execute: Execute, hint: str = BEGIN_IMMEDIATE_HINT) -> None:
    """In the caller's transaction.

    Args:
        hint: what to do so that it can be had.

    Raises:
        StoreUnavailable: it could not.
    """
    try:
        execute(s.TAKE_WRITE_LOCK.sql, ())
    except Exception as error:
        original = driver_error(error)
        if original is not None and code_of(original) in LOCKED:
            raise StoreUnavailable(f"{hint} ({original})") from error
        with translating():
            raise


def checked_connection(connection: Any, dialect: str) -> Connection:
    """The connection, if it is SQLAlchemy's and of ``dialect``; of an ORM session its own.

    One of an asynchronous engine works inside ``run_sync`` only, where its statements are awaited.
    """
    connection = _of_session(connection)
    if hasattr(connection, "run_sync") or (_is_async(connection) and not in_greenlet()):
        raise ConfigurationError(f"connection={type(connection).__name__}: it is asynchronous: {USE_AIO}")
    if not isinstance(connection, Connection):
        raise ConfigurationError(
            f"connection={type(connection).__name__}: pass a SQLAlchemy Connection or Session"
        )
    if connection.dialect.name != dialect:
        raise ConfigurationError(
            f"connection: a {connection.dialect.name} connection cannot join a unit on {NAMES[dialect]}; "
            "pass one of the same database"
        )
    return connection


def _of_session(connection: Any) -> Any:
    if "sqlalchemy.orm" in sys.modules:
        from sqlalchemy.orm import Session, scoped_session

        session = connection.registry() if isinstance(connection, scoped_session) else connection
        if isinstance(session, Session):
            connection = session.connection()
            _sessions[connection] = weakref.ref(session)  # its transaction may be older than our watch
    return connection


def _is_async(connection: Any) -> bool:
    return isinstance(connection, Connection) and connection.dialect.is_async


def require_database(execute: Execute, identity: Identity | None) -> None:
    """Raises:
    ConfigurationError: the connection is on another file than ``identity``.
    """
    for _, name, file in execute("PRAGMA database_list", ()).fetchall():
        if name == "main":
            if not file or identity_of(file) != identity:
                raise ConfigurationError(
                    f"connection: it is on {file or 'a database in memory'}, rescind's tables are elsewhere; "
                    "point both at one file"
                )
            return


def _check_transaction(connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection  # of sqlite3, or of aiosqlite around one
    automatic = getattr(raw, "autocommit", -1) is True
    if not raw.in_transaction:
        automatic = automatic or raw.isolation_level is None
        # In the driver's own mode the first write begins the transaction.
        if automatic:
            raise ConfigurationError(
                "connection: it is in autocommit mode, so state and revocation would not commit together; "
                "begin a transaction on it (BEGIN IMMEDIATE)"
            )
    if not is_durable(connection.exec_driver_sql):
        raise ConfigurationError(
            "connection: PRAGMA synchronous is below FULL, so a power cut could undo a revocation that was "
            "confirmed; set it to FULL before the transaction begins"
        )


def is_durable(execute: Callable[..., Any]) -> bool:
    """Whether what the connection commits survives a power cut."""
    found: int = execute("PRAGMA synchronous", ()).fetchone()[0]
    return found >= FULL


# -- outcomes ----------------------------------------------------------------------------------------------

Done = Callable[[bool], Any]
"""May return what is to be awaited, where the transaction is an asynchronous one."""
_pending: weakref.WeakKeyDictionary[Any, list[Done]] = weakref.WeakKeyDictionary()
"""Who waits for the outcome of a session's or a plain connection's transaction. The keys are listened to."""


def watch_sessions() -> None:
    """Learn which ORM session uses which connection, if the application uses the ORM at all."""
    global _watching  # noqa: PLW0603 - one listener per process
    if not _watching and "sqlalchemy.orm" in sys.modules:
        from sqlalchemy.orm import Session

        event.listen(Session, "after_begin", _remember)
        _watching = True


def _remember(session: Any, _transaction: Any, connection: Connection) -> None:
    _sessions[connection] = weakref.ref(session)


def watch(connection: Any, dialect: str, done: Done) -> None:
    """Call ``done`` once, when the transaction of ``connection`` has ended in a way that can be seen.

    A plain connection announces its commit before it happens, never after, so only its rollback is told.
    """
    connection = checked_connection(connection, dialect)
    session = _sessions.get(connection, lambda: None)()
    for key in (connection, session):
        if key is not None and key not in _pending:
            _pending[key] = []
            _listen(key)
    _pending[connection if session is None else session].append(done)


def _listen(key: Any) -> None:
    if isinstance(key, Connection):
        event.listen(key, "rollback", _rolled_back)
        event.listen(key, "commit", _about_to_commit)
    else:
        event.listen(key, "after_commit", _committed)


def _rolled_back(connection: Connection) -> None:
    for key in (connection, _sessions.get(connection, lambda: None)()):
        _tell(key, committed=False)


def _about_to_commit(connection: Connection) -> None:
    """Nobody will say whether this succeeds; a later rollback is that of another transaction."""
    _pending[connection] = []


def _committed(session: Any) -> None:
    # A savepoint ends with the same event; the transaction goes on.
    if not session.in_nested_transaction():
        _tell(session, committed=True)


def _tell(key: Any, *, committed: bool) -> None:
    if key in _pending:
        waiting, _pending[key] = _pending[key], []
        for done in waiting:
            rest = done(committed)
            if rest is not None:  # this runs inside the awaited commit
                await_only(rest)
