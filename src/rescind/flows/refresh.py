"""Exchange a refresh token: the next access token, and the next refresh token with it.

Of many who present one token at once one wins. The others present what is then the immediate predecessor and,
within the grace, get the winner's refresh token again, so a family never forks (asks B1, B2). Anything older
is a copy in other hands: the session ends (RFC 9700 4.14.2). Claim and successor are one transaction (B4).

The child's ``issued_seq`` is the head that was read with the facts by which its session was judged, never a
later one; the row keeps its own, so whatever was to end the session ends it still (asks A6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rescind._tokens import new_id
from rescind.errors import Refused
from rescind.flows.context import FlowContext
from rescind.flows.revoke import Order, end_one
from rescind.flows.start_session import Opened, opened_by
from rescind.model.family import Family
from rescind.model.revocation import LogEntry, Scope, What
from rescind.model.session import Facts
from rescind.policy.refresh import RefreshOutcome, judge_refresh
from rescind.sessions.minting import PresentedRefresh, Renewable
from rescind.stores.base import UnitOfWork

REUSE_REASON = "a refresh token was used twice"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a genuine refresh token, committed.

    Attributes:
        outcome: as ``policy.refresh`` judged it.
        facts: of its session, before.
        opened: the next tokens; ``None`` for ``reuse`` and ``ahead``.
        entry: the end of the family after ``reuse``, to be pushed.
    """

    outcome: RefreshOutcome
    facts: Facts
    opened: Opened | None = None
    entry: LogEntry | None = None


def refresh(
    ctx: FlowContext,
    credentials: Renewable,
    presented: PresentedRefresh,
    *,
    grace: float,
    last_seen: int | None = None,
) -> Refreshed:
    """Judge the session and the token, and write down what follows, in one transaction.

    Args:
        presented: of a token that is genuine.
        grace: seconds.
        last_seen: activity that this process knows of and has not written yet, microseconds since the epoch.

    Raises:
        Refused: the session is not alive, with its own code; nothing was written.
        NoSigningKey: nothing was written.
        StoreUnavailable: nothing was written, or (``CommitUnknown``) the same token works once more.
    """
    with ctx.store.write() as unit:
        facts, family = _family_of(ctx, unit, presented, last_seen)
        outcome = judge_refresh(family, presented.generation, ctx.now(), grace=grace)
        if outcome == "next":
            return Refreshed(outcome, facts, _renew(ctx, unit, credentials, facts, family))
        if outcome == "again":
            return Refreshed(outcome, facts, _repeat(ctx, unit, credentials, facts, family))
        if outcome == "reuse":
            return Refreshed(outcome, facts, entry=_end_family(ctx, unit, facts, family, presented))
        return Refreshed(outcome, facts)


def _family_of(
    ctx: FlowContext, unit: UnitOfWork, presented: PresentedRefresh, last_seen: int | None
) -> tuple[Facts, Family]:
    facts = unit.facts(presented.session_id)  # held until the unit is over, and the family with it
    if facts is not None and last_seen is not None and last_seen > facts.record.last_seen:
        facts = replace(facts, record=replace(facts.record, last_seen=last_seen))
    facts = ctx.live(facts)
    family = unit.family(presented.session_id)
    if family is None:
        raise Refused("revoked", "the session has no refresh tokens")
    return facts, family


def _renew(
    ctx: FlowContext, unit: UnitOfWork, credentials: Renewable, facts: Facts, family: Family
) -> Opened:
    minted = credentials.renew(
        facts.record, facts.head.seq, family.generation + 1, ctx.now(), ctx.key_ended(unit)
    )
    if minted.family is None or not unit.rotate_family(minted.family, expected=family.generation):
        raise Refused("superseded", "the session ended while it was refreshed")
    audit_refresh(ctx, unit, facts, "session.refreshed", generation=minted.family.generation)
    return opened_by(minted, facts)


def _repeat(
    ctx: FlowContext, unit: UnitOfWork, credentials: Renewable, facts: Facts, family: Family
) -> Opened:
    minted = credentials.repeat(facts.record, family, facts.head.seq, ctx.now(), ctx.key_ended(unit))
    if minted is None:
        # Another worker has a secret that this one lacks: the next answer may come from that one.
        raise Refused(
            "store_unavailable",
            "the refresh token was made under a secret that is not given here: list it in secret= as well",
            retry_after=1,
        )
    audit_refresh(ctx, unit, facts, "session.refreshed_again", generation=family.generation)
    return opened_by(minted, facts)


def _end_family(
    ctx: FlowContext, unit: UnitOfWork, facts: Facts, family: Family, presented: PresentedRefresh
) -> LogEntry | None:
    order = Order(
        id=new_id(),
        scope=Scope.SESSION,
        target=facts.record.id,
        what=What.SESSIONS,
        reason=REUSE_REASON,
        by="system",
    )
    entry = end_one(ctx, unit, order).entry
    audit_refresh(
        ctx,
        unit,
        facts,
        "refresh.reused",
        outcome="refused",
        generation=family.generation,
        presented=presented.generation,
    )
    return entry


def audit_refresh(
    ctx: FlowContext,
    unit: UnitOfWork,
    facts: Facts,
    type: str,
    *,
    outcome: str = "done",
    generation: int,
    presented: int | None = None,
) -> None:
    """The event that goes with a refresh token that was presented."""
    record = facts.record
    unit.audit(
        ctx.event(
            type,
            actor=f"session:{record.id}",
            subject=f"principal:{record.principal_id}",
            outcome=outcome,
            reason=None if outcome == "done" else REUSE_REASON,
            session=record.id,
            client=record.client_id,
            generation=generation,
            presented=presented,
        )
    )
