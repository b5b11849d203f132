"""From the commit to ``final``: apply here, push, wait for the workers, and only then count.

Steps that never wait, and a barrier between them that a thread blocks on or an event loop sleeps over.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from rescind._clock import Clock
from rescind.errors import StoreUnavailable
from rescind.flows.context import FlowContext, pending_receipts
from rescind.flows.count_ended import count_ended
from rescind.flows.revoke import Ended
from rescind.revocation.barrier import Barrier
from rescind.revocation.looks import Looks
from rescind.revocation.receipt import Receipt
from rescind.stores.base import Store

FORGETFUL = "a restart of the server forgets this and ends every session: suspend where you verify as well"
"""Of a standing in a server's memory: who signs in afterwards is active."""

logger = logging.getLogger("rescind.core")


@dataclass(frozen=True, slots=True)
class Settling:
    """What every settlement of one engine needs.

    Attributes:
        catch_up: applies the news in this process and wakes its keeper; never fails.
        outside: what the promise does not cover where live sessions were shut.
        refuse_on_loop: raises ``UseAio`` on a thread with a running event loop, with what to call instead.
        may_wait: whether this thread may be blocked.
        looks: at the registry, shared by all who wait.
        lease: of this process, seconds.
    """

    ctx: FlowContext
    clock: Clock
    catch_up: Callable[[], None]
    outside: Callable[[], tuple[str, ...]]
    refuse_on_loop: Callable[[str], None]
    may_wait: Callable[[], bool]
    looks: Looks
    lease: float

    @property
    def store(self) -> Store:
        return self.ctx.store


class Settlement:
    """The rest of the way of one receipt.

    Args:
        ended: what the transaction did.
        started: lease clock, seconds, when the caller began; the receipt counts from there.
    """

    def __init__(self, parts: Settling, receipt: Receipt, ended: Ended, started: float) -> None:
        self._parts = parts
        self._ended = ended
        self._started = started
        self._barrier: Barrier | None = None
        self.receipt = receipt
        receipt.finish_with(self)

    def run(self, *, wait: bool = True) -> Receipt:
        """Bring the receipt to its state; blocks if it has to ``wait``."""
        barrier = self.begin()
        if barrier is not None and wait:
            barrier.wait()
            self.end()
        elif barrier is not None:
            self.count()
        return self.receipt

    def finish(self, instead: str) -> None:
        """For the receipt: ``run`` where this thread may be blocked.

        Raises:
            UseAio: it runs an event loop.
        """
        self._parts.refuse_on_loop(instead)
        self.run()

    def begin(self) -> Barrier | None:
        """What comes before any waiting; ``None`` when nobody is to be waited for."""
        receipt, parts = self.receipt, self._parts
        if receipt.state in ("final", "void"):
            return None
        if self._barrier is None:
            since = parts.clock.lease()
            receipt.seq, receipt.state = self._ended.head.seq, "committed"
            receipt.elapsed = since - self._started
            parts.catch_up()
            self._barrier = Barrier(
                parts.store,
                parts.clock,
                self._ended.head,
                since,
                looks=parts.looks,
                lease=parts.lease,
                entry_id=None if self._ended.entry is None else self._ended.entry.id,
            )
        return self._barrier

    def end(self) -> None:
        """Write down how the barrier ended, count what is to be counted, say what is not covered."""
        if self._barrier is not None:
            self._write_down(self._barrier)
        self.count()
        if self.receipt.ended or not self.receipt.counted or self._ended.suspended:
            self.receipt.outside += self._parts.outside()
        store = self._parts.store.capabilities
        if self._ended.suspended and store.shared and not store.durable:
            self.receipt.outside += (FORGETFUL,)

    def count(self) -> None:
        """How many it ended, where its transaction did not count."""
        if not self.receipt.counted and self._ended.entry is not None:
            try:
                counts = count_ended(self._parts.ctx, self._ended.entry, repeated=self._ended.repeated)
            except StoreUnavailable as error:  # it is committed: nothing fails any more
                logger.warning("what revocation %s ended could not be counted: %s", self.receipt.id, error)
                return
            if counts is not None:
                self.receipt.matched, self.receipt.ended = counts
                self.receipt.counted = True

    def _write_down(self, barrier: Barrier) -> None:
        receipt, result = self.receipt, barrier.result
        receipt.workers_confirmed = result.confirmed
        receipt.workers_lapsed = len(result.lapsed)
        receipt.proof = result.proof
        receipt.outside = tuple(f"waited a whole term for {one}" for one in result.lapsed)
        receipt.elapsed = self._parts.clock.lease() - self._started
        receipt.state = "final"


class JoinedSettlement(Settlement):
    """Of a revocation in the caller's transaction: pending until that is known to have ended.

    Args:
        later: completes the receipt of an asynchronous transaction; awaited inside its commit.
    """

    def __init__(
        self,
        parts: Settling,
        receipt: Receipt,
        ended: Ended,
        started: float,
        later: Callable[[Receipt], Awaitable[object]] | None = None,
    ) -> None:
        super().__init__(parts, receipt, ended, started)
        self._later = later
        receipt.state = "pending"
        # Nothing was appended, and not because this very transaction had done it before: then the answer does
        # not depend on the transaction, and nobody can look for an entry.
        self._settled = ended.entry is None and ended.head.seq <= parts.store.head().seq
        self._waiting = pending_receipts.get()
        if self._waiting is not None:
            self._waiting.append(receipt)

    def watch(self, connection: Any) -> Receipt:
        self._parts.store.watch_transaction(connection, self._over)
        return self.receipt

    def begin(self) -> Barrier | None:
        if self.receipt.state == "pending" and not self._has_committed():
            return None
        return super().begin()

    def _has_committed(self) -> bool:
        store, ended = self._parts.store, self._ended
        head, entry = store.head(), store.find_entry(self.receipt.id)
        if entry is not None:
            store.push()
            self._ended = replace(ended, head=replace(head, seq=entry.seq), entry=entry)
            return True
        self._ended = replace(ended, head=head)
        return self._settled

    def _over(self, committed: bool) -> Awaitable[object] | None:
        """The caller's transaction has ended, on the thread that ended it."""
        if committed:
            self._settled = self._settled or self._ended.entry is None
            # On a loop nobody may be blocked: the face waits before the answer leaves, or the caller does.
            if self._later is not None:
                return self._later(self.receipt)
            if self._parts.may_wait():
                self._complete_quietly()
        elif self.receipt.state == "pending":
            self.receipt.state = "void"
        return None

    def _complete_quietly(self) -> None:
        try:
            self.run()
        except StoreUnavailable as error:
            # The caller's commit succeeded and must not fail for this. Workers find it within a lease.
            logger.warning("revocation %s committed, its workers were not asked: %s", self.receipt.id, error)
