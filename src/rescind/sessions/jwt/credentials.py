"""The credentials of a session with signed tokens: an access token, and the refresh token that renews it.

The access token is a leaf of the session's row (ADR 0012); the refresh token is derived, so that a store
keeps its digest only and a second tab is given the very same one (``policy.refresh``).
"""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass

from rescind._clock import SECOND
from rescind._tokens import REFRESH_PREFIX, SESSION_PREFIX, digest_of, random_bytes
from rescind.errors import NoSigningKey, Refused
from rescind.model.family import Family
from rescind.model.session import Facts, SessionRecord
from rescind.sessions.jwt.access import AccessClaims, AccessTokens
from rescind.sessions.jwt.keys import SigningKey
from rescind.sessions.jwt.material import Material
from rescind.sessions.jwt.refresh import RefreshTokens
from rescind.sessions.minting import OPAQUE, KeyEnded, Minted, PresentedRefresh, ReadFacts

logger = logging.getLogger("rescind.keys")

NO_KEY = (
    "every signing key of this application has ended: put a new one first in signing_keys (or in secret=, "
    "which derives one) and restart"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the keys make."""

    access: AccessTokens
    refresh: RefreshTokens


class JwtCredentials:
    """Makes and recognises both tokens of one realm.

    Args:
        load: reads the keys; called once, at first use, since the constructor of an engine does no I/O.
        issuer, audience: as in ``AccessTokens``.
        life: seconds of an access token.

    Attributes:
        also_opaque: as in ``JwtChecks``.
    """

    also_opaque = False

    def __init__(
        self, *, load: Callable[[], Material], realm: str, issuer: str, audience: str, life: float
    ) -> None:
        self._load = load
        self._realm = realm
        self._issuer = issuer
        self._audience = audience
        self._life = round(life * SECOND)
        self._loaded: Loaded | None = None

    def __repr__(self) -> str:
        return f"JwtCredentials(issuer={self._issuer!r}, audience={self._audience!r})"

    def ready(self) -> Loaded:
        """Read the keys, if that was not done yet.

        Raises:
            ConfigurationError: names the setting, the file and the mend.
        """
        loaded = self._loaded
        if loaded is None:  # two threads at once read the same files: whoever is last counts
            material = self._load()
            loaded = self._loaded = Loaded(
                AccessTokens(material.keys, issuer=self._issuer, audience=self._audience),
                RefreshTokens(material.keyring, self._realm),
            )
        return loaded

    def verify(self, text: str, now: int) -> AccessClaims:
        """As ``AccessTokens.verify``."""
        return self.ready().access.verify(text, now)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JWK set to publish."""
        return self.ready().access.keys.jwks()

    # -- making ------------------------------------------------------------------------------------------

    def mint(self, record: SessionRecord, now: int, ended: KeyEnded) -> Minted:
        return self.renew(record, record.issued_seq, 1, now, ended)

    def renew(self, record: SessionRecord, seq: int, generation: int, now: int, ended: KeyEnded) -> Minted:
        loaded = self.ready()
        refresh_token = loaded.refresh.make(record.id, generation)
        key = self._signer(ended)
        access_token, until = self._sign(key, record, seq, now)
        digest = digest_of(refresh_token)
        family = Family(record.id, generation, now, digest, key.kid, until)
        return Minted(access_token, digest, refresh_token, family, until)

    def repeat(
        self, record: SessionRecord, family: Family, seq: int, now: int, ended: KeyEnded
    ) -> Minted | None:
        refresh_token = self.ready().refresh.again(record.id, family.generation, family.digest)
        if refresh_token is None:
            return None
        access_token, until = self._sign(self._signer(ended), record, seq, now)
        return Minted(access_token, family.digest, refresh_token, until=until)

    def _signer(self, ended: KeyEnded) -> SigningKey:
        for key in self.ready().access.keys.signers:
            if not ended(key.kid):
                return key
        logger.error("nobody can be signed in: %s", NO_KEY)
        raise NoSigningKey(NO_KEY)

    def _sign(self, key: SigningKey, record: SessionRecord, seq: int, now: int) -> tuple[str, int]:
        """An access token, and when it ends (microseconds since the epoch)."""
        issued_at = now // SECOND
        expires_at = max(issued_at + 1, min(now + self._life, record.expires_at) // SECOND)
        claims = AccessClaims(
            token_id=urlsafe_b64encode(random_bytes(12)).decode("ascii"),
            session_id=record.id,
            principal_id=record.principal_id,
            birth=record.birth,
            issued_seq=seq,
            issued_at=issued_at,
            expires_at=expires_at,
            auth_time=record.auth_time // SECOND,
            client_id=record.client_id,
        )
        return self.ready().access.issue(claims, key), expires_at * SECOND

    # -- recognising -------------------------------------------------------------------------------------

    def read_refresh(self, text: object) -> PresentedRefresh | None:
        return self.ready().refresh.read(text)

    def facts_of(self, token: str, now: int, read: ReadFacts, ended: KeyEnded) -> Facts | None:
        if token.startswith(REFRESH_PREFIX):
            presented = self.read_refresh(token)
            return None if presented is None else read(presented.session_id)
        if self.also_opaque and token.startswith(SESSION_PREFIX):
            return OPAQUE.facts_of(token, now, read, ended)
        try:
            claims = self.verify(token, now // SECOND)
        except Refused:
            return None
        if ended(claims.kid):  # whoever stole the key could end anybody's session
            return None
        facts = read(claims.session_id)
        return facts if facts is not None and facts.record.principal_id == claims.principal_id else None
