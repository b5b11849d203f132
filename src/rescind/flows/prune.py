"""Remove what nobody can need any more, in bounded transactions; and begin a new log after a restore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rescind._clock import SECOND
from rescind.flows.context import FlowContext
from rescind.model.revocation import Head
from rescind.stores.base import PruneReport


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things stay, in seconds.

    Attributes:
        ended: ended and expired sessions, as tombstones.
        access: the longest that anything lives without its row being read again.
        session: the longest absolute life of a session.
    """

    ended: float
    access: float
    session: float


def prune(
    ctx: FlowContext,
    retention: Retention,
    *,
    batch: int,
    on_batch: Callable[[PruneReport], None] | None = None,
) -> PruneReport:
    """Batch after batch until nothing is left; returns the totals."""
    total = PruneReport()
    while True:
        one = ctx.store.prune(
            now=ctx.now(),
            keep_ended=round(retention.ended * SECOND),
            access_life=round(retention.access * SECOND),
            session_life=round(retention.session * SECOND),
            batch=batch,
        )
        total = PruneReport(total.sessions + one.sessions, total.entries + one.entries, one.floor)
        if on_batch is not None:
            on_batch(one)
        if not one.more:
            return total


def begin_new_log(ctx: FlowContext, *, reason: str, by: str) -> Head:
    """A new birth: every session issued before is refused."""
    head = ctx.store.head()
    return ctx.store.new_birth(
        expected=head.birth, at_least=head.seq, reason=reason, initiator=by, at=ctx.now()
    )
