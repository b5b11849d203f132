"""How long a live connection may go on while nobody can say whether its session does."""

from __future__ import annotations

from rescind._clock import Clock
from rescind.errors import Refused


class Patience:
    """Of one live connection.

    Args:
        grace: seconds that it may outlive its worker's lease (``stream_grace``).

    Attributes:
        since: lease clock, seconds: when the authority did not answer first; ``None`` while it does.
    """

    __slots__ = ("_clock", "_grace", "since")

    def __init__(self, clock: Clock, grace: float) -> None:
        self._clock = clock
        self._grace = grace
        self.since: float | None = None

    def is_over(self, refused: Refused | None) -> bool:
        """Whether this verdict on its session ends it."""
        if refused is None or not refused.unanswered:
            self.since = None
            return refused is not None
        now = self._clock.lease()
        if self.since is None:
            self.since = now
        return now - self.since >= self._grace
