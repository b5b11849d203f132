"""A sign-in ends the session whose cookie it is about to overwrite (ASVS 5.0 V7.2.4), in its own transaction.

Nobody could use that session any more, and a copy of it must not go on. In one transaction, so that whoever
is signed in anew is never left with two, and whoever is refused keeps the one they have.
"""

from __future__ import annotations

from rescind._tokens import new_id
from rescind.flows.context import FlowContext
from rescind.flows.revoke import Order, end_one
from rescind.flows.sign_out import facts_of_token
from rescind.model.revocation import LogEntry, Scope, What
from rescind.policy.session_lifetime import ROTATED_REASON, judge_session
from rescind.stores.base import UnitOfWork


def end_replaced(
    ctx: FlowContext, unit: UnitOfWork, carried: str | tuple[str, ...], successor_id: str
) -> LogEntry | None:
    """End the live session of a token, of whoever it is; nothing for any other text.

    It ends as *rotated*: a request still under way with the old cookie is then refused as ``superseded``, and
    that answer leaves the new cookie alone.

    Args:
        carried: the token; or several, of which the first that names a live session counts.
        successor_id: the session that takes its place.

    Returns:
        its end, to be pushed; ``None`` when there was nothing to end.
    """
    tokens = (carried,) if isinstance(carried, str) else carried
    named = next(filter(None, (_live(ctx, unit, token) for token in tokens)), None)
    if named is None:
        return None
    order = Order(
        id=new_id(),
        scope=Scope.SESSION,
        target=named,
        what=What.SESSIONS,
        reason=ROTATED_REASON,
        by=f"session:{successor_id}",
    )
    return end_one(ctx, unit, order).entry


def _live(ctx: FlowContext, unit: UnitOfWork, token: str) -> str | None:
    """The id of the session of a token, if it is alive."""
    facts = facts_of_token(ctx, token, unit)
    alive = facts is not None and judge_session(facts, ctx.now(), realm=ctx.realm).allowed
    return facts.record.id if facts is not None and alive else None
