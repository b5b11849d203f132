"""Families of refresh tokens and ended signing keys: statements, and the methods that run them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from sqlalchemy import and_, case, delete, func, select, update

from rescind import sqlalchemy as t
from rescind.errors import SchemaMissing
from rescind.model.family import Family, KeyEnd
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.faults import upgrade_command
from rescind.stores.sqlalchemy.query import Insertion, Query, const, param

FAMILIES_SINCE = 3
"""The schema that has these tables."""

FAMILY = tuple(field.name for field in fields(Family))
KEY_END = tuple(field.name for field in fields(KeyEnd))

family, ended, row = t.refresh_family.c, t.ended_key.c, t.session.c

SELECT_FAMILY = Query(
    select(*s.columns(t.refresh_family, FAMILY)).where(family.session_id == param("id")).with_for_update()
)
INSERT_FAMILY = Insertion(t.refresh_family)
ROTATE_FAMILY = Query(
    update(t.refresh_family)
    .values({name: param(f"to_{name}") for name in FAMILY[1:]})
    .where(
        family.session_id == param("of_id"),
        family.generation == param("expected"),
        select(const(1))
        .select_from(t.session)
        .where(row.id == param("of_id"), row.ended_at.is_(None))
        .exists(),
    )
)
SEEN = Query(
    update(t.session)
    .values(last_seen=param("seen_at"))
    .where(row.id == param("of_id"), row.last_seen < param("seen_at"))
)
SELECT_KEY_END = Query(
    select(*s.columns(t.ended_key, KEY_END)).where(ended.realm == param("realm"), ended.kid == param("kid"))
)
INSERT_KEY_END = Insertion(t.ended_key)
LIVE = and_(family.signed_until > param("now"), s.within_limits(param("now")), s.UNENDED)
COUNT_SIGNED = Query(
    select(func.count(), func.coalesce(func.sum(case((LIVE, const(1)), else_=const(0))), const(0)))
    .select_from(t.session.join(t.refresh_family, family.session_id == row.id))
    .where(row.realm == param("realm"), family.signed_by == param("kid"))
)
VERSION = Query(select(t.meta.c.schema_version, t.meta.c.owner))


def families_of(due: Any) -> Query:
    """Deletes the families of sessions that are about to go."""
    return Query(delete(t.refresh_family).where(family.session_id.in_(due)))


class SqlTokenUnit(ABC):
    """See ``rescind.stores.tokens.TokenUnit``."""

    __slots__ = ()

    @abstractmethod
    def run(self, query: Query, *, conflict: str = "", **values: Any) -> Any: ...

    def keeps_families(self) -> bool:
        """Whether the tables are of a schema that has them."""
        version: int = self.run(VERSION).fetchone()[0]
        return version >= FAMILIES_SINCE

    def family(self, session_id: str) -> Family | None:
        found = self.run(SELECT_FAMILY, id=session_id).fetchone()
        return None if found is None else Family(*found)

    def insert_family(self, family: Family) -> None:
        taken = f"session {family.session_id} has refresh tokens"
        self.run(INSERT_FAMILY, conflict=taken, **{name: getattr(family, name) for name in FAMILY})

    def rotate_family(self, family: Family, *, expected: int) -> bool:
        values = {f"to_{name}": getattr(family, name) for name in FAMILY[1:]}
        if self.run(ROTATE_FAMILY, of_id=family.session_id, expected=expected, **values).rowcount != 1:
            return False
        self.run(SEEN, of_id=family.session_id, seen_at=family.rotated_at)
        return True

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        found = self.run(SELECT_KEY_END, realm=realm, kid=kid).fetchone()
        return None if found is None else KeyEnd(*found)

    def end_key(self, end: KeyEnd) -> bool:
        if self.key_end(end.realm, end.kid) is not None:
            return False
        # Somebody else may have ended it since, without this unit seeing it: then nothing is inserted.
        inserted: int = self.run(INSERT_KEY_END, **{name: getattr(end, name) for name in KEY_END}).rowcount
        return inserted == 1


class SqlTokenStore(ABC):
    """See ``rescind.stores.tokens.TokenStore``."""

    place: str
    _one: Callable[..., Any]

    def require_families(self) -> None:
        version, owner = self._one(VERSION)
        if version < FAMILIES_SINCE:
            raise SchemaMissing(
                f'url: {self.place} is of schema {version} and session_model="jwt" needs {FAMILIES_SINCE}: '
                f"run `{upgrade_command(owner)}`"
            )

    def key_end(self, realm: str, kid: str) -> KeyEnd | None:
        found = self._one(SELECT_KEY_END, realm=realm, kid=kid)
        return None if found is None else KeyEnd(*found)

    def count_signed(self, realm: str, kid: str, *, now: int) -> tuple[int, int]:
        found, live = self._one(COUNT_SIGNED, realm=realm, kid=kid, now=now)
        return found, live
