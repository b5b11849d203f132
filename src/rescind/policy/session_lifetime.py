"""Is this session alive? Idle and absolute limits, standing, the log's word: one pure function for all."""

from __future__ import annotations

from dataclasses import dataclass

from rescind._clock import SECOND
from rescind.errors import ConfigurationError, RefusalCode
from rescind.model.session import Facts


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """Limits for new sessions, in seconds (ASVS 7.3.1, 7.3.2: idle and absolute are apart).

    Attributes:
        absolute: from sign-in to the end, whatever the activity.
        idle: without activity; ``None`` for no idle limit.
    """

    absolute: float
    idle: float | None = None

    def __post_init__(self) -> None:
        if self.absolute <= 0:
            raise ConfigurationError('absolute must be positive: for example absolute="30d"')
        if self.idle is not None and not 0 < self.idle <= self.absolute:
            raise ConfigurationError('idle must be positive and not above absolute: for example idle="24h"')

    def expires_at(self, now: int, lasts: float | None = None) -> int:
        """The absolute end of a session opened at ``now`` (both in microseconds since the epoch).

        Args:
            lasts: seconds, for one that ends sooner than others.
        """
        life = self.absolute if lasts is None else min(lasts, self.absolute)
        return now + round(life * SECOND)

    def idle_micros(self, idle: float | None = None) -> int | None:
        """The idle limit of a session, in microseconds.

        Args:
            idle: seconds, for one that ends sooner than others.
        """
        limits = [limit for limit in (idle, self.idle) if limit is not None]
        return max(1, round(min(limits) * SECOND)) if limits else None


def touch_interval(idle: int | None) -> int:
    """How stale ``last_seen`` may be, in microseconds: a minute, or a tenth of a shorter idle limit."""
    minute = 60 * SECOND
    return minute if idle is None else max(1, min(minute, idle // 10))


@dataclass(frozen=True, slots=True)
class Verdict:
    """``code`` is ``None`` when the session may act; otherwise why not."""

    code: RefusalCode | None
    detail: str = ""

    @property
    def allowed(self) -> bool:
        return self.code is None


ALLOWED = Verdict(None)


def judge_session(facts: Facts, now: int, *, realm: str, tenant: str | None = None) -> Verdict:
    """Judge one session by what one read of the authority said.

    Args:
        facts: the rows and the head, from one snapshot.
        now: judging time, microseconds since the epoch.
        realm: the realm that asks.
        tenant: the tenant that asks; ``None`` asks for none in particular.

    Returns:
        ``ALLOWED`` or the first reason against, the most final first: what is revoked stays ``revoked`` when
        it expires later.
    """
    record = facts.record
    if record.realm != realm:
        return Verdict("revoked", "the session belongs to another realm")
    if record.birth != facts.head.birth:
        return Verdict("superseded", "the session was issued by a log that is no more")
    if record.issued_seq > facts.head.seq:
        return Verdict("superseded", "the session was issued beyond the head of the log")
    if record.ended_at is not None:
        return Verdict(_ended_code(record.ended_reason), "the session has ended")
    if facts.ended_by is not None:
        return Verdict("revoked", f"ended by entry {facts.ended_by.seq}")
    return _judge_time_and_standing(facts, now, tenant)


def _judge_time_and_standing(facts: Facts, now: int, tenant: str | None) -> Verdict:
    record, standing = facts.record, facts.standing
    if now >= record.expires_at:
        return Verdict("expired", "past its absolute end")
    if record.idle is not None and now >= record.last_seen + record.idle:
        return Verdict("idle", "no activity within the idle limit")
    if standing is None or not standing.active:
        return Verdict("principal_disabled", "the principal is not active")
    if tenant is not None and standing.tenant != tenant:
        return Verdict("wrong_tenant", "the principal belongs to another tenant")
    return ALLOWED


def _ended_code(reason: str | None) -> RefusalCode:
    return "idle" if reason == IDLE_REASON else "superseded" if reason == ROTATED_REASON else "revoked"


IDLE_REASON = "idle"
ROTATED_REASON = "rotated"
