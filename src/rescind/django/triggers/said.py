"""What a signal knows better than the trigger that it will fire: who, why, and which session stays.

Before the row is written a note is left, under the id that the entry is to have; the trigger takes it and
does away with it. Afterwards the signal asks for the same id: what was appended is waited for, and where no
trigger has taken the note the signal appends it itself. A note is bound to the very value that is to be
written, so that one which nobody took (the statement failed) speaks for no other change.
"""

from __future__ import annotations

from django.db import connections

from rescind._tokens import new_id
from rescind.flows.context import current_initiator

IS_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'rescind_watch_said'",
    "postgresql": "SELECT 1 WHERE to_regclass('rescind_watch_said') IS NOT NULL",
}
FORGET = "DELETE FROM rescind_watch_said WHERE at < %s"
SAY = """INSERT INTO rescind_watch_said (id, principal_id, kind, bound, keep, reason, initiator, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""
LIFE = 60_000_000
"""For how long a note is taken, in microseconds; the triggers have the same number."""


def bound_to(password: str) -> str:
    """The end of the new hash, which no other change writes; without its salt it says nothing."""
    return password[-20:]


def say(
    alias: str, principal: str, *, kind: str, bound: str, reason: str, at: int, keep: str | None = None
) -> str | None:
    """Leave a note in the transaction that is open on ``alias``, if any.

    Args:
        principal: canonical text of the user's key.
        kind: of the entry, ``end`` or ``changed``.
        bound: what the statement writes; see ``bound_to``.
        keep: the session that an end leaves alone.

    Returns:
        The id that the entry will have; ``None`` where no triggers are installed.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(IS_THERE[connection.vendor])
        if cursor.fetchone() is None:
            return None
        cursor.execute(FORGET, [at - LIFE])
        entry = new_id()
        cursor.execute(SAY, [entry, principal, kind, bound, keep, reason, current_initiator.get(), at])
    return entry
