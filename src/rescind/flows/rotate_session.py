"""Replace a session by one with a new id and secret; the old one has ended when this returns.

For a change of privilege (asks D8): whoever copied the old token has nothing. The new session goes on with
the absolute end of the old one; only what was proved anew may change.

Where its ``issued_seq`` comes from: the head read before the old session was judged, never a later one. Not
the old session's own number either: a session that "sign out everywhere but here" kept is named by its id,
and its successor, with the old number and another id, would be ended by that very entry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rescind._tokens import new_id, new_session_id
from rescind.errors import Refused
from rescind.flows.context import FlowContext
from rescind.flows.start_session import Opened, audit_opened, insert_session
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import ROTATED_REASON
from rescind.stores.base import UnitOfWork


@dataclass(frozen=True, slots=True)
class Anew:
    """What the successor was proved by; ``None`` keeps what the old session says.

    Attributes:
        mark: the head read before the evidence of the new proof.
        method, auth_time: as in a session; microseconds since the epoch.
    """

    mark: Head
    method: str | None = None
    auth_time: int | None = None


def rotate_session(ctx: FlowContext, session_id: str, *, by: str | None = None) -> Opened:
    """Give a live session a new id and a new token.

    Args:
        session_id: taken from a session that was checked, never from a client.
        by: the initiator for the audit and the log; the session itself by default.

    Returns:
        The successor; its ``entry`` is the end of the old one, to be pushed.

    Raises:
        Refused: the session is not alive; with its own code. Of two that rotate one session, one is refused.
        StoreUnavailable: nothing was changed.
    """
    with ctx.store.write() as unit:
        opened = replace_session(ctx, unit, session_id, Anew(unit.head()), by=by)
        audit_opened(ctx, unit, opened, "session.rotated", by=by or f"session:{session_id}")
    carry_data(ctx, session_id, opened.facts.record.id)
    return opened


def replace_session(
    ctx: FlowContext, unit: UnitOfWork, session_id: str, anew: Anew, *, by: str | None = None
) -> Opened:
    """Judge and end the old session, insert the new one.

    Raises:
        Refused: must leave the unit, so that everything is rolled back.
    """
    facts, now = ctx.live(unit.facts(session_id)), ctx.now()
    initiator = by or f"session:{session_id}"
    if not unit.end_session(session_id, at=now, reason=ROTATED_REASON, by=initiator):
        raise Refused("superseded", "the session has ended")
    entry = unit.append(_end_of(facts.record, initiator, now))
    opened = insert_session(ctx, unit, _successor(facts.record, anew, now), anew.mark)
    return replace(opened, entry=entry)


def carry_data(ctx: FlowContext, old_id: str, new_id: str) -> None:
    """Give the successor the application's data; the old session has ended, so nobody writes there now."""
    data = ctx.store.load_data(old_id)
    if data:
        ctx.store.save_data(new_id, data, ())


def _end_of(record: SessionRecord, initiator: str, at: int) -> LogEntry:
    return LogEntry(
        id=new_id(),
        kind=Kind.END,
        realm=record.realm,
        scope=Scope.SESSION,
        target=record.id,
        what=What.SESSIONS,
        reason=ROTATED_REASON,
        initiator=initiator,
        at=at,
    )


def _successor(record: SessionRecord, anew: Anew, now: int) -> SessionRecord:
    return replace(
        record,
        id=new_session_id(),
        digest=b"",
        birth=anew.mark.birth,
        issued_seq=anew.mark.seq,
        method=anew.method or record.method,
        auth_time=record.auth_time if anew.auth_time is None else anew.auth_time,
        last_seen=now,
        parent_id=record.id,
    )
