"""A session that goes on under a new key after its user has changed the password: what it is evidence of.

The end that comes with a new password would end the new session as well, since the request began before it.
But it has left the session of the request alone, and as long as nothing else has ended that one, its user is
who they were.
"""

from __future__ import annotations

from typing import Any

from rescind.model.revocation import Head, LogEntry, Scope
from rescind.policy.ending import ends
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
    told = read.watched and not read.more and read.head.birth == mark.birth and mark.seq >= read.head.floor
    if facts is None or facts.record.principal_id != owner or not told:
        return mark
    record, tenant = facts.record, None if facts.standing is None else facts.standing.tenant

    def is_over(entry: LogEntry) -> bool:
        rotated = entry.scope is Scope.SESSION and entry.reason == ROTATED_REASON
        return not rotated and ends(entry, record, tenant)

    return mark if any(map(is_over, read.entries)) else read.head
