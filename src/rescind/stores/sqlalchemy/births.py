"""The statements that begin a new log, and how it is told. For every database the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from rescind.model.revocation import Head
from rescind.stores.births import first_of
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.query import Query

logger = logging.getLogger("rescind.store")


def steps(
    old: Head, born: Head, *, reason: str, initiator: str, at: int
) -> Iterator[tuple[Query, dict[str, Any]]]:
    """The statements that begin it, with their values; inside one transaction that has locked the head."""
    entry, event = first_of(born, old.birth, reason=reason, initiator=initiator, at=at)
    yield s.REBEAR, {"to_birth": born.birth, "to_seq": born.seq, "to_floor": born.floor}
    yield s.INSERT_ENTRY, rows.entry_values(entry)
    yield s.INSERT_EVENT, rows.event_values(event)


def tell(place: str, born: Head, reason: str) -> None:
    logger.critical(
        "%s: a new log begins at %d, everything issued before is refused (%s)", place, born.seq, reason
    )
