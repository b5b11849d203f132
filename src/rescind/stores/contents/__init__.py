"""Sessions in Redis or Valkey, everything else in a SQL database: the log decides, contents may be lost."""

from __future__ import annotations

from typing import cast

from rescind._clock import Clock
from rescind.stores.base import Store
from rescind.stores.contents.delegating import Log
from rescind.stores.contents.place import Place
from rescind.stores.contents.store import ContentsStore

__all__ = ["ContentsStore", "Place", "beside"]


def beside(log: Store, url: str, *, clock: Clock, patience: float, keep_ended: float) -> ContentsStore:
    """Sessions at ``url``, everything else in ``log``. Opens nothing.

    Args:
        log: a SQL database; ``config`` refuses others.

    Raises:
        ConfigurationError: the URL cannot be read.
    """
    return ContentsStore(cast("Log", log), Place(url, patience=patience, keep_ended=keep_ended), clock=clock)
