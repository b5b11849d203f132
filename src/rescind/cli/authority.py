"""An engine over the database that was found; never one that the command line has just made by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rescind.cli.sources import Found
from rescind.config import is_redis, masked_url
from rescind.engine import Rescind
from rescind.errors import ConfigurationError, SchemaMissing


def engine(found: Found) -> Rescind[Any]:
    """The engine; opens nothing.

    Raises:
        ConfigurationError, MissingExtra: the settings cannot work.
    """
    if found.app is not None:
        return found.app
    values = dict(found.values)
    url = values.pop("url", None)
    if not url:
        raise ConfigurationError(
            "url is not set: pass --url sqlite:///app.db, set RESCIND_URL, or write it into rescind.toml "
            "(`rescind init` makes one)"
        )
    made: Rescind[Any] = Rescind(url, **values)
    return made


@contextmanager
def opened(found: Found) -> Iterator[Rescind[Any]]:
    """The engine, open for the length of a command.

    Raises:
        ConfigurationError: the place is no database of rescind. It is not made into one: with a mistyped path
            that would turn "revoked" into a lie.
        StoreUnavailable: it does not answer.
    """
    auth = engine(found)
    require_existing(auth)
    try:
        auth.core.ready()  # no keys are read: who ends access must not need them
        yield auth
    finally:
        auth.close()


def require_existing(auth: Rescind[Any]) -> None:
    """Refuse a place that this process would have to make first.

    Raises:
        ConfigurationError: it lives in one process, or its file is not there.
        SchemaMissing: the file has no tables of rescind.
    """
    able = auth.core.store.capabilities
    if not (able.shared or able.thread_bound):  # the latter is the connection of whoever runs the command
        raise ConfigurationError(
            f"url: {masked_url(auth.settings.url)} lives inside one process, where the command line cannot "
            "reach it: use sqlite:///app.db"
        )
    if is_redis(auth.settings.url):
        require_log(auth)
    path = database_of(auth)
    if path is None:
        return
    from rescind.stores.sqlalchemy.inspect import inspect

    seen = inspect(path)
    if seen.missing:
        raise ConfigurationError(
            f"url: {path} does not exist: correct the path, or make the database with `rescind db upgrade`"
        )
    if seen.schema_version is None:
        raise SchemaMissing(
            f"url: {path} has no tables of rescind: correct the path, or make them with `rescind db upgrade`"
        )


def require_log(auth: Rescind[Any]) -> None:
    """Refuse a Redis server on which no application has begun a log.

    Raises:
        ConfigurationError: there is none, or the server cannot be used.
        StoreUnavailable: it does not answer.
    """
    from rescind.stores.redis.inspect import inspect

    seen = inspect(auth.settings.url, patience=auth.settings.authority_timeout)
    if seen.problem is None and (seen.head is None or not seen.alone):
        raise SchemaMissing(
            f"url: {seen.place} has no log of rescind: correct the url (also the number of the database); "
            "the application makes the log when it starts"
        )


def database_of(auth: Rescind[Any]) -> str | None:
    """The path of the SQLite file behind an engine; ``None`` for a store of another kind."""
    if not auth.settings.url.startswith("sqlite"):
        return None
    from rescind.stores.sqlalchemy import SqliteStore

    store = log_of(auth)
    return store.path if isinstance(store, SqliteStore) else None


def log_of(auth: Rescind[Any]) -> Any:
    """The store that keeps the log, where sessions are kept in another."""
    return getattr(auth.core.store, "log", auth.core.store)
