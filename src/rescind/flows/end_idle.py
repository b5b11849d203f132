"""An idle refusal ends the session at the authority, so that no late touch can bring it back."""

from __future__ import annotations

from rescind._tokens import new_id
from rescind.flows.context import FlowContext
from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import IDLE_REASON


def end_idle(ctx: FlowContext, record: SessionRecord) -> bool:
    """End ``record`` as idle unless somebody was active since it was read.

    Returns:
        ``False`` when another worker has seen it active or it has ended: judge it again.
    """
    with ctx.store.write() as unit:
        now = ctx.now()
        if not unit.end_session(
            record.id, at=now, reason=IDLE_REASON, by="system", last_seen=record.last_seen
        ):
            return False
        entry = unit.append(
            LogEntry(
                id=new_id(),
                kind=Kind.END,
                realm=ctx.realm,
                scope=Scope.SESSION,
                target=record.id,
                what=What.SESSIONS,
                reason=IDLE_REASON,
                initiator="system",
                at=now,
            )
        )
        unit.audit(
            ctx.event(
                "session.idle", actor="system", subject=f"session:{record.id}", reason="idle", seq=entry.seq
            )
        )
    return True
