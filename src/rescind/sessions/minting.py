"""What a session's owner is given, in each session model: made here, recognised here, stored as digests.

Pure: keys come from the constructor, times from the caller, and whether a signing key has ended from whoever
reads the store. The flows know these protocols alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Protocol

from rescind._tokens import digest_of, new_session_token, session_id_of
from rescind.model.family import Family
from rescind.model.session import Facts, SessionRecord

KeyEnded = Callable[[str], bool]
"""Whether a signing key, by its ``kid``, has ended."""
ReadFacts = Callable[[str], Facts | None]
"""Facts by the id of a session."""


@dataclass(frozen=True, slots=True)
class Minted:
    """A credential just made; the only time that it exists in the clear.

    Attributes:
        token: what opens the session.
        digest: what the session's row keeps.
        refresh_token: what is exchanged for the next ``token``, where that ends before its session.
        family: what is kept of ``refresh_token``.
        until: when ``token`` ends by itself, microseconds since the epoch; ``None``: with its session.
    """

    token: str = field(repr=False)
    digest: bytes = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    family: Family | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class PresentedRefresh:
    """A genuine refresh token: which session, and which generation of its family."""

    session_id: str
    generation: int


class Credentials(Protocol):
    """Those of one session model."""

    def mint(self, record: SessionRecord, now: int, ended: KeyEnded) -> Minted:
        """The first ones of a session that is about to be inserted.

        Args:
            record: without its digest.
            now: microseconds since the epoch.
            ended: asked inside the transaction that inserts.

        Raises:
            NoSigningKey: every key that could sign has ended.
        """
        ...

    def facts_of(self, token: str, now: int, read: ReadFacts, ended: KeyEnded) -> Facts | None:
        """What is stored about the session that this text opens or refreshes, alive or not; ``None`` for any
        text that is not genuine. For ending it: whoever has any genuine token of a session may."""
        ...


class Renewable(Credentials, Protocol):
    """Credentials that end before their session and are exchanged."""

    def read_refresh(self, text: object) -> PresentedRefresh | None:
        """What a genuine refresh token says, ``None`` for anything else. No I/O."""
        ...

    def renew(self, record: SessionRecord, seq: int, generation: int, now: int, ended: KeyEnded) -> Minted:
        """Those of another generation; its ``family`` is the state to keep.

        Args:
            seq: the head that was read with the facts by which the session was judged.
        """
        ...

    def repeat(
        self, record: SessionRecord, family: Family, seq: int, now: int, ended: KeyEnded
    ) -> Minted | None:
        """The very refresh token that ``family`` keeps the digest of, with an access token of now. ``None``:
        none of the secrets makes it."""
        ...


class OpaqueCredentials:
    """One token for the whole life of a session: 256 random bits, of which the row keeps the digest."""

    def mint(self, record: SessionRecord, now: int, ended: KeyEnded) -> Minted:
        token = new_session_token(record.id)
        return Minted(token, digest_of(token))

    def facts_of(self, token: str, now: int, read: ReadFacts, ended: KeyEnded) -> Facts | None:
        session_id = session_id_of(token)
        facts = None if session_id is None else read(session_id)
        if facts is None or not compare_digest(facts.record.digest, digest_of(token)):
            return None
        return facts


class Prepared(OpaqueCredentials):
    """A token that was made, and may have been shown, before the row of its session is written."""

    def __init__(self, token: str) -> None:
        self._token = token

    def mint(self, record: SessionRecord, now: int, ended: KeyEnded) -> Minted:
        return Minted(self._token, digest_of(self._token))


OPAQUE = OpaqueCredentials()
