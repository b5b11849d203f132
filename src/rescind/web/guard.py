"""What a route asks of the session of its request, judged the same way whatever the framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rescind._duration import Duration, seconds
from rescind.errors import ConfigurationError, Refused
from rescind.model.session import Session, from_micros
from rescind.policy.guarantee import Guarantee, seconds_of
from rescind.policy.step_up import judge_fresh, judge_role
from rescind.transport.negotiate import answer_form
from rescind.web.caller import Caller
from rescind.web.gate import Gate


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of ``require``, read once.

    Attributes:
        role: a role that the session must have, ``None`` for any.
        fresh: seconds since the principal last proved who they are, at most; ``None`` for any time.
        strict: read the authority for this request.
        within: seconds since the log was read for which memory may answer while the authority is away;
            ``None``: not at all.
    """

    role: str | None = None
    fresh: float | None = None
    strict: bool = False
    within: float | None = None


def asked(
    role: str | None, fresh: Duration | None, guarantee: Guarantee, *, strict: bool, lease: float
) -> Asked:
    """Read the arguments of ``require``, so that a typo fails at start.

    Args:
        lease: of the engine, seconds.

    Raises:
        ConfigurationError: an argument that cannot work.
    """
    if role is not None and (not isinstance(role, str) or not role.strip()):
        raise ConfigurationError(f"role={role!r}: pass the name of one role")
    within = seconds_of(guarantee, lease=lease, strict=strict)
    return Asked(role, None if fresh is None else seconds(fresh, setting="fresh"), strict, within)


def while_away(
    caller: Caller[Any], judged: Session[Any] | Refused, within: float | None
) -> Session[Any] | Refused:
    """The session if memory may answer for it on this route; else what was refused is refused.

    A route of several guards asks each of them: what one accepts from memory the next may refuse.

    Args:
        within: as in ``Asked``.
    """
    if isinstance(judged, Refused):
        if within is None or judged.code != "store_unavailable":
            return judged
        return caller.accept_stale(within) or judged
    if caller.age is not None and (within is None or caller.age >= within):
        return caller.refuse_stale()
    return judged


def judge(gate: Gate, session: Session[Any], role: str | None, fresh: float | None) -> Refused | None:
    """``insufficient`` or ``step_up``, ``None`` if the session may."""
    now = from_micros(gate.engine.core.time.now())
    for verdict in (judge_role(session, role), judge_fresh(session, fresh, now)):
        if verdict.code is not None:
            return Refused(verdict.code, verdict.detail, max_age=None if fresh is None else int(fresh))
    return None


def if_any(caller: Caller[Any], judged: Session[Any] | Refused) -> Session[Any] | Refused | None:
    """For routes where anonymous is fine: the session, ``None`` for nobody, or what is refused all the same.

    A cookie whose session has ended is nobody. A bearer that is not accepted is refused (its sender is a
    program that believes to be signed in), and so is everything while the authority is away. One whose
    access token alone has ended is told to refresh, unless a page is asked for, which could not.
    """
    if caller.age is not None:
        judged = caller.refuse_stale()
    if isinstance(judged, Refused) and caller.source == "cookie" and _is_nobody(caller, judged):
        return None
    return judged


def _is_nobody(caller: Caller[Any], refused: Refused) -> bool:
    if caller.token is None or refused.unanswered:
        return False
    return not refused.renewable or answer_form(caller.facts) == "html"
