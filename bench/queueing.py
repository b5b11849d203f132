"""Virtual time: events in order, and stations where they queue. No clock is read and nobody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush, heapreplace
from typing import Any

Action = Callable[..., None]


class Timeline:
    """Events in the order of their times; of one time, in the order in which they were planned.

    Attributes:
        now: seconds since the beginning.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._planned: list[tuple[float, int, Action, tuple[Any, ...]]] = []
        self._count = 0

    def at(self, when: float, action: Action, *arguments: Any) -> None:
        """Call ``action`` at ``when``, in seconds since the beginning; what is over already happens now."""
        self._count += 1
        heappush(self._planned, (max(when, self.now), self._count, action, arguments))

    def run(self, until: float) -> None:
        """Let everything happen that comes before ``until``."""
        planned = self._planned
        while planned and planned[0][0] < until:
            self.now, _, action, arguments = heappop(planned)
            action(*arguments)
        self.now = until


class Station:
    """Processors with one queue: first come, first served.

    What is asked for must come in the order of time; then the moment at which it is served is known at once.

    """

    def __init__(self, processors: int) -> None:
        if processors < 1:
            raise ValueError(f"processors={processors}: at least 1 has to serve")
        self._asked = 0.0
        self._free = [0.0] * processors
        heapify(self._free)

    def serve(self, now: float, seconds: float) -> tuple[float, float]:
        """When it is begun, and when it is done."""
        begin = max(now, self._free[0])
        heapreplace(self._free, begin + seconds)
        self._asked += seconds
        return begin, begin + seconds

    def worked(self, now: float) -> float:
        """Seconds that its processors were busy until ``now``, together."""
        return self._asked - sum(max(0.0, free - now) for free in self._free)
