"""End access: one log entry, the marks for listings and the audit event, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from rescind.errors import Conflict, NotFound
from rescind.flows.context import FlowContext
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What
from rescind.model.session import SessionRecord
from rescind.policy.session_lifetime import ROTATED_REASON, judge_session
from rescind.stores.base import Selection, UnitOfWork

COUNTED_OUTSIDE = frozenset({Scope.TENANT, Scope.EVERYTHING})
"""Scopes that can name millions: counted before the write lock is taken, never marked row by row."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to end.

    Attributes:
        id: unique; a retry with the same id appends nothing.
        keep: the id of the one session of the principal that goes on.
    """

    id: str
    scope: Scope
    target: str
    what: What
    reason: str
    by: str
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What the transaction did.

    Attributes:
        head: the head to confirm: the entry's own number, or what was read when nothing was appended.
        matched, ended: as in a receipt.
        entry: the entry, ``None`` when there was nothing to end.
    """

    head: Head
    matched: int
    ended: dict[str, int] = field(default_factory=dict)
    entry: LogEntry | None = None


def revoke(ctx: FlowContext, order: Order, connection: Any = None) -> Ended:
    """Append the ``end`` and everything that goes with it.

    Raises:
        Conflict: the id belongs to another revocation; nothing was ended.
        NotFound: ``keep`` is not a live session of that principal; nothing was ended.
        StoreUnavailable: nothing was ended.
    """
    selection = Selection(ctx.realm, order.scope, order.target, keep=order.keep)
    counted = ctx.store.count(selection, now=ctx.now()) if order.scope in COUNTED_OUTSIDE else None
    with ctx.store.write(connection) as unit:
        known = unit.find_entry(order.id)
        if known is not None:
            _require_same(known, order, ctx.realm)
            return Ended(replace(unit.head(), seq=known.seq), matched=0, entry=known)
        if order.scope is Scope.SESSION:
            return _end_one(ctx, unit, order)
        return _end_many(ctx, unit, order, counted or unit.count(selection, now=ctx.now()))


def _require_same(known: LogEntry, order: Order, realm: str) -> None:
    """A repeated id must mean the revocation that it was first given to; a session may have been rotated."""
    same_target = known.target == order.target or order.scope is Scope.SESSION
    if (known.kind, known.realm, known.scope) != (Kind.END, realm, order.scope) or not same_target:
        raise Conflict(f"id={order.id!r} belongs to another revocation; nothing was ended")


def _end_one(ctx: FlowContext, unit: UnitOfWork, order: Order) -> Ended:
    record = unit.session(order.target)
    if record is None or record.realm != ctx.realm:
        return Ended(unit.head(), matched=0)
    record = _newest(unit, record)
    order = replace(order, target=record.id)
    _, live = unit.count(Selection(ctx.realm, Scope.SESSION, record.id), now=ctx.now())
    if not unit.end_session(record.id, at=ctx.now(), reason=order.reason, by=order.by):
        return Ended(unit.head(), matched=1)
    return _append(ctx, unit, order, matched=1, ended={"session": 1} if live else {})


def _newest(unit: UnitOfWork, record: SessionRecord) -> SessionRecord:
    """What a session was rotated to: whoever ends it means the access that goes on under a new id."""
    while record.ended_reason == ROTATED_REASON:
        successor = unit.successor(record)
        if successor is None:
            break
        record = successor
    return record


def _end_many(ctx: FlowContext, unit: UnitOfWork, order: Order, counted: tuple[int, int]) -> Ended:
    if order.keep is not None:
        _require_kept(ctx, unit, order.keep, order.target)
    matched, live = counted
    ended = {"session": live} if live and What.SESSIONS in order.what else {}
    result = _append(ctx, unit, order, matched, ended)
    if order.scope not in COUNTED_OUTSIDE and What.SESSIONS in order.what:
        marked = Selection(
            ctx.realm, order.scope, order.target, issued_before=result.head.seq, keep=order.keep
        )
        unit.end_sessions(marked, at=ctx.now(), reason=order.reason, by=order.by)
    return result


def _require_kept(ctx: FlowContext, unit: UnitOfWork, keep: str, principal_id: str) -> None:
    facts = unit.facts(keep)
    if (
        facts is None
        or facts.record.principal_id != principal_id
        or not judge_session(facts, ctx.now(), realm=ctx.realm).allowed
    ):
        raise NotFound(f"keep={keep!r} is not a live session of this principal; nothing was ended")


def _append(ctx: FlowContext, unit: UnitOfWork, order: Order, matched: int, ended: dict[str, int]) -> Ended:
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
            subject=f"{order.scope.value}:{order.target}",
            reason=order.reason,
            seq=entry.seq,
            revocation=order.id,
            what=int(order.what),
            matched=matched,
            ended=sum(ended.values()),
        )
    )
    return Ended(replace(unit.head(), seq=entry.seq), matched, ended, entry)
