"""Forgetting what nobody can need any more, one bounded batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from rescind._clock import SECOND
from rescind.model.revocation import LogEntry
from rescind.policy.ending import dominates, ends, is_wide
from rescind.stores.memory.tables import Tables

MARGIN = 5 * 60 * SECOND
"""What every retention is lengthened by, for clocks that differ."""


def old_sessions(tables: Tables, before: int) -> Iterator[str]:
    """Ids of sessions that ended or expired at ``before`` or earlier."""
    for record in tables.sessions.values():
        over = record.expires_at if record.ended_at is None else min(record.ended_at, record.expires_at)
        if over <= before:
            yield record.id


def old_entries(tables: Tables, *, now: int, access_life: int, session_life: int) -> Iterator[LogEntry]:
    """Entries that may go, the oldest first; never the newest."""
    newest = max(tables.log, default=0)
    for seq in sorted(tables.log):
        entry = tables.log[seq]
        age = now - entry.at
        if seq == newest or age < access_life + MARGIN:
            continue
        if not is_wide(entry) or age >= session_life + MARGIN or _is_replaced(tables, entry):
            yield entry


def _is_replaced(tables: Tables, entry: LogEntry) -> bool:
    siblings = tables.wide[entry.realm, entry.scope, entry.target]
    return any(dominates(newer, entry) for newer in siblings)


def drop_sessions(tables: Tables, data: dict[str, dict[str, str]], before: int, batch: int) -> int:
    ids = list(islice(old_sessions(tables, before), batch))
    for session_id in ids:
        record = tables.sessions.pop(session_id)
        del tables.digests[record.digest]
        data.pop(session_id, None)
        tables.families.pop(session_id, None)
    return len(ids)


def drop_entries(tables: Tables, entries: list[LogEntry]) -> None:
    """Mark what each wide entry ends, then drop it and raise the floor."""
    for entry in entries:
        if is_wide(entry):
            _materialise(tables, entry)
        tables.drop_entry(entry)
    highest = max((entry.seq for entry in entries), default=0)
    tables.head = replace(tables.head, floor=max(tables.head.floor, highest))


def _materialise(tables: Tables, entry: LogEntry) -> None:
    for record in list(tables.sessions.values()):
        if record.ended_at is None and ends(entry, record, tables.tenant_of(record)):
            tables.materialise(record, entry)
