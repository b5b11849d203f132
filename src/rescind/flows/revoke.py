"""End access: one log entry, the marks for listings and the audit event, in one transaction.

What names millions is neither marked nor counted here: see ``count_ended``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from rescind.errors import Conflict, NotFound
from rescind.flows.context import FlowContext
from rescind.flows.count_ended import COUNTED_AFTERWARDS, as_ended, subject_of
from rescind.model.family import KeyEnd
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import ROTATED_REASON, judge_session
from rescind.stores.base import Selection, SessionsUnavailable, UnitOfWork

logger = logging.getLogger("rescind.core")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to end.

    Attributes:
        id: unique; a retry with the same id appends nothing.
        keep: the id of the one session of the principal that goes on.
        named: whoever asks chose the id, so this may be a retry. An id that was made for this order nobody
            has, and it is not looked for.
    """

    id: str
    scope: Scope
    target: str
    what: What
    reason: str
    by: str
    keep: str | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """What the transaction did.

    Attributes:
        head: the head to confirm: the entry's own number, or what was seen when nothing was appended.
        matched, ended: as in a receipt.
        entry: the entry, ``None`` when there was nothing to end.
        counted: ``False``: how many is for ``count_ended`` to say, after the commit.
        suspended: a standing was set to inactive.
        repeated: an earlier call appended the entry, so the trail may say how many it ended.
    """

    head: Head
    matched: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    entry: LogEntry | None = None
    counted: bool = True
    suspended: bool = False
    repeated: bool = False

    @staticmethod
    def known(head: Head, entry: LogEntry) -> Ended:
        """What an earlier call did: its entry, to be confirmed again."""
        return Ended(replace(head, seq=entry.seq), entry=entry, counted=False, repeated=True)

    def numbered(self, unit: UnitOfWork) -> Ended:
        """After the unit: with the number that its entry has; 0 where only the caller's commit takes it."""
        if self.entry is None or self.entry.seq:
            return self
        entry = unit.numbered(self.entry)
        return replace(self, entry=entry, head=replace(self.head, seq=entry.seq))


def revoke(ctx: FlowContext, order: Order, connection: Any = None) -> Ended:
    """Append the ``end`` and everything that goes with it.

    Raises:
        Conflict: the id belongs to another revocation; nothing was ended.
        NotFound: ``keep`` is not a live session of that principal; nothing was ended.
        StoreUnavailable: nothing was ended.
    """
    with ctx.store.write(connection, urgent=order.scope is Scope.EVERYTHING) as unit:
        ended = _revoke(ctx, unit, order)
    return ended.numbered(unit)


def _revoke(ctx: FlowContext, unit: UnitOfWork, order: Order) -> Ended:
    known = unit.find_entry(order.id) if order.named else None
    if known is not None:
        _require_same(known, order, ctx.realm)
        return Ended.known(unit.reach(), known)
    if order.scope is Scope.SESSION:
        return end_one(ctx, unit, order)
    return _end_many(ctx, unit, order)


def _require_same(known: LogEntry, order: Order, realm: str) -> None:
    """A repeated id must mean the revocation that it was first given to; a session may have been rotated."""
    same_target = known.target == order.target or order.scope is Scope.SESSION
    if (known.kind, known.realm, known.scope) != (Kind.END, realm, order.scope) or not same_target:
        raise Conflict(f"id={order.id!r} belongs to another revocation; nothing was ended")


def end_one(ctx: FlowContext, unit: UnitOfWork, order: Order) -> Ended:
    """End one session inside a unit; if it was rotated, what it became."""
    record = unit.session(order.target)
    if record is None or record.realm != ctx.realm:
        return Ended(unit.reach(), matched=0)
    record = _newest(unit, record)
    order = replace(order, target=record.id)
    live = unit.end_counted(record.id, at=ctx.now(), reason=order.reason, by=order.by)
    if live is None:
        return Ended(unit.reach(), matched=1)
    return _append(ctx, unit, order, (1, live))


def _newest(unit: UnitOfWork, record: SessionRecord) -> SessionRecord:
    """What a session was rotated to: whoever ends it means the access that goes on under a new id."""
    while record.ended_reason == ROTATED_REASON:
        successor = unit.successor(record)
        if successor is None:
            break
        record = successor
    return record


def _end_many(ctx: FlowContext, unit: UnitOfWork, order: Order) -> Ended:
    if order.keep is not None:
        _require_kept(ctx, unit, order.keep, order.target)
    if order.scope is Scope.SIGNING_KEY and not unit.end_key(_key_end(ctx, order)):
        return Ended(unit.reach(), matched=1)
    if order.scope in COUNTED_AFTERWARDS:
        return _append(ctx, unit, order, None)
    selection = Selection(ctx.realm, order.scope, order.target, keep=order.keep)
    try:
        matched, live = unit.count(selection, now=ctx.now())
    except SessionsUnavailable as error:  # the log decides: access ends, and nobody knows how much it was
        logger.warning("what revocation %s ends is not marked or counted: %s", order.id, error)
        return _append(ctx, unit, order, None)
    if What.SESSIONS not in order.what:
        return _append(ctx, unit, order, (matched, 0))
    result = _append(ctx, unit, order, (matched, live))
    # All that can be seen here was issued before the entry: it gets its number now, or later.
    unit.end_sessions(selection, at=ctx.now(), reason=order.reason, by=order.by)
    return result


def _key_end(ctx: FlowContext, order: Order) -> KeyEnd:
    return KeyEnd(ctx.realm, order.target, ctx.now(), order.reason, order.by)


def _require_kept(ctx: FlowContext, unit: UnitOfWork, keep: str, principal_id: str) -> None:
    facts = unit.facts(keep)
    if (
        facts is None
        or facts.record.principal_id != principal_id
        or not judge_session(facts, ctx.now(), realm=ctx.realm).allowed
    ):
        raise NotFound(f"keep={keep!r} is not a live session of this principal; nothing was ended")


def _append(ctx: FlowContext, unit: UnitOfWork, order: Order, counted: tuple[int, int] | None) -> Ended:
    """Entry and audit event; ``counted``: (matched, ended), ``None`` to be counted afterwards."""
    matched, ended = counted or (None, None)
    entry = unit.append(
        LogEntry(
            id=order.id,
            kind=Kind.END,
            realm=ctx.realm,
            scope=order.scope,
            target=order.target,
            what=order.what,
            reason=order.reason,
            initiator=order.by,
            at=ctx.now(),
            keep=order.keep,
        )
    )
    unit.audit(
        ctx.event(
            f"{order.scope.value}.revoked",
            actor=order.by,
            subject=subject_of(entry),
            reason=order.reason,
            seq=entry.seq,
            revocation=order.id,
            what=int(order.what),
            matched=matched,
            ended=ended,
        )
    )
    return Ended(
        unit.head_of(entry), matched or 0, as_ended(order.scope, ended or 0), entry, counted is not None
    )
