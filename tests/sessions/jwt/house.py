"""Engines that check access tokens, on one store; each stands for a worker process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.sessions.jwt.forge import AUDIENCE, ISSUER, KEYS
from tests.world import World

from rescind import Rescind, Session
from rescind._clock import SECOND
from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.sessions.jwt.access import AccessClaims, AccessTokens
from rescind.sessions.jwt.checks import JwtChecks
from rescind.sessions.jwt.keys import KeySet, SigningKey, admit

LIFE = 300


class Counting(AccessTokens):
    """Counts signatures that were looked at."""

    verified = 0

    def verify(self, text: str, now: int) -> AccessClaims:
        self.verified += 1
        return super().verify(text, now)


class House:
    """A world whose engines check access tokens."""

    def __init__(self, world: World, *keys: SigningKey) -> None:
        self.world = world
        self.keys: KeySet = admit(keys or [KEYS["EdDSA"], KEYS["ES256"]], setting="signing_keys")
        self.issuer = AccessTokens(self.keys, issuer=ISSUER, audience=AUDIENCE)
        self.asked: list[str] = []
        self._number = 0

    def worker(self, *, joined: bool = True, **settings: Any) -> Rescind[Any]:
        auth = self.world.engine(spy=True, joined=joined, **settings)
        core = auth.core
        tokens = Counting(self.keys, issuer=ISSUER, audience=AUDIENCE)
        core.checks = JwtChecks(
            tokens=tokens,
            key_ended=self.key_ended,
            store=core.store,
            clock=core.clock,
            time=core.time,
            ids=core.ids,
            realm=core.settings.realm,
            worker=core.worker,
            index=core.index,
            cache=core.cache,
            keeper=core.keeper,
            touches=core.touches,
            reread_every=core.settings.reread_every,
            idle_ends=core.idle_ends,
            went_backwards=core.went_backwards,
            ready=core.ready,
            asker=core.asker,
        )
        return auth

    def key_ended(self, kid: str) -> bool:
        self.asked.append(kid)
        return self.world.engines[0].core.store.find_entry(f"signing_key {kid}") is not None

    def end_key(self, auth: Rescind[Any], kid: str) -> None:
        with auth.core.store.write() as unit:
            unit.append(
                LogEntry(
                    id=f"signing_key {kid}",
                    kind=Kind.END,
                    realm="default",
                    scope=Scope.SIGNING_KEY,
                    target=kid,
                    what=What.ALL,
                    reason="leaked",
                    initiator="system",
                    at=1,
                )
            )
        self.world.told()

    def claims(self, auth: Rescind[Any], session: Session[Any], **other: Any) -> AccessClaims:
        """Of a leaf of this session, issued now."""
        head, now = auth.core.store.head(), auth.core.time.now() // SECOND
        self._number += 1
        made = AccessClaims(
            token_id=f"jti-{self._number:012}",
            session_id=session.id,
            principal_id=str(session.principal_id),
            birth=head.birth,
            issued_seq=head.seq,
            issued_at=now,
            expires_at=now + LIFE,
            auth_time=now,
            client_id=session.client_id,
        )
        return replace(made, **other)

    def leaf(self, auth: Rescind[Any], session: Session[Any], **other: Any) -> str:
        return self.issuer.issue(self.claims(auth, session, **other))


def verified(auth: Rescind[Any]) -> int:
    """How many signatures this worker has looked at."""
    checks = auth.core.checks
    assert isinstance(checks, JwtChecks)
    tokens = checks._tokens
    assert isinstance(tokens, Counting)
    return tokens.verified
