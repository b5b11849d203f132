"""A request that writes a new password and opens a session: what it is evidence of.

The end that comes with a new password would end the new session as well, since the request began before it.
But where it has left the session of the request alone, its user is who they were, as long as nothing else has
ended that one. And where nobody was signed in, the request itself has written it: somebody signs in whose
password gets the hash of another hasher.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rescind.model.revocation import Head, LogEntry, Renewal, Scope
from rescind.policy.ending import ends, is_wide
from rescind.policy.session_lifetime import ROTATED_REASON


def evidence(core: Any, mark: Head, session_id: str, owner: str) -> Head:
    """How far the log may have come when the new session begins.

    Args:
        core: of the engine.
        mark: the log when the request began.
        session_id: the session that was left alone; its own row may have got its successor by now.
        owner: whose the new session is: of anybody else it is no evidence.

    Returns:
        The log as it is now; ``mark``, where that session was ended since, or nobody can tell.

    Raises:
        StoreUnavailable: the log cannot be read.
    """
    facts, read = core.store.facts(session_id), core.store.renew("", mark.seq)
    if facts is None or facts.record.principal_id != owner or not _tells_all(read, mark):
        return mark
    record, tenant = facts.record, None if facts.standing is None else facts.standing.tenant

    def is_over(entry: LogEntry) -> bool:
        rotated = entry.scope is Scope.SESSION and entry.reason == ROTATED_REASON
        return not rotated and ends(entry, record, tenant)

    return mark if any(map(is_over, read.entries)) else read.head


def evidence_of_itself(core: Any, mark: Head, own: Collection[str], owner: str) -> Head:
    """The same for a request whose own ends were the only ones.

    Args:
        own: ids of the entries that this request has written.
    """
    read = core.store.renew("", mark.seq)

    def is_over(entry: LogEntry) -> bool:
        of_another = entry.scope is Scope.PRINCIPAL and entry.target != owner
        return is_wide(entry) and not of_another and entry.id not in own

    return mark if not _tells_all(read, mark) or any(map(is_over, read.entries)) else read.head


def _tells_all(read: Renewal, mark: Head) -> bool:
    """Whether what was read is everything since the mark."""
    return read.watched and not read.more and read.head.birth == mark.birth and mark.seq >= read.head.floor
