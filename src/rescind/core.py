"""The parts of an engine and how they hang together; ``Rescind`` is the surface over it.

settings -> store -> index, cache, view (worker) -> checks; flows write through the store, and what they
append is settled here: applied at once in this process, pushed, waited for.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic

from rescind._clock import Clock, JudgingTime
from rescind.config import Settings
from rescind.errors import CommitUnknown, Refused, RescindError, RevocationUnknown, StoreUnavailable
from rescind.flows.context import FlowContext, pending_receipts
from rescind.flows.end_idle import end_idle
from rescind.flows.revoke import Ended
from rescind.model.principal import P, PrincipalIds
from rescind.model.revocation import Head
from rescind.model.session import Facts, Session
from rescind.revocation.barrier import Barrier
from rescind.revocation.cache import SessionCache
from rescind.revocation.index import RevocationIndex
from rescind.revocation.keeper import Keeper
from rescind.revocation.receipt import Receipt
from rescind.revocation.registry import RegistryWatch
from rescind.revocation.streams import Streams
from rescind.revocation.touches import Touches
from rescind.revocation.worker import Worker
from rescind.sessions.opaque import OpaqueChecks
from rescind.stores.base import Store

logger = logging.getLogger("rescind.core")


class Core(Generic[P]):
    """One engine's parts. No I/O in the constructor."""

    def __init__(self, settings: Settings, ids: PrincipalIds[P], clock: Clock, store: Store) -> None:
        self.settings = settings
        self.ids = ids
        self.clock = clock
        self.store = store
        self.time = JudgingTime(clock)
        self.ctx = FlowContext(store, self.time.now, settings.realm, settings.policy)
        self.index = RevocationIndex(settings.realm, settings.max_index_entries)
        self.cache: SessionCache[P] = SessionCache(ids, settings.max_cached)
        self.touches = Touches(store)
        self.streams = Streams(
            clock, judge=self._judge_stream, refresh=self._refresh, grace=settings.stream_grace
        )
        self.worker = Worker(
            store,
            clock,
            self.index,
            lease=settings.lease,
            on_reset=self.cache.clear,
            on_fork=self.after_fork,
            on_entries=self.streams.tell,
        )
        self.keeper = Keeper(self.worker, self.touches, RegistryWatch(store, clock), clock)
        self.on_fork: list[Callable[[], None]] = []
        self.checks = self._make_checks()
        self._opened = False
        self._opening = threading.Lock()
        _cores.add(self)

    def _make_checks(self) -> OpaqueChecks[P]:
        return OpaqueChecks(
            store=self.store,
            clock=self.clock,
            time=self.time,
            ids=self.ids,
            realm=self.settings.realm,
            worker=self.worker,
            index=self.index,
            cache=self.cache,
            keeper=self.keeper,
            touches=self.touches,
            reread_every=self.settings.reread_every,
            end_idle=self._end_idle,
            went_backwards=self._went_backwards,
            ready=self.ready,
        )

    def ready(self) -> None:
        """Open the store at first use."""
        if not self._opened:
            with self._opening:
                if not self._opened:
                    self.store.open()
                    self._opened = True

    def close(self) -> None:
        """Give the lease back, write what is held, close the store. A later call opens again."""
        self.keeper.stop()
        self.streams.stop()
        if self._opened:
            self.worker.leave()
            try:
                self.touches.flush()
            except StoreUnavailable as error:
                logger.warning("the last activity was not written: %s", error)
            self.store.close()
            self._opened = False

    def after_fork(self) -> None:
        """In the child: threads, locks and pending activity are the parent's."""
        self._opening = threading.Lock()
        self.time.renew_lock()
        self.cache.renew_lock()
        self.touches.after_fork()
        self.keeper.after_fork()
        self.streams.after_fork()
        for hook in self.on_fork:
            hook()

    # -- what was appended ------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Apply the news in this process at once and wake its keeper. Never fails: the lease bounds it."""
        try:
            self.worker.renew(register=False)
        except StoreUnavailable:
            self.keeper.push()

    def settle(self, receipt: Receipt, head: Head, started: float, *, wait: bool) -> Receipt:
        """After a commit: apply here, push, and (``wait``) block until the receipt is final."""
        barrier = self.begin_settling(receipt, head, started, wait=wait)
        if barrier is not None:
            barrier.wait()
            self.finish(receipt, barrier, started)
        return receipt

    def begin_settling(self, receipt: Receipt, head: Head, started: float, *, wait: bool) -> Barrier | None:
        """The part before any waiting; ``None`` when nobody is to wait."""
        since = self.clock.lease()
        receipt.seq, receipt.state = head.seq, "committed"
        receipt.elapsed = since - started
        self.catch_up()
        barrier = Barrier(self.store, self.clock, head, since)
        if wait:
            return barrier

        def later(open_receipt: Receipt) -> None:
            barrier.wait()
            self.finish(open_receipt, barrier, started)

        receipt.finish_with(later)
        return None

    def finish(self, receipt: Receipt, barrier: Barrier, started: float) -> None:
        """Write down how the barrier ended."""
        result = barrier.result
        receipt.workers_confirmed = result.confirmed
        receipt.workers_lapsed = len(result.lapsed)
        receipt.proof = result.proof
        receipt.outside = tuple(f"waited a whole term for {one}" for one in result.lapsed)
        receipt.elapsed = self.clock.lease() - started
        receipt.state = "final"

    def settle_joined(self, receipt: Receipt, ended: Ended, connection: Any, started: float) -> Receipt:
        """In a caller's transaction: pending until it is known to have committed or rolled back."""
        # Nothing was appended, and not because this very transaction had done it before: then the answer does
        # not depend on the transaction, and nobody can look for an entry.
        settled = ended.entry is None and ended.head.seq <= self.store.head().seq

        def complete(open_receipt: Receipt) -> None:
            if open_receipt.state != "pending":
                return
            head, entry = self.store.head(), self.store.find_entry(open_receipt.id)
            if entry is not None:
                self.settle(open_receipt, replace(head, seq=entry.seq), started, wait=True)
            elif settled:
                self.settle(open_receipt, head, started, wait=True)

        waiting = pending_receipts.get()

        def done(committed: bool) -> None:
            nonlocal settled
            if committed:
                settled = settled or ended.entry is None
                # On a loop nobody may wait for the workers; the face does, before the answer leaves.
                if waiting is None or not on_a_loop():
                    complete_quietly()
            elif receipt.state == "pending":
                receipt.state = "void"

        def complete_quietly() -> None:
            try:
                complete(receipt)
            except StoreUnavailable as error:
                # The caller's commit succeeded and must not fail for this. Workers find it within a lease.
                logger.warning("revocation %s committed, its workers were not asked: %s", receipt.id, error)

        receipt.state = "pending"
        receipt.finish_with(complete)
        if waiting is not None:
            waiting.append(receipt)
        self.store.watch_transaction(connection, done)
        return receipt

    def resolve_unknown(self, id: str, cause: CommitUnknown) -> Ended:
        """A commit whose outcome is open: the log knows."""
        try:
            entry, head = self.store.find_entry(id), self.store.head()
        except StoreUnavailable:
            raise RevocationUnknown(id) from cause
        if entry is None:
            raise StoreUnavailable(f"nothing was revoked: {cause}") from cause
        return Ended(replace(head, seq=entry.seq), matched=0, entry=entry)

    # -- called back by the parts -----------------------------------------------------------------------

    def _judge_stream(self, session_id: str) -> Refused | None:
        judged = self.checks.recheck(session_id, touch=False)
        return judged if isinstance(judged, Refused) else None

    def _refresh(self) -> None:
        worker = self.worker
        worker.used = True  # a process with live connections is not idle, though nobody asks it anything
        if worker.current(self.clock.lease()) is None:
            self.ready()
            if self.store.capabilities.shared:
                self.keeper.ensure()
            worker.renew(register=True)

    def _end_idle(self, facts: Facts) -> bool:
        ended = end_idle(self.ctx, facts.record)
        if ended:
            self.catch_up()
        return ended

    def _went_backwards(self, head: Head, seen: int) -> None:
        self.store.new_birth(
            expected=head.birth,
            at_least=seen,
            reason="the log went backwards",
            initiator="system",
            at=self.time.now(),
        )
        self.catch_up()


def on_a_loop() -> bool:
    """Whether this thread runs an event loop: nobody may wait here (0.2 us to notice)."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def raise_refused(judged: Session[P] | Refused) -> Session[P]:
    """The session, or the refusal as an exception."""
    if isinstance(judged, Refused):
        raise judged
    return judged


_cores: weakref.WeakSet[Core[Any]] = weakref.WeakSet()


@atexit.register
def _leave_all() -> None:
    """A process that ends gives its leases back, so that it slows nobody's barrier."""
    for core in list(_cores):
        try:
            core.close()
        except RescindError as error:
            logger.warning("an engine could not be closed at exit: %s", error)
