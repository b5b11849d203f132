"""Forgetting what nobody can need any more, one bounded batch at a time.

Rows go by themselves too (each has a life); this is for those who want them gone earlier, and for the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from rescind.model.revocation import LogEntry, What
from rescind.policy.ending import dominates, is_wide
from rescind.stores.base import PruneReport, Selection
from rescind.stores.memory.prune import MARGIN
from rescind.stores.redis import keys
from rescind.stores.redis.codec import EntryMissing
from rescind.stores.redis.lock import Held
from rescind.stores.redis.reads import Reader
from rescind.stores.redis.unit import UnitTables
from rescind.stores.redis.writes import Write, delete_entry, delete_session

PAGE = 500


@dataclass(frozen=True, slots=True)
class Ages:
    """Microseconds since the epoch: sessions that were over at ``sessions`` may go; entries of ``access`` or
    earlier, wide ones of ``session`` or earlier."""

    sessions: int
    access: int
    session: int

    @classmethod
    def at(cls, now: int, *, keep_ended: int, access_life: int, session_life: int) -> Ages:
        return cls(now - keep_ended, now - access_life - MARGIN, now - session_life - MARGIN)


def old_entries(reader: Reader, ages: Ages) -> Iterator[LogEntry]:
    """Entries that may go, the oldest first; never the newest."""
    before: LogEntry | None = None
    after = 0
    while page := reader.log(after, PAGE):
        for entry in page:
            if before is not None and _may_go(reader, before, ages):
                yield before
            before = entry
        after = page[-1].seq


def _may_go(reader: Reader, entry: LogEntry, ages: Ages) -> bool:
    if entry.at > ages.access:
        return False
    if not is_wide(entry) or entry.at <= ages.session:
        return True
    siblings = reader.wide((entry.realm, entry.scope, entry.target))
    return any(dominates(newer, entry) for newer in siblings)


def candidates(reader: Reader, ages: Ages, batch: int) -> list[LogEntry] | None:
    """Entries that may go, at most a batch, looked for without the write lock: what may go once may go later.

    ``None``: another process prunes what this one looks at.
    """
    try:
        return list(islice(old_entries(reader, ages), batch))
    except EntryMissing:
        return None


def has_work(reader: Reader, ages: Ages) -> bool:
    """Whether it is worth the write lock: also where another process prunes what this one looks at."""
    try:
        return bool(reader.over(ages.sessions, 1)) or next(old_entries(reader, ages), None) is not None
    except EntryMissing:
        return True


def prune_batch(
    held: Held, tables: UnitTables, ages: Ages, batch: int, found: list[LogEntry] | None
) -> tuple[PruneReport, list[Write]]:
    """One batch, and the writes that carry it out; ``found`` as ``candidates`` said."""
    writes: list[Write] = []
    due = held.reader.over(ages.sessions, batch)
    tables.load(due)
    for session_id in due:
        record = tables.sessions.get(session_id)
        writes += [("ZREM", keys.DUE, session_id)] if record is None else delete_session(record)
    if found is None:
        found = list(islice(old_entries(held.reader, ages), batch))
    entries = held.reader.still_there(found)[: batch - len(due)]
    for entry in entries:
        if is_wide(entry) and What.SESSIONS in entry.what:
            _materialise(tables, entry, set(due))
        writes += delete_entry(entry)
    highest = max((entry.seq for entry in entries), default=0)
    tables.head = replace(tables.head, floor=max(tables.head.floor, highest))
    return PruneReport(len(due), len(entries), tables.head.floor), writes


def _materialise(tables: UnitTables, entry: LogEntry, going: set[str]) -> None:
    """Mark what the entry ends, before the log can no longer say it."""
    for record in list(
        tables.selected(Selection(entry.realm, entry.scope, entry.target, entry.seq, entry.keep))
    ):
        if record.ended_at is None and record.id not in going:
            tables.materialise(record, entry)
