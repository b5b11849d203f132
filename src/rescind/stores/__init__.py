"""Where the authority is kept. ``base`` says what a store is; the kit in ``rescind.testing`` decides it."""

from __future__ import annotations

from rescind._clock import Clock
from rescind.config import is_redis, masked_url
from rescind.errors import ConfigurationError, MissingExtra
from rescind.stores.base import Store


def make_store(
    url: str,
    clock: Clock,
    *,
    redis: str | None = None,
    patience: float = 5.0,
    lease: float = 1.0,
    keep_ended: float = 30 * 86400.0,
) -> Store:
    """The store that a URL names; nothing is opened.

    Args:
        redis: where sessions live while ``url`` keeps everything else.
        patience: seconds that a read waits for a server.
        lease: seconds that this process trusts memory.
        keep_ended: seconds that a session's row stays after its absolute end where rows go by themselves.

    Raises:
        ConfigurationError: the scheme is unknown.
        MissingExtra: its driver is not installed.
    """
    if redis is not None:
        log = make_store(url, clock, patience=patience, lease=lease)
        try:
            from rescind.stores.contents import beside
        except ModuleNotFoundError as error:
            raise MissingExtra("redis", f"redis={masked_url(redis)!r}") from error
        return beside(log, redis, clock=clock, patience=patience, keep_ended=keep_ended)
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
        return PostgresStore.from_url(url, clock=clock, patience=patience, lease=lease)
    if is_redis(url):
        try:
            from rescind.stores.redis import RedisStore
        except ModuleNotFoundError as error:
            raise MissingExtra("redis", f"url={masked_url(url)!r}") from error
        return RedisStore(url, clock=clock, patience=patience, keep_ended=keep_ended)
    raise ConfigurationError(
        f"url={masked_url(url)!r}: unknown scheme; use sqlite:///app.db (a file beside the application), "
        "postgresql://user@host/database, redis://host:6379/0 or memory://"
    )
