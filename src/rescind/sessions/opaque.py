"""The per-request check of opaque sessions: from memory while the view holds, from the authority otherwise.

The order is the protocol (``rescind.revocation``): the view first, then the clock, then the cached record,
then the index. The hot path takes no lock, does no I/O and writes nothing but one flag.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from hmac import compare_digest
from typing import Generic

from rescind._clock import SECOND, Clock, JudgingTime
from rescind._tokens import TOKEN_LENGTH, digest_of, session_id_of
from rescind.errors import RefusalCode, Refused, StoreUnavailable
from rescind.model.principal import P, PrincipalIds
from rescind.model.revocation import Head
from rescind.model.session import Facts, Session, SessionRecord, from_micros
from rescind.policy.session_lifetime import judge_session, touch_interval
from rescind.revocation.cache import Cached, SessionCache, cached_record, public_session
from rescind.revocation.idle_ends import IdleEnds
from rescind.revocation.index import RevocationIndex
from rescind.revocation.keeper import Keeper
from rescind.revocation.touches import Touches
from rescind.revocation.view import View
from rescind.revocation.worker import Worker
from rescind.stores.base import Store

logger = logging.getLogger("rescind.check")

AGAIN = 3
"""How often a session is read again when it turns out to have been active elsewhere meanwhile."""


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


class OpaqueChecks(Generic[P]):
    """Judges tokens and sessions for one engine.

    Args:
        idle_ends: ends idle sessions at the authority.
        went_backwards: told that the log is behind what this process has seen: starts a new birth.
        ready: opens the store at first use.

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
        ids: PrincipalIds[P],
        realm: str,
        worker: Worker,
        index: RevocationIndex,
        cache: SessionCache[P],
        keeper: Keeper,
        touches: Touches,
        reread_every: float,
        idle_ends: IdleEnds,
        went_backwards: Callable[[Head, int], None],
        ready: Callable[[], None],
    ) -> None:
        self._store = store
        self._lease_now = clock.lease
        self._time = time
        self._ids = ids
        self._realm = realm
        self._worker = worker
        self._index = index
        self._cache = cache
        self._keeper = keeper
        self._touches = touches
        self._reread_every = reread_every
        self._idle_ends = idle_ends
        self._went_backwards = went_backwards
        self._ready = ready
        self.inline_reads = store.capabilities.inline_reads
        self._shared = store.capabilities.shared

    def check(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """From memory if the view holds."""
        if type(token) is str:
            session = self.recall(token.encode("utf-8", "surrogatepass"))
            if session is not None and (tenant is None or session.tenant == tenant):
                return session
        return self._check_slowly(token, tenant, touch)

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

    def check_strictly(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """From the authority, whatever memory says."""
        if not isinstance(token, str) or len(token) > self.longest:
            return self._unusable(token)
        view, now = self._worker.view, self._lease_now()
        digest = digest_of(token)
        found = self._cache.hot.get(digest)
        if found is not None and self._reads_the_same(found, view, now):
            session = found.session
            if tenant is None or session.tenant == tenant:
                return session
        presented = self._present(token, digest)
        return presented if isinstance(presented, Refused) else self._read(presented, tenant, touch)

    def strict_question(self, token: str | None) -> Cached[P] | None:
        """The record that answers a strict check if its facts read the same at the authority
        (``Store.unchanged``); ``None``: only ``check_strictly`` can tell."""
        if not isinstance(token, str) or len(token) > self.longest:
            return None
        view, now = self._worker.view, self._lease_now()
        found = self._cache.hot.get(digest_of(token))
        return found if found is not None and self._may_hold(found, view, now) else None

    def _reads_the_same(self, found: Cached[P], view: View, now: float) -> bool:
        """Read the authority; whether it says to the letter, head included, what ``found`` was judged by."""
        return (
            found.facts is not None
            and self._may_hold(found, view, now)
            and self._store.unchanged(found.facts)
        )

    def _may_hold(self, found: Cached[P], view: View, now: float) -> bool:
        """Whether only what the authority says could have changed the verdict: not time, says
        ``fresh_until``, and not what was applied since."""
        if found.facts is None or now >= found.fresh_until or view.applied > found.stamp:
            return False
        return not _is_over(found, self._time.peek())  # the wall clock may have been stepped

    def recheck(self, session_id: str, touch: bool) -> Session[P] | Refused:
        """Judge a session again without its token."""
        view = self._trusted_view()
        found = None if view is None else self._cache.by_id(session_id)
        if view is not None and found is not None:
            judged = self._judge(found, view, None, touch)
            if isinstance(judged, Session):
                return judged
        return self._read(Presented(session_id, None), None, touch)

    def _unusable(self, token: object) -> Refused:
        if token is None or token == "":
            return Refused("missing", "no credential was presented")
        return Refused("malformed", "not a session token of this kind, or mistyped")

    def _check_slowly(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        if not isinstance(token, str) or len(token) > self.longest:
            return self._unusable(token)
        digest = digest_of(token)
        presented = self._present(token, digest)
        if isinstance(presented, Refused):
            return presented
        view = self._trusted_view()
        found = None if view is None else self._cache.get(digest)
        if view is not None and found is not None:
            judged = self._judge(found, view, tenant, touch)
            if judged is not None:
                return judged
        code = self._cache.dead(digest)
        if code is not None:
            return Refused(code, "known to be final")
        return self._read(presented, tenant, touch)

    def _present(self, token: str, digest: bytes) -> Presented | Refused:
        """Look at the form before a store is touched; what is in the cache has been looked at."""
        known = self._cache.get(digest)
        session_id = session_id_of(token) if known is None else known.session.id
        return self._unusable(token) if session_id is None else Presented(session_id, digest)

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
        if not self.inline_reads:
            return None
        try:
            self._ready()
            worker.renew(register=not self._shared)
        except StoreUnavailable as error:
            logger.warning("could not read the log: %s", error)
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
            or _is_over(found, now)
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

    def _read(self, presented: Presented, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """Ask the authority: one statement decides."""
        for _ in range(AGAIN):
            view, read_at = self._worker.view, self._lease_now()
            try:
                self._ready()
                facts = self._store.facts(presented.session_id)
            except StoreUnavailable as error:
                logger.warning("the authority did not answer: %s", error)
                return Refused("store_unavailable", "the authority did not answer", retry_after=1)
            if facts is None or not self._is_of(presented, facts.record):
                return self._final("revoked", "there is no such session", presented.digest)
            known = self._with_activity(facts)
            code, detail = self._verdict(known, presented, view, tenant)
            if code is None:
                return self._accept(known, read_at, presented, touch)
            if code != "idle" or self._ended_as_idle(facts):
                return self._final(code, detail, self._key_of(presented, facts.record))
        return Refused("store_unavailable", "the session kept changing while it was read", retry_after=1)

    def _is_of(self, presented: Presented, record: SessionRecord) -> bool:
        """Whether the token is the one of this row."""
        digest = presented.digest
        return digest is None or compare_digest(record.digest, digest)

    def _key_of(self, presented: Presented, record: SessionRecord) -> bytes:
        """Under which key memory holds it: by no other token may it be found."""
        return presented.digest or record.digest

    def _seen(self, facts: Facts, presented: Presented) -> int:
        """The highest number of this log that the evidence speaks of."""
        return facts.record.issued_seq if facts.record.birth == facts.head.birth else 0

    def _verdict(
        self, facts: Facts, presented: Presented, view: View, tenant: str | None
    ) -> tuple[RefusalCode | None, str]:
        head, seen = facts.head, self._seen(facts, presented)
        if view.birth == head.birth:
            seen = max(seen, view.applied)
        if seen > head.seq:  # restored from a backup, or failed over: nothing of this log can be believed
            try:
                self._went_backwards(head, seen)
            except StoreUnavailable as error:
                logger.warning("the log went backwards and a new one could not begin: %s", error)
                return "store_unavailable", "the log went backwards"
            return "superseded", "the log went backwards"
        verdict = judge_session(facts, self._time.now(), realm=self._realm, tenant=tenant)
        if verdict.code is None and facts.record.id in self._idle_ends:
            return "idle", "refused as idle, which is being written"
        return verdict.code, verdict.detail

    def _with_activity(self, facts: Facts) -> Facts:
        """With what this process has seen and not written yet."""
        seen = self._touches.last_seen(facts.record.id)
        if seen is None or seen <= facts.record.last_seen:
            return facts
        return replace(facts, record=replace(facts.record, last_seen=seen))

    def _ended_as_idle(self, facts: Facts) -> bool:
        """Confirm an idle refusal where it counts. An ended row is idle by its mark."""
        if facts.record.ended_at is not None:
            return True
        try:
            return self._idle_ends.end(facts.record)
        except StoreUnavailable as error:
            logger.warning("an idle session could not be ended: %s", error)
            return True

    def _final(self, code: RefusalCode, detail: str, digest: bytes | None) -> Refused:
        if digest is not None:
            self._cache.bury(digest, code)
        return Refused(code, detail)

    def _accept(
        self, facts: Facts, read_at: float, presented: Presented, touch: bool
    ) -> Session[P] | Refused:
        standing = facts.standing
        if standing is None:
            return Refused("principal_disabled", "the principal is gone")
        record, end = facts.record, presented.expires_at
        session = public_session(self._ids, record, standing)
        if end is not None and end < record.expires_at:
            session = replace(session, expires_at=from_micros(end))
        found = cached_record(session, facts, read_at, presented.signing_key)
        found.facts = facts
        view = self._worker.view
        if view.birth == facts.head.birth and view.applied == facts.head.seq:
            found.mark = view.mark
        self._note(found, self._time.now(), read_at, touch)
        self._cache.put(self._key_of(presented, record), found, record.principal_id)
        return session


def _is_over(found: Cached[P], now: int) -> bool:
    """Whether the session is past its absolute end, or idle as far as this process knows."""
    return now >= found.expires_at or (found.idle is not None and now >= found.last_seen + found.idle)
