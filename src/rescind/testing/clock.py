"""A clock for tests: it stands still until it is told to move."""

from __future__ import annotations

import threading
from datetime import datetime

from rescind._clock import SECOND
from rescind.model.session import from_micros

START = 1_800_000_000 * SECOND
"""Where the wall begins: 2027-01-15 08:00:00 UTC, in microseconds since the epoch."""


class FakeClock:
    """The ``Clock`` of the engine under the test's control; pass it as ``Rescind(url, clock=FakeClock())``.

    ``advance`` moves both clocks, as time does. ``step_wall`` moves the wall clock alone, as an operator or
    NTP does. ``sleep`` advances at once, so that waiting on this clock takes no time. Thread-safe.

    Args:
        wall: where the wall clock begins, microseconds since the epoch.
    """

    def __init__(self, wall: int = START) -> None:
        self._lock = threading.Lock()
        self._lease = 0
        self._wall = wall

    def lease(self) -> float:
        """Seconds since this clock was made; never goes back."""
        return self._lease / SECOND

    def wall(self) -> int:
        """Microseconds since the epoch."""
        return self._wall

    def now(self) -> datetime:
        """The wall clock as an aware UTC datetime."""
        return from_micros(self._wall)

    def sleep(self, seconds: float) -> None:
        """Return at once, ``seconds`` later on both clocks."""
        self.advance(seconds=seconds)

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let time pass on both clocks.

        Raises:
            ValueError: time does not run backwards; ``step_wall`` is the clock that an operator sets.
        """
        micros = round((seconds + 60 * minutes + 3600 * hours + 86400 * days) * SECOND)
        if micros < 0:
            raise ValueError("advance() goes forward only; to set the wall clock back use step_wall()")
        with self._lock:
            self._lease += micros
            self._wall += micros

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock forward, or with a negative number back; the lease clock does not notice."""
        with self._lock:
            self._wall += round(seconds * SECOND)

    def __repr__(self) -> str:
        return f"FakeClock({self.now().isoformat()}, lease={self.lease():g} s)"
