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
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic

from rescind._clock import Clock, JudgingTime
from rescind.config import Settings
from rescind.errors import (
    CommitUnknown,
    Refused,
    RescindError,
    RevocationUnknown,
    StoreUnavailable,
    UnknownEntry,
    UseAio,
)
from rescind.flows.context import FlowContext
from rescind.flows.end_idle import end_idle, end_told_idle
from rescind.flows.prune import Retention
from rescind.flows.revoke import Ended
from rescind.flows.settle import JoinedSettlement, Settlement, Settling
from rescind.model.principal import P, PrincipalIds
from rescind.model.revocation import Head
from rescind.model.session import Session, SessionRecord
from rescind.revocation.backwards import begin_anew
from rescind.revocation.cache import SessionCache
from rescind.revocation.greenlets import LockKind
from rescind.revocation.idle_ends import IdleEnds
from rescind.revocation.index import RevocationIndex
from rescind.revocation.keeper import Keeper
from rescind.revocation.log_watch import LogWatch
from rescind.revocation.looks import Looks
from rescind.revocation.outage import Outage
from rescind.revocation.receipt import Receipt
from rescind.revocation.registry import RegistryWatch
from rescind.revocation.streams import Streams
from rescind.revocation.touches import Touches
from rescind.revocation.worker import Worker
from rescind.session_model import make_checks, make_tokens
from rescind.sessions.asking import Asker
from rescind.sessions.minting import OPAQUE
from rescind.sessions.opaque import OpaqueChecks
from rescind.stores.base import Store

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.triggers.watch import Watch

logger = logging.getLogger("rescind.core")


