"""An idle refusal ends the session at the authority, so that no late touch can bring it back."""

from __future__ import annotations

from collections.abc import Sequence

from rescind._tokens import new_id
from rescind.flows.context import FlowContext
from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import IDLE_REASON
from rescind.stores.base import UnitOfWork


def end_idle(ctx: FlowContext, record: SessionRecord) -> bool:
    """End ``record`` as idle unless somebody was active since it was read.

    Returns:
        ``False`` when another worker has seen it active or it has ended: judge it again.
    """
    with ctx.store.write() as unit:
        return _end(ctx, unit, record.id, record.last_seen)


def end_told_idle(ctx: FlowContext, records: Sequence[SessionRecord]) -> int:
    """End sessions whose idle refusal has been answered already, whoever was active since.

    Returns:
        how many of them had not ended.
    """
    with ctx.store.write() as unit:
        return sum(_end(ctx, unit, record.id, None) for record in records)


def _end(ctx: FlowContext, unit: UnitOfWork, session_id: str, last_seen: int | None) -> bool:
    now = ctx.now()
    if not unit.end_session(session_id, at=now, reason=IDLE_REASON, by="system", last_seen=last_seen):
        return False
    entry = unit.append(
        LogEntry(
            id=new_id(),
            kind=Kind.END,
            realm=ctx.realm,
            scope=Scope.SESSION,
            target=session_id,
            what=What.SESSIONS,
            reason=IDLE_REASON,
            initiator="system",
            at=now,
        )
    )
    unit.audit(
        ctx.event(
            "session.idle", actor="system", subject=f"session:{session_id}", reason="idle", seq=entry.seq
        )
    )
    return True
