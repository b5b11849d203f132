"""Forgetting what nobody can need any more, one bounded batch at a time, in both places.

A tombstone whose time for people is over is not removed before its session's absolute end: Redis may bring
the session back. It is *buried*: nobody finds it, and it still decides. A wide ``end`` is removed when every
session that it ends has a tombstone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rescind.model.revocation import LogEntry, Scope
from rescind.stores.base import PruneReport, Selection
from rescind.stores.contents.delegating import Log
from rescind.stores.contents.unit import ContentsUnit
from rescind.stores.redis import keys
from rescind.stores.redis.lock import Held
from rescind.stores.redis.writes import delete_session
from rescind.stores.sqlalchemy import contents as c
from rescind.stores.sqlalchemy import prune as of_sql
from rescind.stores.sqlalchemy.unit import SqlUnit


def times(now: int, *, keep_ended: int, access_life: int, session_life: int) -> dict[str, int]:
    """Microseconds since the epoch; see ``sqlalchemy.prune.prune_batch``."""
    return {
        "before": now - keep_ended,
        "access": now - access_life - of_sql.MARGIN,
        "session": now - session_life - of_sql.MARGIN,
    }


def has_work(log: Log, times: dict[str, int]) -> bool:
    """Whether a batch would change anything in the database."""

    def one(query: Any, **values: Any) -> Any:
        return next(iter(log.ask(query, **values)), None)

    return of_sql.has_work(one, **times) or one(c.LONG_ENDED, before=times["before"], page=1) is not None


def prune_batch(
    unit: ContentsUnit, sql: SqlUnit, held: Callable[[], Held], times: dict[str, int], batch: int
) -> PruneReport:
    """One batch inside a unit."""
    going = _drop_contents(unit, sql, held, times["before"], batch)
    sql.run(c.BURY, before=times["before"], page=batch)
    found = of_sql.prune_batch(sql, _marking(unit, going), batch=batch, **times)
    return PruneReport(len(going), found.entries)


def _drop_contents(
    unit: ContentsUnit, sql: SqlUnit, held: Callable[[], Held], before: int, batch: int
) -> set[str]:
    due = unit.reader.over(before, batch)
    known = {record.id: record for record in unit.reader.records(due)}
    for session_id in due:
        record = known.get(session_id)
        held().writes += [("ZREM", keys.DUE, session_id)] if record is None else delete_session(record)
    c.drop_families(sql, due)
    return set(due)


def _marking(unit: ContentsUnit, going: set[str]) -> of_sql.Materialise:
    """Marks what a wide ``end`` ends, of the sessions that Redis holds."""

    def mark(_: SqlUnit, entry: LogEntry, limit: int) -> int:
        if entry.scope is Scope.EVERYTHING and entry.target:
            return 0
        selection = Selection(entry.realm, entry.scope, entry.target, entry.seq, entry.keep)
        marked = 0
        for record in list(unit.tables.selected(selection)):
            if record.ended_at is None and record.id not in going and marked < limit:
                unit.materialise(record, entry)
                marked += 1
        return marked

    return mark