class Core(Generic[P]):
    """One engine's parts. No I/O in the constructor."""

    def __init__(self, settings: Settings, ids: PrincipalIds[P], clock: Clock, store: Store) -> None:
        self.settings = settings
        self.ids = ids
        self.clock = clock
        self.store = store
        self.time = JudgingTime(clock)
        self.tokens = make_tokens(settings, store.capabilities)
        self.ctx = FlowContext(
            store, self.time.now, settings.realm, settings.policy, credentials=self.tokens or OPAQUE
        )
        self.index = RevocationIndex(settings.realm, settings.max_index_entries)
        self.cache: SessionCache[P] = SessionCache(ids, settings.max_cached)
        self.touches = Touches(store)
        self.outage = Outage(inline=store.capabilities.inline_reads)
        self.asker = self._make_asker()
        self.idle_ends = IdleEnds(
            end_now=self._end_idle,
            end_told=lambda records: end_told_idle(self.ctx, records),
            may_write=lambda: self.may_wait() or self._is_alone(),
            wake=self._wake_keeper,
        )
        self.streams = Streams(
            clock, settings.realm, judge=self.judge_live, look=self._look, grace=settings.stream_grace
        )
        self.worker = Worker(
            store,
            clock,
            self.index,
            lease=0 if store.capabilities.thread_bound else settings.lease,
            on_reset=self.cache.clear,
            on_fork=self.after_fork,
            on_entries=self.streams.tell,
            outage=self.outage,
        )
        self.keeper = Keeper(
            self.worker, self.idle_ends, self.touches, RegistryWatch(store, clock), clock, outage=self.outage
        )
        if store.capabilities.thread_bound:
            self.keeper.thread.forbid()
            self.streams.thread.forbid()
        self.log_watch = LogWatch(
            store, clock, self.worker, self.keeper, ready=self.ready, tell=self.streams.tell
        )
        self.settling = Settling(
            self.ctx,
            clock,
            catch_up=self.catch_up,
            outside=self._outside,
            refuse_on_loop=self.refuse_on_loop,
            may_wait=self.may_wait,
            looks=Looks(store),
            lease=settings.lease,
        )
        self.watch: Watch | None = None  # the application's own users, once they are declared
        self.longest_stale = 0.0  # seconds; of the routes that are bounded
        self.on_fork: list[Callable[[], None]] = []
        self.checks = self._make_checks()
        self._opened = False
        self._opening, self._locks = threading.Lock(), LockKind()
        _cores.add(self)

    def _make_asker(self) -> Asker:
        return Asker(
            self.outage,
            inline=self.store.capabilities.inline_reads,
            within=self.settings.authority_timeout,
            probe=self._probe,
            opened=lambda: self._opened,
            bound=self.store.capabilities.thread_bound,
        )

    def _make_checks(self) -> OpaqueChecks[P]:
        return make_checks(
            self.tokens,
            key_ended=self.ctx.key_ended(self.store),
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
            idle_ends=self.idle_ends,
            went_backwards=self.went_backwards,
            ready=self.ready,
            asker=self.asker,
        )

    def accept_opaque(self) -> None:
        """Judge opaque tokens beside signed ones: for a face whose browsers have the former."""
        self.checks.also_opaque = True
        if self.tokens is not None:
            self.tokens.also_opaque = True

    def begin(self, *, log_alone: bool = False) -> None:
        """For whatever asks more than a check: open the store, unless the authority is known to be away.

        Args:
            log_alone: what is to be done needs no session, so it goes on where only those are away.

        Raises:
            StoreUnavailable: it is away, said at once; or it does not open.
        """
        if self.outage.confirmed and self.asker.refuses() and not (log_alone and self._log_answers()):
            raise StoreUnavailable(f"nothing was changed: {self.outage.refused()}")
        self.ready()

    def _log_answers(self) -> bool:
        """Whether what is away are the sessions alone. Asks the log; waits no longer than a check does."""
        if not self.store.capabilities.log_apart:
            return False
        try:
            self.store.find_entry("")
        except StoreUnavailable:
            return False
        return True

    @property
    def opened(self) -> bool:
        """Whether the store has been opened, and not closed since."""
        return self._opened

    def open(self) -> None:
        """Read the keys of signed tokens and open the store, so that what is wrong is said now."""
        if self.tokens is not None:
            self.tokens.ready()
        self.ready()

    def ready(self) -> None:
        """Open the store at first use. Whoever only revokes needs no keys."""
        if not self._opened:
            self._locks.require()
            with self._opening:
                if not self._opened:
                    self.store.open()
                    if self.tokens is not None:
                        self.store.require_families()
                    self._opened = True
                    if self.watch is not None:
                        self.watch.warn()

    @property
    def retention(self) -> Retention:
        """How long things stay. Below the floor no access token is believed, so entries outlive those."""
        settings = self.settings
        unread = settings.reread_every
        if self.tokens is not None:
            unread = max(unread, settings.access_life)
        return Retention(settings.keep_ended, unread, settings.absolute)

    def close(self) -> None:
        """Give the lease back, write what is held, close the store. A later call opens again."""
        self.worker.forked()  # nobody's threads are waited for in a child that no hook told
        self.streams.stop()  # first: what it judges meanwhile would wake the keeper again
        self.keeper.stop()
        self.asker.flights.close()  # before the store, which a late read would open again
        if self._opened:
            self.worker.leave()
            try:
                if self.outage.open and (self.idle_ends or self.touches):
                    raise StoreUnavailable("the authority does not answer")
                self.idle_ends.flush()
                self.touches.flush()
            except StoreUnavailable as error:
                logger.warning("the last activity was not written: %s", error)
            self.store.close()
            self._opened = False

    def after_fork(self) -> None:
        """In the child: threads, locks and pending activity are the parent's."""
        self._opening, self._locks = threading.Lock(), LockKind()
        self.time.renew_lock()
        self.outage.after_fork()
        self.asker.flights.after_fork()
        self.cache.renew_lock()
        self.idle_ends.after_fork()
        self.touches.after_fork()
        self.keeper.after_fork()
        self.settling.looks.after_fork()
        self.streams.after_fork()
        self.log_watch.after_fork()
        for hook in self.on_fork:
            hook()

    # -- what was appended ------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Apply the news in this process at once and wake its keeper. Never fails: the lease bounds it."""
        try:
            self.worker.renew(register=False)
            if self.store.capabilities.lease_alone:
                self.worker.acknowledge()  # or the barrier would wait for this very process
        except StoreUnavailable:
            self.keeper.push()

    def settlement(self, id: str, ended: Ended, started: float, *, changed: bool = False) -> Settlement:
        """After a commit: the way of its receipt to ``final``.

        Args:
            started: lease clock, seconds, when the caller began; the receipt counts from there.
            changed: it tells of a change of standing.
        """
        return Settlement(self.settling, receipt_of(id, ended, changed), ended, started)

    def settle_joined(
        self,
        id: str,
        ended: Ended,
        connection: Any,
        started: float,
        *,
        changed: bool = False,
        later: Callable[[Receipt], Awaitable[object]] | None = None,
    ) -> Receipt:
        """In a caller's transaction: pending until it is known to have committed or rolled back.

        Args:
            later: completes the receipt of an asynchronous transaction; awaited inside its commit.
        """
        receipt = receipt_of(id, ended, changed)
        return JoinedSettlement(self.settling, receipt, ended, started, later).watch(connection)

    def resolve_unknown(self, id: str, cause: CommitUnknown) -> Ended:
        """A commit whose outcome is open: the log knows."""
        try:
            entry, head = self.store.find_entry(id), self.store.head()
        except StoreUnavailable:
            raise RevocationUnknown(id) from cause
        if entry is None:
            raise StoreUnavailable(f"nothing was revoked: {cause}") from cause
        return Ended.known(head, entry)

    def refuse_on_loop(self, instead: str) -> None:
        """Raise ``UseAio`` when this thread runs an event loop (0.2 us to notice)."""
        if not self.may_wait():
            raise UseAio(instead)

    def may_wait(self) -> bool:
        """Whether this thread may be blocked."""
        return self.settings.allow_sync_on_loop or not on_a_loop()

    # -- called back by the parts -----------------------------------------------------------------------

    def judge_live(self, session_id: str, signing_key: str | None) -> Refused | None:
        """Whether a connection that is open has to end: of which session, its token signed by which key."""
        if signing_key is not None and self.checks.signer_ended(signing_key):
            return Refused("revoked", "the key that signed its token has ended", renewable=True)
        judged = self.checks.recheck(session_id, touch=False)
        return judged if isinstance(judged, Refused) else None

    def _outside(self) -> tuple[str, ...]:
        """Where this process serves live connections its siblings do too; a command line knows of none."""
        said = []
        if self.tokens is not None:
            offline = "services that verify access tokens with the published keys alone accept them"
            said += [f"{offline} until they expire, at the latest in {self.settings.access_life:g} s"]
        if self.streams.served:
            longest = self.settings.lease + self.settings.stream_grace
            said += [f"live connections close as each worker hears of it, at the latest in {longest:g} s"]
        if self.longest_stale:
            stale = f"accepts from memory for at most {self.longest_stale:g} s"
            said += [
                f"on routes with guarantee=bounded(...) a worker that cannot reach the authority {stale}"
            ]
        return tuple(said)

    def _look(self) -> None:
        self.log_watch.look()

    def _is_alone(self) -> bool:
        """Whether no keeper writes what is put off."""
        return self.store.capabilities.thread_bound or not self.store.capabilities.shared

    def _end_idle(self, record: SessionRecord) -> bool:
        ended = end_idle(self.ctx, record)
        if ended:
            self.catch_up()
        return ended

    def _probe(self) -> None:
        """Read the log as a worker does: a server that answers, and is not to be believed, is not back."""
        try:
            self.outage.watched(self._read_log)
        except UnknownEntry:
            self.outage.answered()
        if self.worker.registered:
            self.worker.renew(register=False)

    def _read_log(self) -> None:
        self.ready()
        self.store.renew("", 0, limit=1)

    def _wake_keeper(self) -> None:
        self.keeper.ensure()
        self.keeper.push()

    def went_backwards(self, head: Head, seen: int) -> None:
        begin_anew(self.store, head, seen=seen, at=self.time.now())
        self.catch_up()


def on_a_loop() -> bool:
    """Whether this thread runs an event loop: nobody may wait here (0.2 us to notice)."""
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def receipt_of(id: str, ended: Ended, changed: bool) -> Receipt:
    """The receipt of a transaction that was committed."""
    return Receipt(
        "committed", id, matched=ended.matched, ended=ended.ended, changed=changed, counted=ended.counted
    )


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
