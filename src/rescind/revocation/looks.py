"""Looks at the registry of workers, shared: all who wait for workers in one process read it together.

A look may be used by whoever asked before it began, never by whoever came later: its snapshot may be older
than their commit. So everybody who comes during one look gets the next, and one of them makes it for all.
However many wait, one read is under way, and one connection is used for as long as that takes.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rescind.errors import StoreUnavailable
from rescind.model.revocation import WorkerRow
from rescind.stores.base import Incarnation, Store


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen.

    Attributes:
        rows: the registry.
        incarnation: of the server that it was read from.
        failed: why nothing was seen.
    """

    rows: tuple[WorkerRow, ...] = ()
    incarnation: Incarnation = field(default_factory=Incarnation)
    failed: StoreUnavailable | None = None


def look_at(store: Store) -> Look:
    """Never fails."""
    try:
        rows, incarnation = store.registry()
        return Look(tuple(rows), incarnation)
    except StoreUnavailable as error:
        return Look(failed=error)


class Looks:
    """For threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.after_fork()

    def after_fork(self) -> None:
        """In the child: whoever was looking is not here."""
        self._turn = threading.Lock()
        self._asked = 0
        self._count = threading.Lock()
        self._seen: tuple[int, Look] = (0, Look())

    def now(self) -> Look:
        """A look that begins after this call."""
        with self._count:
            self._asked += 1
            mine = self._asked
        with self._turn:
            upto, look = self._seen
            if upto >= mine:
                return look
            with self._count:
                upto = self._asked
            look = look_at(self._store)
            self._seen = (upto, look)
            return look


class LoopLooks:
    """The same for the tasks of one event loop.

    Args:
        look: makes one, off the loop.
    """

    def __init__(self, look: Callable[[], Awaitable[Look]]) -> None:
        self._look = look
        self._turn = asyncio.Lock()
        self._asked = 0
        self._seen: tuple[int, Look] = (0, Look())

    async def now(self) -> Look:
        """A look that begins after this call."""
        self._asked += 1
        mine = self._asked
        async with self._turn:
            upto, look = self._seen
            if upto >= mine:
                return look
            upto = self._asked
            look = await self._look()
            self._seen = (upto, look)
            return look
