"""Where the authority is kept. ``base`` says what a store is; the kit in ``rescind.testing`` decides it."""

from __future__ import annotations

from rescind._clock import Clock
from rescind.config import masked_url
from rescind.errors import ConfigurationError, MissingExtra
from rescind.stores.base import Store

LATER = {"redis": "Redis", "rediss": "Redis"}


def make_store(url: str, clock: Clock, *, patience: float = 5.0) -> Store:
    """The store that a URL names; nothing is opened.

    Args:
        patience: seconds that a read waits for a server.

    Raises:
        ConfigurationError: the scheme is unknown, or its store is not in this version.
        MissingExtra: its driver is not installed.
    """
    scheme = url.partition("://")[0].partition("+")[0]
    if scheme == "memory":
        from rescind.stores.memory import MemoryStore

        return MemoryStore()
    if scheme == "sqlite":
        try:
            from rescind.stores.sqlalchemy import SqliteStore
        except ModuleNotFoundError as error:
            raise MissingExtra("fastapi", f"url={masked_url(url)!r}") from error
        return SqliteStore.from_url(url, clock=clock)
    if scheme in ("postgresql", "postgres"):
        try:
            from rescind.stores.sqlalchemy.postgres import PostgresStore
        except ImportError as error:  # psycopg raises it when libpq is missing
            raise MissingExtra("postgres", f"url={masked_url(url)!r}") from error
        return PostgresStore.from_url(url, clock=clock, patience=patience)
    if scheme in LATER:
        raise ConfigurationError(f"url: {LATER[scheme]} is not in this version; use sqlite:///app.db")
    raise ConfigurationError(
        f"url={masked_url(url)!r}: unknown scheme; use sqlite:///app.db (a file beside the application), "
        "postgresql://user@host/database or memory://"
    )
