"""Sessions in Redis or Valkey, everything else in a SQL database: the log decides, contents may be lost."""

from __future__ import annotations

from typing import cast

from rescind._clock import Clock
from rescind.errors import ConfigurationError
from rescind.stores.base import Store
from rescind.stores.contents.delegating import Log
from rescind.stores.contents.place import Place
from rescind.stores.contents.store import ContentsStore
from rescind.stores.sqlalchemy.store import SqlStore

__all__ = ["ContentsStore", "Place", "beside"]


def beside(log: Store, url: str, *, clock: Clock, patience: float, keep_ended: float) -> ContentsStore:
    """Sessions at ``url``, everything else in ``log``. Opens nothing.

    Raises:
        ConfigurationError: ``log`` is no SQL database, or the URL cannot be read.
    """
    if not isinstance(log, SqlStore):
        raise ConfigurationError("redis: only beside SQLite or PostgreSQL, which keep the log")
    return ContentsStore(cast("Log", log), Place(url, patience=patience, keep_ended=keep_ended), clock=clock)
