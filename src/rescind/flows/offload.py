"""Whole flows away from an event loop: in a small pool of the engine's own, or wherever a face says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from rescind.errors import ConfigurationError

A = ParamSpec("A")
R = TypeVar("R")
Runner = Callable[[Callable[[], Any]], Awaitable[Any]]

FLOW_THREADS = 4
"""Writers of one process wait for one lock anyway; more threads would only queue there."""


NOBODY_SAYS_WHERE = (
    "auth.aio: the store is on connections of the thread that asks, and an event loop must not wait for it: "
    "say which thread that is with auth.aio.offload.run_by(...)"
)


class Offload:
    """Works with any number of loops.

    Args:
        bound: what the flows use belongs to the thread that asks (``Capabilities.thread_bound``): there is no
            pool, and ``run_by`` says where they run.
    """

    def __init__(self, *, bound: bool = False) -> None:
        self._bound = bound
        self._runner: Runner | None = None
        self._begin()

    def _begin(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def run_by(self, runner: Runner) -> None:
        """Have each call made by ``runner``, which is given it and awaited, and not in the pool."""
        self._runner = runner

    def after_fork(self) -> None:
        """Threads do not survive a fork."""
        self._begin()

    async def run(self, work: Callable[A, R], *args: A.args, **kwargs: A.kwargs) -> R:
        call = partial(copy_context().run, work, *args, **kwargs)
        if self._runner is not None:
            answer: R = await self._runner(call)
            return answer
        if self._bound:
            raise ConfigurationError(NOBODY_SAYS_WHERE)
        return await asyncio.get_running_loop().run_in_executor(self._threads(), call)

    def awaited(self, work: Callable[A, R]) -> Callable[A, Coroutine[Any, Any, R]]:
        """A blocking word as one to await: its arguments, as editors and type checkers know them."""

        @wraps(work)
        async def run(*args: A.args, **kwargs: A.kwargs) -> R:
            return await self.run(work, *args, **kwargs)

        return run

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(FLOW_THREADS, thread_name_prefix="rescind-flow")
            return self._pool

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)
