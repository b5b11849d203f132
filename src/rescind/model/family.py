"""What a store keeps beside the session of a signed token: its family of refresh tokens, and ended keys."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Family:
    """The refresh tokens of one session, of which exactly one may be exchanged; see ``policy.refresh``.

    Attributes:
        session_id: its session; ended with it and forgotten with it.
        generation: of the one token that may be exchanged, from 1.
        rotated_at: when that one was made, microseconds since the epoch.
        digest: of that one; nothing else of it is kept.
        signed_by: ``kid`` of the key that signed the access token which went out with it.
        signed_until: when that access token ends, microseconds since the epoch.
    """

    session_id: str
    generation: int
    rotated_at: int
    digest: bytes = field(repr=False)
    signed_by: str
    signed_until: int


@dataclass(frozen=True, slots=True)
class KeyEnd:
    """That a signing key has ended, for good: its entry leaves the log one day, this never.

    Attributes:
        at: microseconds since the epoch.
    """

    realm: str
    kid: str
    at: int
    reason: str
    by: str
