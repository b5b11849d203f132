"""A new log: above every number ever seen, and what it begins with. For every store the same."""

from __future__ import annotations

from dataclasses import replace

from rescind._tokens import new_id
from rescind.model.audit_event import AuditEvent
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What

LOG_REALM = ""
"""The log belongs to no realm: its own entries and events have the empty one, as no application can."""


def new_head(old: Head, *, above: int) -> Head:
    """The head of the new log.

    Args:
        above: a number that may have been used, beside those of ``old``.
    """
    seq = max(old.seq, above) + 1
    return replace(old, birth=new_id(), seq=seq, floor=seq)


def first_of(
    born: Head, old_birth: str, *, reason: str, initiator: str, at: int
) -> tuple[LogEntry, AuditEvent]:
    """What it begins with: an entry that its readers find at the head, and the event in the trail.

    Args:
        born: its head.
        at: microseconds since the epoch.
    """
    seq = born.seq
    entry = LogEntry(
        new_id(), Kind.CHANGED, LOG_REALM, Scope.EVERYTHING, "", What.NOTHING, reason, initiator, at, seq=seq
    )
    event = AuditEvent(
        id=new_id(),
        at=at,
        type="log.reborn",
        realm=LOG_REALM,
        actor=initiator,
        subject=f"log:{born.birth}",
        reason=reason,
        seq=seq,
        data={"old_birth": old_birth},
    )
    return entry, event
