"""Whether a log still has what was committed, for stores whose ``renew`` reads the log and nothing else."""

from __future__ import annotations

from typing import Protocol

from rescind.errors import UnknownEntry
from rescind.model.revocation import Head, Renewal


class Log(Protocol):
    """What is asked of a store; see ``rescind.stores.base.Store``."""

    def head(self) -> Head: ...

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal: ...


def is_kept(log: Log, head: Head, entry_id: str | None) -> bool:
    """See ``Store.keeps``. Numbers alone would not do: after a loss they are given to others."""
    try:
        found = log.renew("", head.seq, limit=1)
        now, there = found.head, found.applied_id
    except UnknownEntry:  # of a newer version, behind ours
        now, there = log.head(), None
    return still_stands(now, there, head, entry_id)


def still_stands(now: Head, there: str | None, head: Head, entry_id: str | None) -> bool:
    """``now``: the head of today; ``there``: the id of the entry that has the number of ``head``."""
    if now.birth != head.birth or now.seq < head.seq:
        return False
    return there is None or entry_id is None or there == entry_id
