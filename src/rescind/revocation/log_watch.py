"""How live connections and listeners hear of the log, at a pace that the authority does not feel.

The counter is a word in memory and may be looked at often. The authority is read when the counter moved or
the lease ran out; what brought nothing is not tried again at once. Without a lease nobody registers, nobody
answers from memory, and the log is read once a second for all connections of a process together.
"""

from __future__ import annotations

from collections.abc import Callable

from rescind._clock import Clock
from rescind.model.revocation import LogEntry
from rescind.revocation.keeper import Keeper
from rescind.revocation.worker import Worker
from rescind.stores.base import Store

PAUSE = 1.0
"""Seconds between two reads without a lease, and after one that failed."""


class LogWatch:
    """Called again and again by one thread.

    Args:
        ready: opens the store at first use.
        tell: given what is new; an empty list: something moved, judge again.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        worker: Worker,
        keeper: Keeper,
        *,
        ready: Callable[[], None],
        tell: Callable[[list[LogEntry]], None],
    ) -> None:
        self._store = store
        self._now = clock.lease
        self._worker = worker
        self._keeper = keeper
        self._ready = ready
        self._tell = tell
        self.after_fork()

    def after_fork(self) -> None:
        """The child has heard of nothing."""
        self._again = 0.0
        self._heard: tuple[str, int] | None = None

    def look(self) -> None:
        """Read the log if that may bring something.

        Raises:
            StoreUnavailable, UnknownEntry: it could not be read; not tried again for ``PAUSE``.
        """
        self._worker.used = (
            True  # a process with live connections is not idle, though nobody asks it anything
        )
        now = self._now()
        if now < self._again or self._worker.current(now) is not None:
            return
        self._again = now + PAUSE  # unless it succeeds
        self._ready()
        if self._worker.lease == 0:
            self._follow()
        else:
            self._renew(now)

    def _renew(self, now: float) -> None:
        if self._store.capabilities.shared:
            self._keeper.ensure()
        self._worker.renew(register=True)
        # An append under way moves the counter before it commits: look again at once. Without a counter the
        # lease is never current, and the log is read as often as a keeper reads it.
        self._again = now if self._store.word is not None else now + self._worker.lease / 4

    def _follow(self) -> None:
        """Read on from where the last look ended. The first one judges what was opened before it."""
        if self._heard is None:
            head = self._store.head()
            self._heard = (head.birth, head.seq)
            self._tell([])
            return
        birth, seq = self._heard
        news: list[LogEntry] = []
        while True:
            renewal = self._store.renew("", seq)
            if renewal.head.birth != birth:
                self._heard = (renewal.head.birth, renewal.head.seq)
                self._tell([])
                return
            news.extend(renewal.entries)
            seq = renewal.entries[-1].seq if renewal.entries else renewal.head.seq
            if not renewal.more:
                break
        if seq != self._heard[1]:
            self._heard = (birth, seq)
            self._tell(news)
