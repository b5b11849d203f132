"""Where the authority is kept. ``base`` says what a store is; the kit in ``rescind.testing`` decides it."""

from __future__ import annotations

from rescind._clock import Clock
from rescind.config import Settings, is_redis, masked_url
from rescind.errors import ConfigurationError, MissingExtra
from rescind.stores.base import Store


def make_store(settings: Settings, clock: Clock) -> Store:
    """The store that the settings name; nothing is opened.

    Raises:
        ConfigurationError: the scheme is unknown.
        MissingExtra: its driver is not installed.
    """
    store = _store_at(settings, clock)
    return store if settings.redis is None else beside(store, settings, clock)


def beside(log: Store, settings: Settings, clock: Clock) -> Store:
    """Sessions in ``settings.redis``, everything else in ``log``; nothing is opened.

    Raises:
        ConfigurationError: the URL cannot be read.
        MissingExtra: the driver of Redis is not installed.
    """
    redis = settings.redis or ""
    try:
        from rescind.stores import contents
    except ModuleNotFoundError as error:
        raise MissingExtra("redis", f"redis={masked_url(redis)!r}") from error
    return contents.beside(
        log, redis, clock=clock, patience=settings.authority_timeout, keep_ended=settings.keep_ended
    )


def _store_at(settings: Settings, clock: Clock) -> Store:
    url, patience = settings.url, settings.authority_timeout
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
        return PostgresStore.from_url(url, clock=clock, patience=patience, lease=settings.lease)
    if is_redis(url):
        try:
            from rescind.stores.redis import RedisStore
        except ModuleNotFoundError as error:
            raise MissingExtra("redis", f"url={masked_url(url)!r}") from error
        return RedisStore(url, clock=clock, patience=patience, keep_ended=settings.keep_ended)
    raise ConfigurationError(
        f"url={masked_url(url)!r}: unknown scheme; use sqlite:///app.db (a file beside the application), "
        "postgresql://user@host/database, redis://host:6379/0 or memory://"
    )
