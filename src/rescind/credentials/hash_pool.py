"""The threads that hash passwords: as many as cores, one queue in order of arrival, a deadline.

Why a pool of its own. One Argon2id computation takes 19 MiB and a core for some 20 ms. More of them at a time
than cores are no faster and cost memory (907 MB for 32 threads where two threads took 90); in the pool that
serves other work they would delay it; on an event loop they would stop it. Beyond the queue the honest answer
is "later": ``Overloaded``, 503 with Retry-After.

Rules of this file:

1. A job whose deadline passed, or whose caller went away, is not run.
2. The deadline bounds waiting, not work: a job that a thread has begun is finished.
3. Futures are completed outside the lock, because their callbacks are the callers' code.
4. A thread without work for ``IDLE_EXIT`` seconds ends: an idle process holds no threads, and a pool that
   nobody closed is collected.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from functools import partial
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from rescind._clock import SystemClock
from rescind.errors import ConfigurationError, Overloaded

T = TypeVar("T")

IDLE_EXIT = 10.0

# Deadlines are waited for in real time, so they are measured by the machine's clock and never by a test's.
_lease = SystemClock().lease


def usable_cores() -> int:
    """Cores that this process may run on (its affinity, where the platform tells it)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Job(Generic[T]):
    __slots__ = ("deadline", "future", "work")

    def __init__(self, work: Callable[[], T], deadline: float) -> None:
        self.work = work
        self.deadline = deadline
        self.future: Future[T] = Future()

    def remaining(self) -> float:
        return max(0.0, self.deadline - _lease())

    def is_stale(self) -> bool:
        return self.future.cancelled() or _lease() >= self.deadline


class _Line:
    """What the threads of one process share; made anew after a fork and after ``close()``."""

    def __init__(self) -> None:
        self.ready = threading.Condition()
        self.jobs: deque[_Job[Any]] = deque()
        self.workers: set[threading.Thread] = set()
        self.parked = 0
        self.busy = 0
        self.closed = False


