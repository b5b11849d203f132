"""What a process answers from memory, and under which view.

The order is the protocol (``rescind.revocation``): the view first, then the clock, then the cached record,
then the index. The hot path takes no lock, does no I/O and writes nothing but one flag.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic

from rescind._clock import SECOND, Clock, JudgingTime
from rescind._tokens import TOKEN_LENGTH, digest_of
from rescind.errors import Refused, StoreUnavailable
from rescind.model.principal import P
from rescind.model.session import Session
from rescind.policy.session_lifetime import touch_interval
from rescind.revocation.cache import Cached, SessionCache
from rescind.revocation.idle_ends import IdleEnds
from rescind.revocation.index import RevocationIndex
from rescind.revocation.keeper import Keeper
from rescind.revocation.touches import Touches
from rescind.revocation.view import View
from rescind.revocation.worker import Worker
from rescind.sessions.asking import Asker
from rescind.stores.base import Store

logger = logging.getLogger("rescind.check")


@dataclass(frozen=True, slots=True)
class Presented:
    """A token whose form was looked at, before anything is read.

    Attributes:
        session_id: the session that it claims to be of.
        digest: of its text; ``None`` when a session is judged again without its token.
        expires_at: microseconds since the epoch: its own end, where it has one before the session's.
        signing_key: the ``kid`` of the key that signed it, where one did.
    """

    session_id: str
    digest: bytes | None
    expires_at: int | None = None
    signing_key: str | None = None


class Memory(Generic[P]):
    """Args:
        idle_ends: ends idle sessions at the authority.
        ready: opens the store at first use.
        asker: how the authority is asked, and for how long.

    Attributes:
        inline_reads: a strict check is quick enough to be made on an event loop.
        longest: characters of a token; what is longer is not even hashed.
    """

    longest = TOKEN_LENGTH

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        time: JudgingTime,
        worker: Worker,
        index: RevocationIndex,
        cache: SessionCache[P],
        keeper: Keeper,
        touches: Touches,
        reread_every: float,
        idle_ends: IdleEnds,
        ready: Callable[[], None],
        asker: Asker,
    ) -> None:
        self._store = store
        self._lease_now = clock.lease
        self._time = time
        self._worker = worker
        self._index = index
        self._cache = cache
        self._keeper = keeper
        self._touches = touches
        self._reread_every = reread_every
        self._idle_ends = idle_ends
        self._ready = ready
        self.asker = asker
        self._outage = asker.outage
        self.inline_reads = store.capabilities.inline_reads
        # What a check has read there may be rolled back, an end included: nothing is final.
        self._bound = store.capabilities.thread_bound
        self._shared = store.capabilities.shared and not self._bound

    def recall(self, token: bytes) -> Session[P] | None:
        """The session of a token that memory knows to the byte and answers for; ``None``: ask ``check``."""
        worker = self._worker
        view = worker.view
        now = self._lease_now()
        if now < view.deadline and worker.word[0] == view.applied and len(token) <= self.longest:
            found = self._cache.hot.get(sha256(token).digest())
            if found is not None and found.mark is view.mark and now < found.fresh_until:
                worker.used = True
                return found.session
        return None

    def remembered(
        self, view: View | None, presented: Presented, tenant: str | None, touch: bool
    ) -> Session[P] | Refused | None:
        """What memory says; ``None``: the authority has to be asked."""
        digest = presented.digest
        if view is not None:
            found = self._cache.by_id(presented.session_id) if digest is None else self._cache.get(digest)
            judged = None if found is None else self._judge(found, view, tenant, touch)
            if judged is not None:
                return judged
        code = None if digest is None else self._cache.dead(digest)
        return None if code is None else Refused(code, "known to be final")

    def _has_lapsed(self) -> bool:
        """Whether there is a view that only needs to be renewed: one read for all who wait."""
        worker = self._worker
        if self.inline_reads or not worker.lease or not worker.view.birth:
            return False
        return worker.current(self._lease_now()) is None

    def stale(self, token: str, tenant: str | None, within: float) -> tuple[Session[P], float] | None:
        """While the authority is away: what memory would have answered when it last read the log.

        What it has learnt since refuses: an end, a change, the session's own limits.

        Args:
            within: seconds since that read, at most.

        Returns:
            the session, and how many seconds ago the log was read; ``None``: it may not be accepted.
        """
        worker = self._worker
        view, now = worker.view, self._lease_now()
        age = now - worker.read_at(view)
        if not self._outage.open or worker.forked() or not view.birth or age >= within:
            return None
        found = self._cache.get(digest_of(token))
        if found is None or worker.word[0] != view.applied or found.session.id in self._idle_ends:
            return None
        at = self._time.now()
        if self._must_be_read(found, view, now - age, at) or tenant not in (None, found.session.tenant):
            return None
        worker.used = True
        self._note(found, at, now, touch=True)
        return found.session, age

    def _trusted_view(self) -> View | None:
        """The view if it holds, after catching up if that is cheap; ``None`` for strict."""
        worker = self._worker
        worker.used = True
        if worker.forked() or worker.lease == 0:
            return None
        view = worker.current(self._lease_now())
        if view is not None:
            return view
        if self._shared:
            self._keeper.ensure()
        if not self.inline_reads or self._outage.refuses:
            if self._lease_now() < worker.view.deadline:  # the counter moved: nobody else says so
                self._keeper.push()
            return None
        try:
            self._ready()
            worker.renew(register=not self._shared)
        except StoreUnavailable as error:
            logger.debug("could not read the log: %s", error)
            return None
        return worker.current(self._lease_now())

    def _judge(
        self, found: Cached[P], view: View, tenant: str | None, touch: bool
    ) -> Session[P] | Refused | None:
        """Judge a cached record under ``view``; ``None``: it has to be read."""
        lease_now, now, session = self._lease_now(), self._time.now(), found.session
        if self._must_be_read(found, view, lease_now, now):
            return None
        if tenant is not None and session.tenant != tenant:
            return Refused("wrong_tenant", "the principal belongs to another tenant")
        self._note(found, now, lease_now, touch)
        found.mark = view.mark
        return session

    def _must_be_read(self, found: Cached[P], view: View, lease_now: float, now: int) -> bool:
        """Whether memory cannot say "live". What it refuses the row refuses too, and says why."""
        tables = self._index.tables
        return (
            found.birth != view.birth
            or tables.birth != view.birth
            or tables.ended(found.keys, found.issued_seq, found.session.id)
            or tables.changed_after(found.keys, found.stamp)
            or found.stamp < tables.floor
            or lease_now - found.read_at >= self._reread_every
            or is_over(found, now)
        )

    def _note(self, found: Cached[P], now: int, lease_now: float, touch: bool) -> None:
        """Count this use as activity if it is due, and say until when nobody needs to look again."""
        interval = touch_interval(found.idle)
        if touch and now >= found.last_seen + interval:
            found.last_seen = now
            self._touched(found.session.id, now)
        calm = min(found.expires_at - now, found.last_seen + interval - now) / SECOND
        found.fresh_until = min(lease_now + calm, found.read_at + self._reread_every)

    def _touched(self, session_id: str, now: int) -> None:
        self._touches.add(session_id, now)
        if self._shared:
            self._keeper.ensure()
            return
        try:
            self._touches.flush()
        except StoreUnavailable as error:
            logger.warning("activity was not written yet: %s", error)


def is_over(found: Cached[P], now: int) -> bool:
    """Whether the session is past its absolute end, or idle as far as this process knows."""
    return now >= found.expires_at or (found.idle is not None and now >= found.last_seen + found.idle)
