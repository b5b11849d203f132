"""The only place that reads a clock.

Two clocks with two jobs. The *lease clock* measures intervals: it runs in suspend and never goes back, so a
laptop lid or a stopped container cannot stretch a lease. The *wall clock* decides expiry and nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

MICROSECOND = 1
SECOND = 1_000_000


class Clock(Protocol):
    """Where time comes from; ``rescind.testing.FakeClock`` is the other implementation."""

    def lease(self) -> float:
        """Seconds on a clock that runs in suspend and never goes back; the zero is arbitrary."""
        ...

    def wall(self) -> int:
        """Microseconds since the epoch, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block this thread for ``seconds`` of the lease clock."""
        ...


def _lease_source() -> Callable[[], float]:
    # Linux: CLOCK_MONOTONIC stops in suspend, CLOCK_BOOTTIME does not. macOS: CLOCK_MONOTONIC runs in sleep
    # while time.monotonic() does not. Elsewhere time.monotonic() is the best there is.
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
        if hasattr(time, name):
            return partial(time.clock_gettime, getattr(time, name))
    return time.monotonic


class SystemClock:
    """The machine's clocks."""

    def __init__(self) -> None:
        self.lease: Callable[[], float] = _lease_source()

    def wall(self) -> int:
        return time.time_ns() // 1000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class JudgingTime:
    """Wall time that never runs backwards within a process, in microseconds since the epoch.

    A clock stepped back must not bring an expired session to life again; the price of a clock stepped
    forward and back is that time stands still here until the wall has caught up.
    """

    __slots__ = ("_last", "_lock", "_wall")

    def __init__(self, clock: Clock) -> None:
        self._wall = clock.wall
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        wall = self._wall()
        with self._lock:
            if wall > self._last:
                self._last = wall
                return wall
            return self._last

    def peek(self) -> int:
        """As ``now``, without a lock, for a first look: a verdict by it is made again by ``now``."""
        wall, last = self._wall(), self._last
        return wall if wall > last else last  # noqa: FURB136 - a call of max() would double the cost

    def start_over(self) -> None:
        """For suites that travel in time, and back."""
        with self._lock:
            self._last = 0

    def renew_lock(self) -> None:
        """After a fork: the lock may have been held by a thread that does not exist here."""
        self._lock = threading.Lock()
