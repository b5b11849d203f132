"""Forgetting what nobody can need any more, one bounded batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, not_, or_, select

from rescind import sqlalchemy as t
from rescind._clock import SECOND
from rescind.model.revocation import Kind, LogEntry, What
from rescind.policy.ending import NARROW, is_wide, names_sessions
from rescind.stores.base import PruneReport, Selection
from rescind.stores.births import LOG_REALM
from rescind.stores.sqlalchemy import rows, selections
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.contents import lives_elsewhere
from rescind.stores.sqlalchemy.query import Query, const, param
from rescind.stores.sqlalchemy.tokens import families_of
from rescind.stores.sqlalchemy.unit import SqlUnit

MARGIN = 5 * 60 * SECOND
"""What every retention is lengthened by, for clocks that differ."""

Materialise = Callable[[SqlUnit, LogEntry, int], int]
log, row = t.revocation.c, t.session.c
STAYS = and_(lives_elsewhere(), row.expires_at > param("before"))
"""A tombstone of a session that another place may bring back; see ``contents``."""
newer = t.revocation.alias("newer")


def _due(column: ColumnElement[int]) -> Select[str]:
    """The sessions whose time in ``column`` is over, the oldest first: the index has them in this order."""
    due = select(row.id).where(column <= param("before"), not_(STAYS)).order_by(column, row.id)
    return due.limit(param("page"))


EXPIRED, ENDED = Query(_due(row.expires_at)), Query(_due(row.ended_at))
DELETIONS = [
    (
        Query(delete(t.session_data).where(t.session_data.c.session_id.in_(_due(column)))),
        families_of(_due(column)),
        Query(delete(t.session).where(row.id.in_(_due(column)))),
    )
    for column in (row.expires_at, row.ended_at)
]
"""For both ends of a session: its data and its refresh tokens first, then the same rows themselves."""

NARROW_OR_NEWS = or_(
    log.kind == const(Kind.CHANGED.value),
    and_(
        log.kind == const(Kind.END.value), or_(*(log.scope == const(scope.value) for scope in sorted(NARROW)))
    ),
)
# ``rescind.policy.ending.dominates``.
DOMINATED = (
    select(const(1))
    .select_from(newer)
    .where(
        newer.c.realm == log.realm,
        newer.c.scope == log.scope,
        newer.c.target == log.target,
        newer.c.kind == const(Kind.END.value),
        newer.c.seq > log.seq,
        newer.c.what.bitwise_and(log.what) == log.what,
        or_(newer.c.keep.is_(None), newer.c.keep == log.keep),
    )
    .correlate(t.revocation)
    .exists()
)
NEWEST = select(func.max(newer.c.seq)).scalar_subquery()
OLD_ENTRIES = Query(
    select(*s.ENTRY_COLUMNS)
    .where(
        log.at <= param("access"),
        log.seq < NEWEST,
        # An entry of a kind that this version does not know is left to the version that wrote it.
        or_(
            NARROW_OR_NEWS,
            # What the log ends of its own realm (contents elsewhere) holds until it is said again.
            and_(
                log.kind == const(Kind.END.value),
                or_(and_(log.at <= param("session"), log.realm != const(LOG_REALM)), DOMINATED),
            ),
        ),
    )
    .order_by(log.seq)
    .limit(param("page"))
)


def times(now: int, *, keep_ended: int, access_life: int, session_life: int) -> dict[str, int]:
    """Of what may go, for ``prune_batch``; all in microseconds, since the epoch where it is a time."""
    return {
        "before": now - keep_ended,
        "access": now - access_life - MARGIN,
        "session": now - session_life - MARGIN,
    }


def has_work(one: Callable[..., Any], *, before: int, access: int, session: int) -> bool:
    """Whether a batch would remove anything; ``one(query, **values)`` reads the first row."""
    return bool(
        one(EXPIRED, before=before, page=1)
        or one(ENDED, before=before, page=1)
        or one(OLD_ENTRIES, access=access, session=session, page=1)
    )


def prune_batch(
    unit: SqlUnit, mark: Materialise, *, before: int, access: int, session: int, batch: int
) -> PruneReport:
    """One batch inside a transaction.

    Args:
        mark: marks, at most so many of, the sessions that an entry ends; returns how many. As many as it may
            means that there may be more.
        before: sessions that ended or expired at this time or earlier go.
        access, session: entries of this time or earlier go; see ``Store.prune``.
    """
    sessions = _drop_sessions(unit, before, batch)
    entries = _drop_entries(unit, mark, access, session, batch)
    more = has_work(unit.one, before=before, access=access, session=session)
    return PruneReport(sessions, entries, more=more)


def _drop_sessions(unit: SqlUnit, before: int, batch: int) -> int:
    dropped, families = 0, unit.keeps_families()
    for delete_data, delete_families, delete_sessions in DELETIONS:
        unit.run(delete_data, before=before, page=batch - dropped)
        if families:
            unit.run(delete_families, before=before, page=batch - dropped)
        dropped += unit.run(delete_sessions, before=before, page=batch - dropped).rowcount
    return dropped


def _drop_entries(unit: SqlUnit, mark: Materialise, access: int, session: int, batch: int) -> int:
    """Mark what each wide entry ends, then drop it; the floor rises with it."""
    found = unit.run(OLD_ENTRIES, access=access, session=session, page=batch).fetchall()
    marked: list[LogEntry] = []
    marks_left = batch
    for entry in map(rows.entry_of, found):
        if is_wide(entry) and What.SESSIONS in entry.what and names_sessions(entry):
            marks_left -= mark(unit, entry, marks_left + 1)
            if marks_left < 0:
                # Too many for this batch: the entry stays until the rest is marked.
                break
        marked.append(entry)
    # The highest first: the floor rises once.
    for entry in reversed(marked):
        unit.forget_entry(entry)
    return len(marked)


def materialise(unit: SqlUnit, entry: LogEntry, limit: int) -> int:
    """Mark at most ``limit`` sessions that the entry ends; returns how many."""
    selection = Selection(entry.realm, entry.scope, entry.target, entry.seq, entry.keep)
    query = selections.unmarked(selections.shape_of(selection))
    found = unit.run(query, page=limit, **selections.values_of(selection)).fetchall()
    for (session_id,) in found:
        unit.end_session(session_id, at=entry.at, reason=entry.reason, by=entry.initiator)
    return len(found)
