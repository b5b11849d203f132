"""This process as a reader of the log: registration, renewal, the view that checks trust.

Rules of this file:

1. Register durably first, read second. A worker that trusts memory is always visible to a revoker.
2. The clock is taken before the read is sent: the deadline counts from there.
3. The index is changed first, the new view published last, by one assignment.
4. Acknowledge only what was applied, after it was applied.
5. A new incarnation after a fork: new id, no view, connections left alone.
6. What is not understood is not acknowledged: the worker stays strict.
7. How far the log was read is known as long as the process lives, with or without a view: only who knows more
   than the log says notices that it went backwards, and a backup holds an old registry as well.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from rescind._clock import Clock
from rescind._tokens import new_id
from rescind.errors import RescindError, StoreUnavailable, StoreUnwatched, UnknownEntry
from rescind.model.revocation import LogEntry, Renewal, WorkerRow
from rescind.revocation.backwards import begin_anew
from rescind.revocation.index import RevocationIndex
from rescind.revocation.outage import Outage
from rescind.revocation.view import VOID, View
from rescind.stores.base import Store, Word

logger = logging.getLogger("rescind.worker")

PROTOCOL = 1
TRUST = 0.8
"""Share of the term for which a worker trusts a read; the rest covers clock rates 10 % apart either way."""
NO_WORD: tuple[int, ...] = (-2,)
"""Equal to no ``applied``: where a counter belongs and cannot be read, nothing is answered from memory."""

NOWHERE: tuple[int, str | None, str] = (0, None, "")
"""Nothing was read: number and id of the newest entry, birth of the log."""


class Worker:
    """One incarnation of a lease holder per engine and process.

    Attributes:
        view: what checks may trust; replaced, never changed.
        word: the counter, to be compared with ``view.applied``; equal to it where the lease alone decides.
        used: set by checks, cleared by the keeper: whether there is work for it.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        index: RevocationIndex,
        *,
        lease: float,
        on_reset: Callable[[], None],
        on_fork: Callable[[], None],
        on_entries: Callable[[list[LogEntry]], None],
        outage: Outage | None = None,
    ) -> None:
        self._store = store
        self._outage = outage or Outage()
        self._lease_alone = store.capabilities.lease_alone
        self._clock = clock
        self._index = index
        self.lease = lease
        self._on_reset = on_reset
        self._on_fork = on_fork
        self._on_entries = on_entries
        self.used = False
        self._begin()
        _workers.add(self)

    def _begin(self) -> None:
        self.view: View = VOID
        self.word: Word = NO_WORD
        self.pid = os.getpid()
        self._lock = threading.Lock()
        self._id = ""
        self._counter_id: str | None = None
        self._place = NOWHERE
        self._acked = 0
        self._heard = -1
        self._offset: float | None = None
        self._strict_for_good = False

    @property
    def registered(self) -> bool:
        return self._id != ""

    @property
    def id(self) -> str:
        return self._id

    def after_fork(self) -> None:
        """In the child: the parent's lease, registration and locks are not ours."""
        self._begin()
        self._on_fork()
        self._on_reset()

    def forked(self) -> bool:
        """Whether this process is a child that no hook told (a fork made in C). Looked at on slow paths."""
        if self.pid == os.getpid():
            return False
        self.after_fork()
        return True

    def current(self, now: float) -> View | None:
        """The view if it may be trusted at ``now`` (lease clock), else ``None``."""
        view = self.view
        return view if now < view.deadline and self.word[0] == view.applied else None

    def read_at(self, view: View) -> float:
        """When the read of a view was sent; lease clock, seconds."""
        return view.deadline - TRUST * self.lease

    def renew(self, *, register: bool, timeout: float = 0.25) -> bool:
        """Read the log and publish a new view.

        Args:
            register: whether this call may register (a durable write) if need be.
            timeout: seconds to wait for another thread's renewal.

        Returns:
            Whether a view was published.

        Raises:
            StoreUnavailable: the authority could not be read; the view is left to its deadline.
        """
        self.forked()
        if self._strict_for_good or not (register or self.registered):
            return False
        if not self._lock.acquire(timeout=timeout):
            return False
        try:
            if not self.registered:
                if not register:  # it left while this call waited
                    return False
                self._register()
            return self._read_all()
        except UnknownEntry as error:
            self._stop_trusting(str(error))
            return False
        finally:
            self._lock.release()

    def _register_again(self) -> None:
        """The counter file was made anew: the registry must say which one this worker watches."""
        self.view = VOID
        self._store.deregister(self._id)
        self._register()

    def _register(self) -> None:
        worker_id, head = new_id(), self._outage.watched(self._store.head)
        self._store.register(
            WorkerRow(
                id=worker_id,
                birth=head.birth,
                term=self.lease,
                protocol=PROTOCOL,
                acked=0,
                counter_id=head.counter_id,
                host=socket.gethostname(),
                pid=os.getpid(),
                seen_at=self._clock.wall(),
            )
        )
        self._id, self._counter_id = worker_id, head.counter_id
        self._acked = 0
        if self._heard < 0:  # what is older is history, of which nobody needs to be told
            self._heard = head.seq

    def _read_all(self) -> bool:
        applied, applied_id, birth = self._place
        news: list[LogEntry] = []
        paging = False
        while True:
            t0 = self._clock.lease()
            renewal = self._outage.watched(partial(self._store.renew, self._id, applied))
            if not renewal.registered:
                return self._withdraw()
            if renewal.head.counter_id != self._counter_id:
                self._register_again()
                continue
            if self._must_start_over(renewal, birth, applied, applied_id, paging):
                applied, applied_id, birth = self._start_over(renewal, birth, applied, applied_id)
                paging = False
                continue
            if not renewal.watched:
                raise StoreUnwatched
            for entry in renewal.entries:
                self._index.apply(entry)
                applied, applied_id = entry.seq, entry.id
                news.append(entry)
            if not renewal.more:
                break
            paging = True
        self._publish(renewal, applied, applied_id, t0)
        if news:
            self._tell(news)
        return True

    def _tell(self, news: list[LogEntry]) -> None:
        """Say what was applied; of what was read as history, only that something was."""
        heard, self._heard = self._heard, max(self._heard, news[-1].seq)
        self._on_entries([entry for entry in news if entry.seq > heard])

    def _must_start_over(
        self, renewal: Renewal, birth: str, applied: int, applied_id: str | None, paging: bool
    ) -> bool:
        """Whether what was applied cannot be gone on from.

        Between two pages of one catch-up the floor does not matter: a log keeps entries below it, and what
        was pruned meanwhile is covered by the floor that is published with the last page.
        """
        head = renewal.head
        if birth != head.birth or applied > head.seq:
            return True
        if applied == 0 or applied_id is None:
            return False
        if paging:
            return renewal.applied_id not in (None, applied_id)
        return applied < head.floor or renewal.applied_id != applied_id

    def _start_over(
        self, renewal: Renewal, birth: str, applied: int, applied_id: str | None
    ) -> tuple[int, str | None, str]:
        """Another birth, a log that went backwards, or a pause longer than the retention."""
        head = renewal.head
        backwards = birth == head.birth and (
            applied > head.seq or (renewal.applied_id is not None and renewal.applied_id != applied_id)
        )
        self.view = VOID
        if backwards:
            head = begin_anew(self._store, head, seen=applied, at=self._clock.wall())
        self._place = NOWHERE
        self._index.reset()
        self._on_reset()
        self._heard = min(self._heard, head.seq)  # another log may count from below
        return 0, None, head.birth

    def _publish(self, renewal: Renewal, applied: int, applied_id: str | None, t0: float) -> None:
        birth, old = renewal.head.birth, self.view
        self._index.believe(birth, renewal.head.floor)
        seq = max(applied, renewal.head.seq)
        self.word = (seq,) if self._lease_alone else self._store.word or NO_WORD
        self._place = (seq, applied_id, birth)
        deadline = t0 + TRUST * self.lease
        jumped = self._wall_jumped()
        if old.birth == birth and old.applied == seq and not jumped:
            self.view = replace(old, deadline=max(deadline, old.deadline))
        else:
            self.view = View(birth, seq, deadline)

    def _wall_jumped(self) -> bool:
        """A stepped wall clock changes what has expired: records must be judged again."""
        offset = self._clock.wall() / 1e6 - self._clock.lease()
        jumped = self._offset is not None and abs(offset - self._offset) > 0.2 * self.lease
        self._offset = offset
        return jumped

    def _withdraw(self) -> bool:
        """Retired, or the registry lost us: no view until registered anew."""
        self.view = VOID
        self._id = ""
        return False

    def acknowledge(self) -> None:
        """Tell the registry what was applied, if it moved. The only write of a renewal."""
        view = self.view
        if self.registered and view.applied > self._acked:
            self._store.acknowledge(self._id, view.applied, at=self._clock.wall())
            self._acked = view.applied

    def _stop_trusting(self, why: str) -> None:
        """An entry that this version does not understand: strict until the process is restarted."""
        logger.error("answering from the authority only: %s", why)
        self._strict_for_good = True
        self.view = VOID

    def listen(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """As ``Store.listen``; a process without a lease has no use for it."""
        return self._store.listen(wake) if self.lease else None

    def leave(self) -> None:
        """Drop the view first, then delete the row: a clean stop slows nobody's barrier."""
        self.forked()
        self.view = VOID
        with self._lock:  # a renewal under way must not publish a view after the row is gone
            self.view = VOID
            worker_id, self._id = self._id, ""
            if worker_id:
                self._deregister(worker_id)

    def _deregister(self, worker_id: str) -> None:
        try:
            if self._outage.open:  # nobody waits for it at the end of a process
                raise StoreUnavailable("the authority does not answer")
            self._store.deregister(worker_id)
        except RescindError as error:  # the database may be gone, too
            logger.warning("could not deregister: %s; the next revocation waits at most one lease", error)


_workers: weakref.WeakSet[Worker] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for worker in list(_workers):
        worker.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
