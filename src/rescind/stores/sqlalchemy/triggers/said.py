"""What an application knows better than a trigger: that a new hash is of the same password.

A note is left before the row is written, and the trigger takes it. It is bound to the very hash, so that one
which nobody took speaks for no other change, and is good for a minute.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, column, delete, func, insert, literal_column, select, table

from rescind._tokens import new_id
from rescind.stores.sqlalchemy.query import Query, const, param
from rescind.stores.sqlalchemy.triggers.sqlite import NOW
from rescind.stores.sqlalchemy.unit import SqlUnit

BOUND = 20
"""Characters at the end of a hash; without its salt they say nothing. The triggers have the same number."""
LIFE = 60_000_000
"""Microseconds; the triggers have the same number."""
NOW_OF = {"sqlite": NOW, "postgresql": "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"}
NAMES = ("id", "principal_id", "kind", "bound", "reason", "initiator", "at")
IS_THERE = {
    "sqlite": Query(
        select(const(1)).select_from(table("sqlite_master")).where(column("name") == param("name"))
    ),
    "postgresql": Query(select(const(1)).where(func.to_regclass(param("name")).is_not(None))),
}


class Notes:
    """The notes for the triggers of one stem, in one kind of database."""

    def __init__(self, stem: str, vendor: str) -> None:
        self.name, self._vendor = f"{stem}_said", vendor
        said = table(self.name, *[column(name) for name in NAMES])
        now: ColumnElement[int] = literal_column(NOW_OF[vendor])
        values = {name: param(name) for name in NAMES if name != "at"}
        self._say = Query(insert(said).values(values | {"at": now}))
        self._forget = Query(delete(said).where(said.c.at < now - const(LIFE)))

    def keep(self, unit: SqlUnit, principal: str, password: str, by: str) -> bool:
        """In a unit of work: the new hash ends nothing. ``False``: there are no triggers.

        Args:
            principal: canonical text of the id.
            password: what the column is about to be.
            by: who says so.
        """
        if unit.one(IS_THERE[self._vendor], name=self.name) is None:
            return False
        unit.run(self._forget)
        unit.run(
            self._say,
            id=new_id(),
            principal_id=principal,
            kind="kept",
            bound=password[-BOUND:],
            reason="",
            initiator=by,
        )
        return True
