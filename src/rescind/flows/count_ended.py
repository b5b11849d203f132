"""How many a revocation ended: counted once access has ended, and told again to who repeats its id.

A scope that can name millions is not counted where the write lock is held: somebody who shuts everything must
not wait for a table to be read. Its audit event says so (``matched`` and ``ended`` are null), and another,
``revocation.counted``, says how many it were. Whoever is killed in between leaves the counting to the retry.
"""

from __future__ import annotations

import logging

from rescind._clock import SECOND
from rescind.errors import StoreUnavailable
from rescind.flows.context import FlowContext
from rescind.model.audit_event import AuditEvent
from rescind.model.revocation import Kind, LogEntry, Scope, What
from rescind.stores.base import Selection

logger = logging.getLogger("rescind.core")

COUNTED_AFTERWARDS = frozenset({Scope.CLIENT, Scope.TENANT, Scope.SIGNING_KEY, Scope.EVERYTHING})
"""Scopes that can name millions: never counted or marked row by row in the transaction of their end."""
PAGE = 100
CLOCKS_DIFFER = 300 * SECOND
"""Microseconds that the clocks of two hosts may be apart when the trail is searched."""

Counts = tuple[int, dict[str, int]]
"""``matched`` and ``ended``, as in a receipt."""


def count_ended(ctx: FlowContext, entry: LogEntry, *, repeated: bool = True) -> Counts | None:
    """What a committed entry ended.

    Args:
        entry: with its number.
        repeated: an earlier call may have counted, so the trail is searched, which can be long.

    Returns:
        ``None``: nobody knows any more; its audit event is gone.

    Raises:
        StoreUnavailable: the store cannot be read; the entry stands.
    """
    recorded = _recorded(ctx, entry) if repeated else None
    if recorded is not None or entry.kind is not Kind.END or entry.scope not in COUNTED_AFTERWARDS:
        return recorded
    matched, live = _count(ctx, entry)
    ended = live if What.SESSIONS in entry.what else 0
    try:
        with ctx.store.write() as unit:
            unit.audit(
                ctx.event(
                    "revocation.counted",
                    actor=entry.initiator,
                    subject=subject_of(entry),
                    seq=entry.seq,
                    revocation=entry.id,
                    matched=matched,
                    ended=ended,
                )
            )
    except StoreUnavailable as error:  # who asks is told all the same; a repeat counts again
        logger.warning("the count of revocation %s was not written down: %s", entry.id, error)
    return matched, as_ended(entry.scope, ended)


def _count(ctx: FlowContext, entry: LogEntry) -> tuple[int, int]:
    if entry.scope is Scope.SIGNING_KEY:
        return ctx.store.count_signed(ctx.realm, entry.target, now=entry.at)
    selection = Selection(ctx.realm, entry.scope, entry.target, issued_before=entry.seq, keep=entry.keep)
    return ctx.store.count(selection, now=entry.at)


def subject_of(entry: LogEntry) -> str:
    """Whom the entry is about, as the trail names them."""
    return f"{entry.scope.value}:{entry.target}"


def as_ended(scope: Scope, count: int) -> dict[str, int]:
    """``ended`` of a receipt: by kind, without what there was none of. A signing key ends access tokens; one
    for each session is counted, its newest."""
    kind = "access_token" if scope is Scope.SIGNING_KEY else "session"
    return {kind: count} if count else {}


def _recorded(ctx: FlowContext, entry: LogEntry) -> Counts | None:
    """What the trail says, the newest events first, and not further back than the entry can be."""
    before: str | None = None
    while True:
        page = ctx.store.audit_events(ctx.realm, subject=subject_of(entry), limit=PAGE, before=before)
        for event in page:
            counts = _counts_in(event, entry)
            if counts is not None:
                return counts
        if len(page) < PAGE or page[-1].at < entry.at - CLOCKS_DIFFER:
            return None
        before = page[-1].id


def _counts_in(event: AuditEvent, entry: LogEntry) -> Counts | None:
    matched = event.data.get("matched")
    if event.data.get("revocation") != entry.id or matched is None:
        return None
    return int(matched), as_ended(entry.scope, int(event.data.get("ended") or 0))
