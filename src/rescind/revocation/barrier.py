"""Waiting until every worker has a revocation, or cannot act without it.

The revoker reads the registry in a new snapshot after its commit and waits, for each row that has not
confirmed, until it has, is gone, or its term has passed *on the revoker's own clock since the commit
returned*. No wall clock takes part; the barrier always ends within the longest term.

A row that watches the same counter file as the head names has confirmed already: the counter was moved under
the write lock before the commit, and every check compares it.

A server that nobody has watched for a term may lack rows: a failover or a restore has lost them, and their
workers trust memory until their terms have passed. There the whole term is waited, once.

Last, the log is asked for the entry: a failover or a restore may have lost it, also if somebody else's has
its number by now. Then a new log begins, and who has read the old one is waited for by a term from then on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from rescind._clock import Clock
from rescind.config import LEASE_RANGE
from rescind.errors import StoreUnavailable
from rescind.model.revocation import Head, WorkerRow
from rescind.model.session import from_micros
from rescind.revocation.backwards import begin_anew
from rescind.revocation.looks import Look, Looks
from rescind.revocation.registry import CLEARING
from rescind.stores.base import Store

logger = logging.getLogger("rescind.barrier")

FIRST_PAUSE, LAST_PAUSE = 0.0005, 0.025
PUSHED = 12
"""Looks after which nobody is left who heard a push; looks are shared, so these are few for everybody."""
LONGEST_TERM = LEASE_RANGE[1]
"""Seconds that are waited when the registry cannot be read: no worker has a longer term."""


@dataclass(slots=True)
class Confirmation:
    """How the barrier ended.

    Attributes:
        confirmed: workers that have the revocation.
        lapsed: what is known of workers whose term passed: ``host pid last seen``.
        proof: ``"counter"``, ``"acknowledged"`` or ``"term"``: the weakest that was needed.
    """

    confirmed: int = 0
    lapsed: list[str] = field(default_factory=list)
    proof: str = "counter"


class Barrier:
    """One revocation waiting for its workers.

    Args:
        head: of the commit: the number to confirm, the birth, the counter.
        since: lease clock, seconds, when the commit had returned.
        looks: how the registry is read, shared by all barriers of this process.
        lease: of this process; workers that are not known have this term, or the longest in the registry.
        entry_id: of the entry that was committed; ``None``: there was nothing to end.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        head: Head,
        since: float,
        *,
        looks: Looks | None = None,
        lease: float = 1.0,
        entry_id: str | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._head = head
        self._since = since
        self._looks = looks or Looks(store)
        self._entry_id = entry_id
        self._longest = lease
        self._unwatched = self._watched_since = 0.0
        self._new_log_since: float | None = None
        self._incarnation = ""
        self._open: dict[str, WorkerRow] | None = None
        self.result = Confirmation()

    def done(self) -> bool:
        """Look once. Never fails: the revocation is committed, and terms pass without the authority."""
        return self.judge(self._looks.now())

    def judge(self, look: Look) -> bool:
        """What a look that began after this barrier means for it."""
        rows = list(look.rows)
        if look.failed is not None:
            if self._open is None:
                return self._waited_out(look.failed)
            rows = list(self._open.values())
        else:
            self._longest = max([self._longest, *(row.term for row in rows)])
            if look.incarnation.id != self._incarnation or self._open is None:
                self._arrive_at(look)
        self._judge(rows)
        return not self._open and self._is_watched() and self._stands()

    def _arrive_at(self, look: Look) -> None:
        """The first look, or one at another server than before."""
        self._incarnation = look.incarnation.id
        self._watched_since = self._clock.lease()
        if not look.incarnation.settled:
            self._unwatched = self._longest
            if self._open is None:  # it may have taken over since the commit
                self._since = self._watched_since

    def _is_watched(self) -> bool:
        """Whether the registry can be missing nobody who still trusts memory."""
        if not self._unwatched:
            return True
        if self._clock.lease() - self._since < self._unwatched:
            return False
        watched, self._unwatched = self._clock.lease() - self._watched_since >= self._unwatched, 0.0
        who = "workers that are not known: nobody had watched this server for a term (failover, restore)"
        logger.warning("waited a whole term for %s", who)
        self.result.lapsed.append(who)
        self._weaken("term")
        if watched:
            self._say_so()
        return True

    def _say_so(self) -> None:
        """A whole term of this very server has been watched: who is new to it may let in."""
        try:
            self._store.settle(self._incarnation)
        except StoreUnavailable as error:
            logger.warning("the server could not be marked as watched: %s", error)

    def _stands(self) -> bool:
        """Whether the log still has what was committed, or everybody knows of the new one."""
        if self._new_log_since is not None:
            return self._clock.lease() - self._new_log_since >= self._longest
        try:
            if self._store.keeps(self._head, self._entry_id):
                return True
            # Nobody would ever hear of a lost entry: everything that the old log has issued is refused.
            begin_anew(self._store, self._head, seen=self._head.seq, at=self._clock.wall())
        except StoreUnavailable as error:
            # What cannot be asked is not known to be lost; terms pass without the authority.
            logger.warning("the log could not be asked for the entry again: %s", error)
            return True
        self._new_log_since = self._clock.lease()
        who = "workers of the old log: it went backwards (failover, restore), so a new one had to begin"
        logger.warning("waiting a whole term for %s", who)
        self.result.lapsed.append(who)
        self._weaken("term")
        return False

    def _waited_out(self, error: StoreUnavailable) -> bool:
        """Nobody knows who has to confirm: whether even the longest term has passed."""
        if self._clock.lease() - self._since < LONGEST_TERM:
            return False
        logger.warning("the registry of workers could not be read: %s", error)
        self.result.lapsed.append("workers that are not known: the registry could not be read")
        self._weaken("term")
        return True

    def _judge(self, rows: list[WorkerRow]) -> None:
        first, waited = self._open is None, self._clock.lease() - self._since
        before, still = self._open or {}, {}
        present = {row.id: row for row in rows}
        for row in rows if first else [present[key] for key in before if key in present]:
            if self._watches_counter(row):
                self.result.confirmed += 1
            elif row.acked >= self._head.seq:
                self.result.confirmed += 1
                self._weaken("acknowledged")
            elif waited >= row.term:
                self._let_lapse(row)
                if not row.retired and self._clock.lease() - self._since - waited <= CLEARING * row.term:
                    self._retire(row)
            else:
                still[row.id] = row
        self._open = still

    def _watches_counter(self, row: WorkerRow) -> bool:
        counter = self._head.counter_id
        return counter is not None and row.counter_id == counter and row.birth == self._head.birth

    def _weaken(self, proof: str) -> None:
        order = ("counter", "acknowledged", "term")
        self.result.proof = max(self.result.proof, proof, key=order.index)

    def _let_lapse(self, row: WorkerRow) -> None:
        seen = from_micros(row.seen_at).isoformat(timespec="seconds")
        who = f"{row.host} pid {row.pid}, last seen {seen}"
        logger.warning("waited a whole term for a worker: %s", who)
        self.result.lapsed.append(who)
        self._weaken("term")

    def _retire(self, row: WorkerRow) -> None:
        try:
            self._store.retire(row.id, self._head.seq)
        except StoreUnavailable as error:
            # The next barrier waits for this row once more; nothing else depends on it.
            logger.warning("could not retire a worker that let its term pass: %s", error)

    @staticmethod
    def pauses() -> Iterator[float]:
        """Seconds between two looks: 0.5 ms while workers that are pushed answer, then 1, 2 .. 25 ms."""
        yield from [FIRST_PAUSE] * PUSHED
        pause = FIRST_PAUSE * 2
        while True:
            yield pause
            pause = min(pause * 2, LAST_PAUSE)

    def wait(self) -> Confirmation:
        """Block until done; at most the longest term in the registry."""
        for pause in self.pauses():
            if self.done():
                break
            self._clock.sleep(pause)
        return self.result
