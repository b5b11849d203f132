"""Does the authority still read the same? A few columns are compared; no objects are made of thirty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, select, true

from rescind import sqlalchemy as t
from rescind.model.session import Facts
from rescind.stores.sqlalchemy.query import Query, param
from rescind.stores.sqlalchemy.rows import json_text
from rescind.stores.sqlalchemy.statements import head, person, row

KEPT = 4096
"""Facts whose row is kept ready for the comparison."""

_COLUMNS = (
    row.digest,
    row.last_seen,
    row.expires_at,
    row.idle,
    row.ended_at,
    person.active,
    person.roles,
    person.tenant,
    head.birth,
    head.seq,
)
PROBE_COLUMNS = tuple(column.name for column in _COLUMNS)
PROBE = Query(
    select(*_COLUMNS)
    .select_from(
        t.session.join(t.meta, true()).outerjoin(
            t.principal, and_(person.realm == row.realm, person.id == row.principal_id)
        )
    )
    .where(row.id == param("id"))
)
"""All that can change about a session that is alive. Its digest says that it is the same row, and what no
store changes (realm, principal, times of sign-in) is then the same, too. A wide end shows in ``head``: while
birth and number are the same, no entry is new."""

Row = tuple[Any, ...]


class Expected:
    """The rows of ``PROBE`` that facts came with. Bounded; dropped as a whole when it is full."""

    __slots__ = ("_rows", "_written")

    def __init__(self, written: Callable[[Row], Row] = tuple) -> None:
        """``written``: a row as the driver gives it."""
        self._written = written
        self._rows: dict[str, tuple[Facts, Row | None]] = {}

    def row(self, facts: Facts) -> Row | None:
        """The row as it reads while nothing has changed; ``None`` for facts that allow nothing anyway."""
        known = self._rows.get(facts.record.id)
        if known is not None and known[0] is facts:
            return known[1]
        if len(self._rows) >= KEPT:
            self._rows = {}
        found = row_of(facts)
        if found is not None:
            found = self._written(found)
        self._rows[facts.record.id] = (facts, found)
        return found


def row_of(facts: Facts) -> Row | None:
    record, standing = facts.record, facts.standing
    if standing is None or facts.ended_by is not None:
        return None
    return (
        record.digest,
        record.last_seen,
        record.expires_at,
        record.idle,
        record.ended_at,
        int(standing.active),
        json_text(list(standing.roles)),
        standing.tenant,
        facts.head.birth,
        facts.head.seq,
    )
