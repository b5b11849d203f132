"""A new log: above every number ever seen, told in log and trail. For every database the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rescind._tokens import new_id
from rescind.model.audit_event import AuditEvent
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.query import Query

logger = logging.getLogger("rescind.store")

LOG_REALM = ""
"""The log belongs to no realm: its own entries and events have the empty one, as no application can."""


def born(head: Head, *, above: int) -> Head:
    """The head of the new log."""
    seq = max(head.seq, above) + 1
    return replace(head, birth=new_id(), seq=seq, floor=seq)


def steps(
    old: Head, born: Head, *, reason: str, initiator: str, at: int
) -> Iterator[tuple[Query, dict[str, Any]]]:
    """The statements that begin it, with their values; inside one transaction that has locked the head."""
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
        data={"old_birth": old.birth},
    )
    yield s.REBEAR, {"to_birth": born.birth, "to_seq": seq, "to_floor": seq}
    yield s.INSERT_ENTRY, rows.entry_values(entry)
    yield s.INSERT_EVENT, rows.event_values(event)


def tell(place: str, born: Head, reason: str) -> None:
    logger.critical(
        "%s: a new log begins at %d, everything issued before is refused (%s)", place, born.seq, reason
    )
