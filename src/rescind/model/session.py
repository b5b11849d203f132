"""A session: the result of an authentication.

``Session`` is what applications see; it holds no secret and no digest, so returning it from an endpoint or
logging it is safe. ``SessionRecord`` is what a store remembers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from rescind._tokens import new_session_id
from rescind.model.principal import P, Standing
from rescind.model.revocation import Head, LogEntry

Q = TypeVar("Q", bound=int | str | UUID)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def from_micros(value: int) -> datetime:
    """Microseconds since the epoch as an aware UTC datetime, exactly."""
    return EPOCH + timedelta(0, 0, value)


def to_micros(moment: datetime) -> int:
    """The reverse of ``from_micros``, exactly."""
    return (moment - EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Session(Generic[P]):
    """Who is signed in, since when, and with what standing.

    Attributes:
        id: public handle of the session; safe to log.
        principal_id: the application's own id, in its own type.
        created_at: when the session was opened (UTC).
        auth_time: when the principal last proved who they are; ``fresh=`` judges it.
        expires_at: the absolute end; activity never moves it.
        method: how it was proved, as the application named it.
        roles: sorted; read with the standing, at most ``reread_every`` seconds old.
        tenant: ``None`` outside any tenant.
        credential_id: the credential that opened it, if one was named.
        client_id: the client it was opened for, if one was named.
    """

    id: str
    principal_id: P
    created_at: datetime
    auth_time: datetime
    expires_at: datetime
    method: str = "password"
    roles: tuple[str, ...] = ()
    tenant: str | None = None
    credential_id: str | None = None
    client_id: str | None = None

    @staticmethod
    def fake(principal_id: Q, **facts: Any) -> Session[Q]:
        """A session for tests and dependency overrides; no store knows it."""
        now = from_micros(0)
        defaults: dict[str, Any] = {
            "id": new_session_id(),
            "created_at": now,
            "auth_time": now,
            "expires_at": now + timedelta(days=36500),
        }
        return Session(principal_id=principal_id, **(defaults | facts))


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as a store keeps it. Times are microseconds since the epoch (UTC).

    Attributes:
        digest: SHA-256 of the token text (32 bytes); the token itself is stored nowhere.
        birth: the log that ``issued_seq`` counts in.
        issued_seq: the head read before the first read of the evidence for this session.
        last_seen: batched; at most ``touch_interval`` behind.
        idle: microseconds without activity after which it ends, ``None`` for no idle limit.
        expires_at: the absolute end.
        parent_id: the session that this one replaced (rotation).
        label: what a person recognises it by ("Firefox on Linux"), never a secret.
        ended_at, ended_reason, ended_by: set once; a tombstone, never taken back.
    """

    id: str
    digest: bytes = field(repr=False)
    realm: str
    principal_id: str
    birth: str
    issued_seq: int
    method: str
    created_at: int
    auth_time: int
    last_seen: int
    expires_at: int
    idle: int | None = None
    credential_id: str | None = None
    client_id: str | None = None
    parent_id: str | None = None
    label: str | None = None
    ended_at: int | None = None
    ended_reason: str | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one read of the authority says about a session, from one snapshot.

    Attributes:
        record: the session's row.
        standing: the principal's row; ``None`` if it is gone.
        head: the state of the log in the same snapshot (``head.seq`` is the record's *stamp*).
        ended_by: an ``end`` entry of a scope wider than the session that ends it, if there is one.
    """

    record: SessionRecord
    standing: Standing | None
    head: Head
    ended_by: LogEntry | None = None


@dataclass(frozen=True, slots=True)
class SessionSummary(Generic[P]):
    """One line of a listing: what the owner or an administrator may see.

    Attributes:
        current: whether it is the session that asked.
    """

    id: str
    principal_id: P
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    method: str
    label: str | None = None
    client_id: str | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Issued(Generic[P]):
    """A session just opened or refreshed, with the tokens that are shown this once.

    ``repr`` hides the tokens, so that logging an ``Issued`` leaks nothing.

    Attributes:
        token: what opens the session.
        session: as a check of ``token`` says it.
        refresh_token: what ``auth.sessions.refresh`` exchanges, where ``token`` ends before its session;
            ``None`` for opaque sessions.
        expires_in: seconds until ``token`` ends.
        lasts: seconds until the session ends, at the latest.
    """

    token: str = field(repr=False)
    session: Session[P]
    refresh_token: str | None = field(default=None, repr=False)
    expires_in: int = field(kw_only=True)
    lasts: int = field(kw_only=True)
