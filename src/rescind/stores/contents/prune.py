"""Forgetting what nobody can need any more, one bounded batch at a time, in both places.

A tombstone whose time for people is over is not removed before its session's absolute end: Redis may bring
the session back. It is *buried*: nobody finds it, and it still decides. A wide ``end`` is removed when every
session that it ends has a tombstone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rescind.model.revocation import LogEntry
from rescind.stores.base import PruneReport, Selection
from rescind.stores.contents.delegating import Log
from rescind.stores.contents.unit import ContentsUnit
from rescind.stores.redis import keys
from rescind.stores.redis.lock import Held
from rescind.stores.redis.writes import delete_session
from rescind.stores.sqlalchemy import contents as c
from rescind.stores.sqlalchemy import prune as of_sql
from rescind.stores.sqlalchemy.unit import SqlUnit

FEW = 500
"""Sessions that are looked at together."""
MOST = 5000
"""Sessions that one batch looks at to mark them; sign-ins wait meanwhile."""


def has_work(log: Log, times: dict[str, int]) -> bool:
    """Whether a batch would change anything in the database."""

    def one(query: Any, **values: Any) -> Any:
        return next(iter(log.ask(query, **values)), None)

    return of_sql.has_work(one, **times) or one(c.LONG_ENDED, before=times["before"], page=1) is not None


def prune_batch(
    unit: ContentsUnit,
    sql: SqlUnit,
    held: Callable[[], Held],
    times: dict[str, int],
    *,
    batch: int,
    come_to: dict[str, str],
) -> tuple[PruneReport, dict[str, str]]:
    """One batch inside a unit.

    Args:
        come_to: see ``Marking``.

    Returns:
        what it did, and ``come_to`` for the next batch if this one is committed.
    """
    going = _drop_contents(unit, sql, held, times["before"], batch)
    sql.run(c.BURY, before=times["before"], page=batch)
    marking = Marking(unit, come_to, going)
    found = of_sql.prune_batch(sql, marking, batch=batch, **times)
    return PruneReport(len(going), found.entries), marking.come_to


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


class Marking:
    """Marks what a wide ``end`` ends, of the sessions that Redis holds, a bounded part of them in each batch.

    An end that names few finds them by their index, every time. Of one that names more the sessions of the
    whole realm are gone through in the order of their ids, from where the batch before has come to: it is
    old, so whoever signs in meanwhile was not there to be ended.

    Args:
        come_to: the last id that batches before have marked, by entry.
        going: sessions that this batch drops.

    Attributes:
        come_to: the same with what this batch did, for when it has been committed.
    """

    def __init__(self, unit: ContentsUnit, come_to: dict[str, str], going: set[str]) -> None:
        self.come_to = dict(come_to)
        self._unit = unit
        self._going = going
        self._left = MOST

    def __call__(self, _: SqlUnit, entry: LogEntry, limit: int) -> int:
        selection = Selection(entry.realm, entry.scope, entry.target, entry.seq, entry.keep)
        if self._left <= 0:
            return limit
        few = self._unit.tables.few(selection, FEW)
        if few is not None:
            return self._mark(few, selection, entry, limit)
        return self._go_through(selection, entry, limit)

    def _go_through(self, selection: Selection, entry: LogEntry, limit: int) -> int:
        marked = 0
        while self._left > 0:
            ids = self._unit.reader.page_of_realm(entry.realm, self.come_to.get(entry.id), FEW)
            marked += self._mark(ids, selection, entry, limit - marked)
            if marked >= limit:
                break  # and this page is looked at again
            if len(ids) < FEW:
                self.come_to.pop(entry.id, None)
                return marked
            self.come_to[entry.id] = ids[-1]
        return limit

    def _mark(self, ids: list[str], selection: Selection, entry: LogEntry, limit: int) -> int:
        tables = self._unit.tables
        tables.page, marked = ids, 0
        self._left -= len(ids) + 1
        for record in list(tables.selected(selection)):
            if record.ended_at is None and record.id not in self._going and marked < limit:
                self._unit.materialise(record, entry)
                marked += 1
        return marked
