"""Was this proved recently enough, and by somebody with the right role?"""

from __future__ import annotations

from datetime import datetime, timedelta

from rescind.model.principal import P
from rescind.model.session import Session
from rescind.policy.session_lifetime import ALLOWED, Verdict


def judge_role(session: Session[P], role: str | None) -> Verdict:
    """``insufficient`` unless the session has ``role``; ``None`` asks for none."""
    if role is None or role in session.roles:
        return ALLOWED
    return Verdict("insufficient", f"needs role {role}")


def judge_fresh(session: Session[P], fresh: float | None, now: datetime) -> Verdict:
    """``step_up`` unless the authentication is at most ``fresh`` seconds old (RFC 9470 ``max_age``)."""
    if fresh is None or now - session.auth_time <= timedelta(seconds=fresh):
        return ALLOWED
    return Verdict("step_up", f"authentication is older than {fresh:g} s")
