"""Threads for our own routes. They block (a sign-in hashes, a revocation waits for the workers), so they get
threads of their own: never the framework's, and never the ones in which ``auth.aio`` writes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TypeVar

from rescind._clock import Clock
from rescind.config import Settings
from rescind.errors import Overloaded

R = TypeVar("R")

HASHING_THREADS = 8
"""Threads that wait for a password hash; the hashing itself has as many as there are cores."""
WAITING_THREADS = 16
"""Threads of the routes that wait for a store or for the workers."""


class RouteThreads:
    """Two pools, so that a storm of sign-ins delays no sign-out. Works with any number of loops.

    Args:
        settings: ``hash_queue`` bounds how many sign-ins wait, ``hash_deadline`` (seconds) for how long.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._limit = settings.hash_queue + HASHING_THREADS
        self._deadline = settings.hash_deadline
        self._now = clock.lease
        self.after_fork()

    def after_fork(self) -> None:
        """Threads do not survive a fork."""
        self._lock = threading.Lock()
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._hashing = 0

    async def wait(self, work: Callable[[], R]) -> R:
        """Run what waits for a store or for the workers."""
        return await self._run("waiting", WAITING_THREADS, work)

    async def hash(self, work: Callable[[], R]) -> R:
        """Run what computes a password hash.

        Raises:
            Overloaded: too many wait already, or this one waited past the deadline.
        """
        with self._lock:
            if self._hashing >= self._limit:
                raise Overloaded("too many sign-ins wait for a hash")
            self._hashing += 1
        try:
            return await self._run("hashing", HASHING_THREADS, partial(self._in_time, self._now(), work))
        finally:
            with self._lock:
                self._hashing -= 1

    def _in_time(self, queued: float, work: Callable[[], R]) -> R:
        if self._now() - queued > self._deadline:
            raise Overloaded(f"waited {self._deadline:g} s for a thread")
        return work()

    async def _run(self, name: str, size: int, work: Callable[[], R]) -> R:
        with self._lock:
            pool = self._pools.get(name)
            if pool is None:
                pool = self._pools[name] = ThreadPoolExecutor(size, f"rescind-{name}")
        call = partial(copy_context().run, work)
        return await asyncio.get_running_loop().run_in_executor(pool, call)

    def close(self) -> None:
        """End the threads; a later call starts new ones."""
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.shutdown(wait=False)
