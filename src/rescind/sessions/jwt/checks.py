"""The check of access tokens: the signature once, then memory under the lease, as for opaque sessions.

An access token is a leaf of a session. The signature says that it is genuine; whether it still opens
anything the log and the session's row say, exactly as for opaque sessions: the record in memory is keyed by
a digest of the whole text, stamped, and judged by the same index. What is different:

* its own end comes before the session's, and refuses with ``expired`` while the session goes on;
* an ``end`` of a signing key ends every token it ever signed, whatever number a token claims to be issued at:
  whoever holds the key can write any number into it;
* below the floor of the log nothing is believed, nor from another birth.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Protocol

from rescind._clock import SECOND
from rescind._tokens import REFRESH_PREFIX, SESSION_PREFIX, digest_of
from rescind.errors import Refused
from rescind.model.principal import P
from rescind.model.revocation import Scope
from rescind.model.session import Facts, Session, SessionRecord
from rescind.revocation.view import View
from rescind.sessions.jwt.access import AccessClaims
from rescind.sessions.jwt.compact import MAX_TOKEN, take_apart
from rescind.sessions.memory import Presented
from rescind.sessions.opaque import Found, OpaqueChecks

_SIGNING_KEY = Scope.SIGNING_KEY.value


@dataclass(frozen=True, slots=True)
class PresentedToken(Presented):
    """An access token whose signature was verified.

    Attributes:
        claims: what it says; ``None`` when memory knows it from before.
    """

    claims: AccessClaims | None = None


class Verifier(Protocol):
    """Believes access tokens, or not; see ``AccessTokens.verify``."""

    def verify(self, text: str, now: int) -> AccessClaims: ...


class JwtChecks(OpaqueChecks[P]):
    """Judges access tokens for one engine.

    Args:
        tokens: whose tokens are believed.
        key_ended: asks the authority whether a signing key, by its ``kid``, was ended.
        parts: as for ``OpaqueChecks``.

    Attributes:
        also_opaque: opaque tokens are judged, too: the face opens such sessions beside those with signed
        ones.
    """

    longest = MAX_TOKEN
    also_opaque = False

    def __init__(self, *, tokens: Verifier, key_ended: Callable[[str], bool], **parts: Any) -> None:
        super().__init__(**parts)
        self._tokens = tokens
        self._key_ended = key_ended
        self._alive: dict[str, tuple[str, int]] = {}

    def check(self, token: str | None, tenant: str | None, touch: bool) -> Session[P] | Refused:
        """From memory if the view holds, in the same order.

        Written out again for a twentieth of a microsecond: a plain ``encode`` makes up for a good part of the
        digest of a text that is six times as long. What it cannot encode is judged slowly.
        """
        worker = self._worker
        view = worker.view
        now = self._lease_now()
        if now < view.deadline and worker.word[0] == view.applied and type(token) is str:
            if len(token) > MAX_TOKEN:
                return self._unusable(token)
            try:
                found = self._cache.hot.get(sha256(token.encode()).digest())
            except UnicodeEncodeError:
                found = None
            if found is not None and found.mark is view.mark and now < found.fresh_until:
                worker.used = True
                session = found.session
                if tenant is None or session.tenant == tenant:
                    return session
        return self.asker.run(self.steps(token, tenant, touch))

    def _present(self, token: str, digest: bytes) -> Presented | Refused:
        known = self._cache.get(digest)
        if known is not None:
            return PresentedToken(known.session.id, digest, known.expires_at, known.signing_key)
        if not token:
            return self._unusable(token)
        code = self._cache.dead(digest)
        if code is not None:
            return Refused(code, "known to be final")
        if token.startswith(REFRESH_PREFIX):
            return Refused("malformed", "a refresh token sent as an access token", misplaced=True)
        if self.also_opaque and token.startswith(SESSION_PREFIX):
            return super()._present(token, digest)
        return self._verified(token, digest)

    def _verified(self, token: str, digest: bytes) -> Presented | Refused:
        try:
            claims = self._tokens.verify(token, self._time.now() // SECOND)
        except Refused as refused:
            return refused
        return PresentedToken(claims.session_id, digest, claims.expires_at * SECOND, claims.kid, claims)

    def _key_of(self, presented: Presented, record: SessionRecord) -> bytes:
        # The row's digest is the refresh token's, which opens nothing here. A session judged without a token
        # is kept under what is the digest of no text.
        return presented.digest or b"session " + record.id.encode("ascii")

    def _is_of(self, presented: Presented, record: SessionRecord) -> bool:
        if not isinstance(presented, PresentedToken):  # by an opaque token, or without any
            return super()._is_of(presented, record)
        return presented.claims is None or presented.claims.principal_id == record.principal_id

    def _seen(self, facts: Facts, presented: Presented, view: View, found: Found) -> int:
        claims, seen = _claims_of(presented), super()._seen(facts, presented, view, found)
        if claims is None or found.signer_ended or claims.birth != facts.head.birth:
            return seen  # whoever has a key that has ended writes any number
        return max(seen, claims.issued_seq)

    def _question(self, presented: Presented) -> Hashable:
        return presented.session_id, presented.signing_key

    def _look_up(self, presented: Presented) -> Found:
        view, found = self._worker.view, super()._look_up(presented)
        if found.facts is None or presented.signing_key is None:
            return found
        return Found(found.facts, self._signer_has_ended(presented.signing_key, found.facts, view))

    def _signer_has_ended(self, kid: str, facts: Facts, view: View) -> bool:
        """By the index where it is complete, else by the authority.

        Complete: it was filled from this birth, up to the head of this read, and everything that it ever
        dropped (its floor) is older than the last time that the authority called the key alive.
        """
        head, tables = facts.head, self._index.tables
        if tables.birth == head.birth and self.signer_ended(kid):
            return True
        birth, seq = self._alive.get(kid, ("", -1))
        read_to_the_head = view.birth == tables.birth == head.birth and view.applied >= head.seq
        if read_to_the_head and birth == head.birth and seq >= tables.floor:
            return False
        if self._outage.watched(partial(self._key_ended, kid)):
            return True
        self._alive[kid] = (head.birth, head.seq)
        return False

    def session_named(self, token: str) -> str | None:
        if len(token) > MAX_TOKEN:
            return None
        presented = self._present(token, digest_of(token))
        return None if isinstance(presented, Refused) else presented.session_id

    def signer_of(self, token: str) -> str | None:
        try:
            return take_apart(token).kid
        except Refused:
            return None

    def signer_ended(self, kid: str) -> bool:
        return self._index.tables.ended(((_SIGNING_KEY, kid),), -1, "")

    def _accept(
        self, facts: Facts, read_at: float, presented: Presented, found: Found, touch: bool
    ) -> Session[P] | Refused:
        """What is wrong with the token alone, its session being alive, is not final and never remembered: the
        session may end while somebody goes on presenting this, and then that is the answer."""
        claims, head = _claims_of(presented), facts.head
        if claims is not None and claims.birth != head.birth:
            return Refused("superseded", "the token was issued by a log that is no more")
        if claims is not None and claims.issued_seq < head.floor:
            return Refused("expired", "the token is older than the log remembers", renewable=True)
        if presented.expires_at is not None and self._time.now() >= presented.expires_at:
            return Refused("expired", "past its exp; its session goes on", renewable=True)
        if found.signer_ended:
            return Refused("revoked", "the key that signed it has ended", renewable=True)
        return super()._accept(facts, read_at, presented, found, touch)


def _claims_of(presented: Presented) -> AccessClaims | None:
    return presented.claims if isinstance(presented, PresentedToken) else None