class HashPool:
    """Runs jobs in its own daemon threads, in order of arrival.

    Args:
        threads: how many jobs run at a time; ``None`` for the cores this process may use.
        queue: how many jobs may wait beyond those that run.
        deadline: seconds that one may wait before a thread takes it.

    Safe from any thread and any event loop. The first job starts the threads; a forked child starts its own.
    """

    def __init__(self, *, threads: int | None = None, queue: int = 64, deadline: float = 5.0) -> None:
        if threads is not None and threads < 1:
            raise ConfigurationError(f"threads={threads}: at least 1, or None for the number of cores")
        if queue < 0:
            raise ConfigurationError(f"hash_queue={queue}: 0 or more")
        if deadline <= 0:
            raise ConfigurationError(f'hash_deadline={deadline:g}: a positive time, for example "5s"')
        self.threads = usable_cores() if threads is None else threads
        self.queue = queue
        self.deadline = deadline
        self.counted = 0
        self._seconds_per_job = 0.0
        self._line = _Line()
        _pools.add(self)

    def run(self, work: Callable[[], T], *, queued: bool = True) -> T:
        """Run ``work`` in the pool and block this thread until it is done.

        Args:
            work: called once, in one of the pool's threads.
            queued: ``False`` takes a free thread or none.

        Raises:
            Overloaded: the queue is full, or no thread was free before the deadline.
        """
        job = self._submit(work, queued=queued)
        wait_for([job.future], timeout=job.remaining())
        if job.future.cancel():
            raise self._overloaded("no hashing thread was free before the deadline")
        return job.future.result()

    async def run_async(self, work: Callable[[], T], *, queued: bool = True) -> T:
        """As ``run``, without blocking the event loop. The job of a cancelled caller is not begun."""
        import asyncio

        job = self._submit(work, queued=queued)
        waiter = asyncio.wrap_future(job.future)
        try:
            await asyncio.wait((waiter,), timeout=job.remaining())
            if job.future.cancel():
                raise self._overloaded("no hashing thread was free before the deadline")
            return await waiter
        finally:
            waiter.cancel()  # does nothing when it is done

    def count(self) -> None:
        """Add one to ``counted``: the work says what it did, under a lock that a fork cannot leave held."""
        with self._line.ready:
            self.counted += 1

    def waiting(self) -> int:
        """How many jobs wait for a thread now."""
        with self._line.ready:
            return len(self._line.jobs)

    def close(self) -> None:
        """End the threads: what runs is finished, what waits is refused. A later job starts new ones."""
        line, self._line = self._line, _Line()
        with line.ready:
            line.closed = True
            abandoned = list(line.jobs)
            line.jobs.clear()
            workers = list(line.workers)
            line.ready.notify_all()
        for job in abandoned:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(self._overloaded("the pool was closed"))
        for worker in workers:
            if worker is not threading.current_thread():
                worker.join()

    def after_fork(self) -> None:
        """In a forked child: the parent's threads do not exist here, and its lock may have been held."""
        self._line = _Line()

    def _submit(self, work: Callable[[], T], *, queued: bool) -> _Job[T]:
        job = _Job(work, _lease() + self.deadline)
        room = self.threads + (self.queue if queued else 0)
        line = self._line
        with line.ready:
            if line.busy + len(line.jobs) >= room:
                line.jobs = deque(other for other in line.jobs if not other.is_stale())
            if line.closed or line.busy + len(line.jobs) >= room:
                raise self._overloaded("as many sign-ins wait for a hashing thread as may")
            line.jobs.append(job)
            if len(line.workers) < self.threads and line.parked < len(line.jobs):
                self._start_worker(line, job)
            line.ready.notify()
        return job

    def _start_worker(self, line: _Line, job: _Job[Any]) -> None:
        worker = threading.Thread(target=self._serve, args=(line,), name="rescind-hash", daemon=True)
        line.workers.add(worker)
        try:
            worker.start()
        except RuntimeError:  # the system gives no more threads
            line.workers.discard(worker)
            if not line.workers:
                line.jobs.remove(job)
                raise self._overloaded("no hashing thread could be started") from None

    def _serve(self, line: _Line) -> None:
        while (job := _next_job(line)) is not None:
            tell = self._work(job)
            del job  # an idle thread must not keep a password alive
            with line.ready:
                line.busy -= 1
            tell()  # after it is counted as free: the caller may come back at once
            del tell

    def _work(self, job: _Job[Any]) -> Callable[[], None]:
        """Do the job, unless it is stale; what tells its caller."""
        future = job.future
        if not future.set_running_or_notify_cancel():
            return _nothing
        began = _lease()
        if began >= job.deadline:
            late = self._overloaded("no hashing thread was free before the deadline")
            return partial(future.set_exception, late)
        try:
            result = job.work()
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller, whatever it is
            return partial(future.set_exception, error)
        self._seconds_per_job = _lease() - began
        return partial(future.set_result, result)

    def _overloaded(self, why: str) -> Overloaded:
        wait = self._seconds_per_job * len(self._line.jobs) / self.threads
        return Overloaded(why, retry_after=max(1, math.ceil(wait)))


def _nothing() -> None:
    """Whom it concerned has gone away."""


def _next_job(line: _Line) -> _Job[Any] | None:
    """The next job, counted as busy; ``None`` when this thread is to end."""
    with line.ready:
        while not line.jobs:
            called = False
            if not line.closed:
                line.parked += 1
                called = line.ready.wait(IDLE_EXIT)
                line.parked -= 1
            if line.closed or (not called and not line.jobs):
                line.workers.discard(threading.current_thread())
                return None
        line.busy += 1
        return line.jobs.popleft()


_pools: WeakSet[HashPool] = WeakSet()


def _renew_pools() -> None:
    for pool in list(_pools):
        pool.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_pools)
