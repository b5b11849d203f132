"""A clock for tests: it stands still until it is told to move."""

from __future__ import annotations

import threading
from datetime import datetime

from rescind._clock import SECOND, Clock, SystemClock
from rescind.model.session import from_micros

START = 1_800_000_000 * SECOND
"""Where the wall begins: 2027-01-15 08:00:00 UTC, in microseconds since the epoch."""


class FakeClock:
    """The ``Clock`` of the engine under the test's control; pass it as ``Rescind(url, clock=FakeClock())``.

    ``advance`` moves both clocks, as time does. ``step_wall`` moves the wall clock alone, as an operator or
    NTP does. ``sleep`` advances at once, so that waiting on this clock takes no time. Thread-safe.

    Args:
        wall: where the wall clock begins, microseconds since the epoch.
        lease: where the lease clock begins, seconds.

    Attributes:
        latest: the latest that the wall clock ever said, microseconds since the epoch.
    """

    def __init__(self, wall: int = START, lease: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._lease = round(lease * SECOND)
        self._wall = self.latest = wall

    def lease(self) -> float:
        """Seconds; never goes back."""
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
            self._set_wall(self._wall + micros)

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock forward, or with a negative number back; the lease clock does not notice."""
        with self._lock:
            self._set_wall(self._wall + round(seconds * SECOND))

    def _set_wall(self, wall: int) -> None:
        self._wall = wall
        self.latest = max(self.latest, wall)

    def __repr__(self) -> str:
        return f"FakeClock({self.now().isoformat()}, lease={self.lease():g} s)"


class MovableClock:
    """The machine's clock until a test takes hold of it, and again afterwards, never going back.

    An application makes its engine when it is imported, long before a test asks for time to move. So the
    pytest plugin gives every engine this clock. What a test added stays added: an engine that lives through
    several tests sees time run forward only.
    """

    def __init__(self, base: Clock | None = None) -> None:
        self._base = base or SystemClock()
        self._lease_ahead = 0.0
        self._wall_ahead = 0
        self._held: FakeClock | None = None

    def hold(self) -> FakeClock:
        """Stop at this moment; from now on the returned clock says what time it is."""
        self._held = FakeClock(self.wall(), self.lease())
        return self._held

    def release(self) -> None:
        """Let time run again, from the latest that was reached."""
        held = self._held
        if held is not None:
            self._lease_ahead = max(self._lease_ahead, held.lease() - self._base.lease())
            self._wall_ahead = max(self._wall_ahead, held.latest - self._base.wall())
            self._held = None

    def lease(self) -> float:
        """Seconds; never goes back."""
        held = self._held
        return self._base.lease() + self._lease_ahead if held is None else held.lease()

    def wall(self) -> int:
        """Microseconds since the epoch."""
        held = self._held
        return self._base.wall() + self._wall_ahead if held is None else held.wall()

    def sleep(self, seconds: float) -> None:
        """Sleep, or while the clock is held let the time pass at once."""
        (self._held or self._base).sleep(seconds)
