"""Looking after the rows of workers that died: retire what let a term pass, forget what stayed retired.

Deleting a row at once would be wrong: its worker may have a reply in flight and trust it. Two terms are safe.

A look reads every row, so the workers of a large fleet share them out: all together look ``LOOKS`` times a
second. Who has seen something that wants watching looks again soon.
"""

from __future__ import annotations

from dataclasses import dataclass

from rescind._clock import Clock
from rescind._tokens import jitter
from rescind.model.revocation import WorkerRow
from rescind.stores.base import Incarnation, Store

EVERY = 1.0
"""Seconds between two looks of one process, at least."""
CLEARING = 0.05
"""Share of a term that one look, or one revocation, spends on marking and removing rows: where a thousand
workers died at once, nobody is kept waiting for a thousand writes. The rest is left to the next."""
LOOKS = 16
"""Looks a second of all workers together, where they are more than that."""


def pause_of(rows: int) -> float:
    """Seconds between two looks of one process, on average, when the registry has so many rows."""
    return max(EVERY, rows / LOOKS)


@dataclass(slots=True)
class _Behind:
    """Since when (lease clock, seconds) a worker has not confirmed ``seq``."""

    seq: int
    since: float


class RegistryWatch:
    """What this process has watched of the registry, on its own clock."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._behind: dict[str, _Behind] = {}
        self._retired: dict[str, float] = {}
        self._next = 0.0
        self._watched = ("", 0.0)

    def after_fork(self) -> None:
        self._behind, self._retired, self._next = {}, {}, 0.0
        self._watched = ("", 0.0)

    def observe(self, applied: int, *, own: str) -> None:
        """Look at the registry if it is time to; called in every round of the keeper.

        Args:
            applied: what this process has applied; nobody is behind by what nobody knows.
            own: the id of this worker.
        """
        now = self._clock.lease()
        if now < self._next:
            return
        self._next = now + EVERY  # also if it fails
        everybody, seen = self._store.registry()
        settled = self._watch_server(seen, max((row.term for row in everybody), default=0.0), now)
        rows = [row for row in everybody if row.id != own]
        present = {row.id for row in rows}
        self._behind = {key: one for key, one in self._behind.items() if key in present}
        self._retired = {key: since for key, since in self._retired.items() if key in present}
        cleared = self._clear_up(rows, applied, now)
        if cleared and settled and not self._retired and len(everybody) > LOOKS:
            self._next = now + pause_of(len(everybody)) * jitter(0.5, 1.5)

    def _clear_up(self, rows: list[WorkerRow], applied: int, now: float) -> bool:
        """Whether there was time for all of them."""
        began = self._clock.lease()
        for row in rows:
            if self._clock.lease() - began > CLEARING * row.term:
                return False
            if row.retired:
                if now - self._retired.setdefault(row.id, now) >= row.term:
                    self._store.forget(row.id)
            elif row.acked >= applied:
                self._behind.pop(row.id, None)
            else:
                self._lagging(row, applied, now)
        return True

    def _watch_server(self, seen: Incarnation, term: float, now: float) -> bool:
        """Once this process has watched one incarnation of the server for a term, say so for all: revokers
        need not wait for workers that the registry may have lost. Whether it was said already."""
        if seen.settled:
            self._watched = ("", now)  # should the word be taken back, a term begins then
        elif seen.id != self._watched[0]:
            self._watched = (seen.id, now)
        elif now - self._watched[1] >= term:
            self._store.settle(seen.id)
        return seen.settled

    def _lagging(self, row: WorkerRow, applied: int, now: float) -> None:
        known = self._behind.get(row.id)
        if known is None or row.acked >= known.seq:
            self._behind[row.id] = _Behind(applied, now)
        elif now - known.since >= 2 * row.term:
            self._store.retire(row.id, known.seq)
