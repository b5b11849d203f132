"""Move the limits of a session that goes on: its end, within what the policy allows, and its idle limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rescind._tokens import new_id
from rescind.flows.context import FlowContext, current_initiator
from rescind.flows.visit import is_visit_alive
from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.model.session import Facts, SessionRecord
from rescind.policy.session_lifetime import judge_session
from rescind.stores.base import UnitOfWork


def limit_session(
    ctx: FlowContext,
    session_id: str,
    *,
    lasts: float | None,
    idle: float | None,
    connection: Any = None,
) -> SessionRecord | None:
    """Set both limits anew, counted from now; ``None``: there is no such session, or it has ended.

    Memory reads again what it believes to be over, so a limit that moves away needs no word; one that comes
    nearer is a ``changed`` entry.

    Args:
        lasts: seconds to its absolute end; never past the end that the policy gave it. ``None``: that end.
        idle: seconds without activity; ``None``: as the policy says.
        connection: the caller's, whose transaction this becomes part of.

    Raises:
        StoreUnavailable: nothing was changed.
    """
    with ctx.store.write(connection) as unit:
        facts, now = unit.facts(session_id), ctx.now()
        if facts is None or not _goes_on(ctx, facts, now):
            return None  # what is over does not come back by a later end
        old = facts.record
        new = replace(
            old,
            last_seen=max(old.last_seen, now),
            expires_at=min(ctx.policy.expires_at(old.created_at), ctx.policy.expires_at(now, lasts)),
            idle=ctx.policy.idle_micros(idle),
        )
        unit.limit_session(session_id, last_seen=new.last_seen, expires_at=new.expires_at, idle=new.idle)
        if old.principal_id and _is_nearer(old, new):
            _tell(ctx, unit, old)
    return new


def _goes_on(ctx: FlowContext, facts: Facts, now: int) -> bool:
    return is_visit_alive(ctx, facts) or judge_session(facts, now, realm=ctx.realm).allowed


def _is_nearer(old: SessionRecord, new: SessionRecord) -> bool:
    return new.expires_at < old.expires_at or (
        new.idle is not None and (old.idle is None or new.idle < old.idle)
    )


def _tell(ctx: FlowContext, unit: UnitOfWork, record: SessionRecord) -> None:
    unit.append(
        LogEntry(
            id=new_id(),
            kind=Kind.CHANGED,
            realm=ctx.realm,
            scope=Scope.PRINCIPAL,
            target=record.principal_id,
            what=What.NOTHING,
            reason="its limits were set",
            initiator=current_initiator.get(),
            at=ctx.now(),
        )
    )
