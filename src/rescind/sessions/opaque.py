"""The per-request check of opaque sessions: from memory while the view holds, from the authority otherwise.

Memory is ``rescind.sessions.memory``; here is how the authority is asked and what follows from what it says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from hmac import compare_digest
from typing import Any

from rescind._tokens import digest_of, session_id_of
from rescind.errors import RefusalCode, Refused, StoreUnavailable
from rescind.model.principal import P, PrincipalIds
from rescind.model.revocation import Head
from rescind.model.session import Facts, Session, SessionRecord, from_micros
from rescind.policy.session_lifetime import judge_session
from rescind.revocation.backwards import WENT_BACKWARDS
from rescind.revocation.cache import Cached, cached_record, public_session
from rescind.revocation.view import View
from rescind.sessions.asking import Ask, Steps
from rescind.sessions.memory import Memory, Presented, is_over

logger = logging.getLogger("rescind.check")

AGAIN = 3
"""How often a session is read again when it turns out to have been active elsewhere meanwhile."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the authority says.

    Attributes:
        signer_ended: the key that signed the token has ended.
    """

    facts: Facts | None
    signer_ended: bool = False


class OpaqueChecks(Memory[P]):
    """Judges tokens and sessions for one engine.

    Args:
        ids, realm: of the engine.
        went_backwards: told that the log is behind what this process has seen: starts a new birth.
        parts: as for ``Memory``.
    """

    also_opaque = True

    def __init__(
        self,
        *,
        ids: PrincipalIds[P],
        realm: str,
        went_backwards: Callable[[Head, int], None],
        **parts: Any,
    ) -> None:
        super().__init__(**parts)
        self._ids = ids
        self._realm = realm
        self._went_backwards = went_backwards

    def check(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """From memory if the view holds."""
        if type(token) is str:
            session = self.recall(token.encode("utf-8", "surrogatepass"))
            if session is not None and (tenant is None or session.tenant == tenant):
                return session
        return self.asker.run(self.steps(token, tenant, touch))

    def check_strictly(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """From the authority, whatever memory says."""
        if not isinstance(token, str) or len(token) > self.longest:
            return self._unusable(token)
        began = None if self.inline_reads else self.asker.begin()
        view, now = self._worker.view, self._lease_now()
        found = self._cache.hot.get(digest_of(token))
        if found is not None and not self._outage.refuses and self._reads_the_same(found, view, now):
            session = found.session
            if tenant is None or session.tenant == tenant:
                return session
        return self.asker.run(self.strict_steps(token, tenant, touch), began)

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
        return not is_over(found, self._time.peek())  # the wall clock may have been stepped

    def recheck(self, session_id: str, touch: bool) -> Session[P] | Refused:
        """Judge a session again without its token."""
        return self.asker.run(self.recheck_steps(session_id, touch))

    def reread(self, session_id: str) -> Session[P] | Refused:
        """Judge a session by what the authority says now, whatever memory says."""
        return self.asker.run(self._reread_steps(session_id))

    def session_named(self, token: str) -> str | None:
        """The session that a token claims to be of, not yet judged: to be told of its end from now on."""
        return session_id_of(token)

    def signer_of(self, token: str) -> str | None:
        """The ``kid`` of the key that signed a token which was accepted, where one did."""
        return None

    def signer_ended(self, kid: str) -> bool:
        """Whether the log says that this signing key has ended, as far as it was applied here."""
        return False

    def _unusable(self, token: object) -> Refused:
        if token is None or token == "":
            return Refused("missing", "no credential was presented")
        return Refused("malformed", "not a session token of this kind, or mistyped")

    # -- as steps ----------------------------------------------------------------------------------------

    def steps(self, token: str | None, tenant: str | None, touch: bool) -> Steps[Session[P] | Refused]:
        """A check, for ``Asker``: what memory answers asks for nothing."""
        if not isinstance(token, str) or len(token) > self.longest:
            return self._unusable(token)
        presented = self._present(token, digest_of(token))
        if isinstance(presented, Refused):
            return presented
        return (yield from self._judged(presented, tenant, touch))

    def strict_steps(self, token: str | None, tenant: str | None, touch: bool) -> Steps[Session[P] | Refused]:
        """A check that reads the authority."""
        if not isinstance(token, str) or len(token) > self.longest:
            return self._unusable(token)
        presented = self._present(token, digest_of(token))
        if isinstance(presented, Refused):
            return presented
        self._worker.forked()  # a child has none of the threads that read for its parent
        try:
            if not self.asker.opened():
                yield Ask("open", partial(self._outage.watched, self._ready), slow=True)
            return (yield from self._read(presented, tenant, touch))
        except StoreUnavailable as error:
            return self._unanswered(error)

    def _reread_steps(self, session_id: str) -> Steps[Session[P] | Refused]:
        try:
            return (yield from self._read(Presented(session_id, None), None, touch=False))
        except StoreUnavailable as error:
            return self._unanswered(error)

    def recheck_steps(self, session_id: str, touch: bool) -> Steps[Session[P] | Refused]:
        """The same for a session of which no token is at hand."""
        return (yield from self._judged(Presented(session_id, None), None, touch))

    def _judged(self, presented: Presented, tenant: str | None, touch: bool) -> Steps[Session[P] | Refused]:
        self._worker.forked()
        try:
            if not self.asker.opened():
                yield Ask("open", partial(self._outage.watched, self._ready), slow=True)
            judged = self.remembered(self._trusted_view(), presented, tenant, touch)
            if judged is not None:
                return judged
            if self._has_lapsed():
                yield Ask("the log", self._catch_up)
                view = self._worker.current(self._lease_now())
                judged = self.remembered(view, presented, tenant, touch)
                if judged is not None:
                    return judged
            return (yield from self._read(presented, tenant, touch))
        except StoreUnavailable as error:
            return self._unanswered(error)

    def _catch_up(self) -> None:
        """Have the log read; behind a renewal that is stuck only for so long that the row can be asked."""
        self._ready()
        self._worker.renew(register=False, timeout=self.asker.within / 2)

    def _unanswered(self, error: StoreUnavailable) -> Refused:
        logger.debug("the authority did not answer: %s", error)
        return Refused("store_unavailable", "the authority did not answer", retry_after=1)

    def _present(self, token: str, digest: bytes) -> Presented | Refused:
        """Look at the form before a store is touched; what is in the cache has been looked at."""
        known = self._cache.get(digest)
        session_id = session_id_of(token) if known is None else known.session.id
        return self._unusable(token) if session_id is None else Presented(session_id, digest)

    def _read(self, presented: Presented, tenant: str | None, touch: bool) -> Steps[Session[P] | Refused]:
        """Ask the authority: one statement decides.

        Raises:
            StoreUnavailable: it did not answer in time.
        """
        for _ in range(AGAIN):
            view, read_at = self._worker.view, self._lease_now()
            found: Found = yield Ask(self._question(presented), partial(self._look_up, presented))
            facts = found.facts
            if facts is None or not self._is_of(presented, facts.record):
                return self._final("revoked", "there is no such session", presented.digest)
            key = self._key_of(presented, facts.record)
            seen = self._seen(facts, presented, view, found)
            if seen > facts.head.seq:  # restored, or failed over: nothing of this log can be believed
                head = facts.head
                yield Ask(("new birth", head.birth), partial(self._went_backwards, head, seen))
                return self._final("superseded", WENT_BACKWARDS, key)
            known = self._with_activity(facts)
            code, detail = self._verdict(known, presented, found, tenant)
            if code is None:
                return self._accept(known, read_at, presented, found, touch)
            if code != "idle":
                return self._final(code, detail, key)
            ended: bool = yield Ask(("idle", facts.record.id), partial(self._ended_as_idle, facts))
            if ended:
                return self._final(code, detail, key)
        return Refused("store_unavailable", "the session kept changing while it was read", retry_after=1)

    def _question(self, presented: Presented) -> Hashable:
        """Two that are equal are answered by one read."""
        return presented.session_id

    def _look_up(self, presented: Presented) -> Found:
        """Read the authority; may block.

        Raises:
            StoreUnavailable: it does not answer.
        """
        return Found(self._outage.watched(partial(self._facts, presented.session_id)))

    def _facts(self, session_id: str) -> Facts | None:
        self._ready()
        return self._store.facts(session_id)

    def _is_of(self, presented: Presented, record: SessionRecord) -> bool:
        """Whether the token is the one of this row."""
        digest = presented.digest
        return digest is None or compare_digest(record.digest, digest)

    def _key_of(self, presented: Presented, record: SessionRecord) -> bytes:
        """Under which key memory holds it: by no other token may it be found."""
        return presented.digest or record.digest

    def _seen(self, facts: Facts, presented: Presented, view: View, _found: Found) -> int:
        """The highest number of this log that the evidence, or this process, speaks of."""
        seen = facts.record.issued_seq if facts.record.birth == facts.head.birth else 0
        return max(seen, view.applied) if view.birth == facts.head.birth else seen

    def _verdict(
        self, facts: Facts, presented: Presented, found: Found, tenant: str | None
    ) -> tuple[RefusalCode | None, str]:
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
            logger.debug("an idle session could not be ended: %s", error)
            return True

    def _final(self, code: RefusalCode, detail: str, digest: bytes | None) -> Refused:
        if digest is not None and not self._bound:
            self._cache.bury(digest, code)
        return Refused(code, detail)

    def _accept(
        self, facts: Facts, read_at: float, presented: Presented, _found: Found, touch: bool
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
