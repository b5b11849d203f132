"""What the tables here say about sessions whose contents are elsewhere (``rescind.stores.contents``).

A session that lives elsewhere has no row here until it ends: then a whole one is written, its *tombstone*, in
the transaction that ends it. While there is a tombstone it decides, whatever the other place says, and it
stays until nothing that the other place may bring back could be alive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update

from rescind import sqlalchemy as t
from rescind.model.family import Family
from rescind.model.principal import Standing
from rescind.model.revocation import Head, Kind, LogEntry, Scope, What
from rescind.model.session import Facts, SessionRecord
from rescind.stores.births import LOG_REALM
from rescind.stores.sqlalchemy import reads, rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.query import Query, const, param
from rescind.stores.sqlalchemy.tokens import FAMILY
from rescind.stores.sqlalchemy.unit import SqlUnit

log, person, row, event = t.revocation.c, t.principal.c, t.session.c, t.audit_event.c

CONTENTS = "contents"
"""Target of the entries that end all contents that began before: scope ``everything``, realm of the log."""
BIRTH_BEGINS = "."
"""With what the birth of a session elsewhere begins, and no birth of a log does."""
AT_ONCE = 64
"""Parameters of a statement about many."""

Ask = Callable[..., Sequence[Any]]
"""Runs a reading statement with its values; the rows."""

NAMES = tuple(f"n{number}" for number in range(AT_ONCE))
MANY = [param(name) for name in NAMES]


def lives_elsewhere() -> ColumnElement[bool]:
    return func.substr(row.birth, 1, 1) == const(BIRTH_BEGINS)


def _ending(scope: Scope, target: Any) -> Any:
    """As ``statements.ending``, about a session that is given by its fields."""
    return (
        select(func.min(log.seq))
        .where(
            log.realm == param("realm"),
            log.scope == const(scope.value),
            log.target == target,
            log.kind == const(Kind.END.value),
            log.seq > param("issued"),
            log.what.bitwise_and(const(What.SESSIONS.value)) != const(0),
            or_(log.keep.is_(None), log.keep != param("id")),
        )
        .correlate(t.principal)
        .scalar_subquery()
    )


_SELECT_NUMBER = select(func.coalesce(func.max(log.seq), const(0))).where(
    log.realm == const(LOG_REALM),
    log.scope == const(Scope.EVERYTHING.value),
    log.target == const(CONTENTS),
    log.kind == const(Kind.END.value),
)
NUMBER = Query(_SELECT_NUMBER)
"""The number of the contents that hold: of the newest entry that ended those before."""
BEGAN = Query(select(event.at).where(event.id == param("id")))

FIRST_END = func.coalesce(
    _ending(Scope.PRINCIPAL, param("principal")),
    _ending(Scope.EVERYTHING, const("")),
    _ending(Scope.CREDENTIAL, param("credential")),
    _ending(Scope.CLIENT, param("client")),
    _ending(Scope.TENANT, person.tenant),
)
ABOUT = t.meta.outerjoin(t.session, row.id == param("id")).outerjoin(
    t.principal, and_(person.realm == param("realm"), person.id == param("principal"))
)
FACTS = Query(
    select(
        *s.SESSION_COLUMNS,
        *s.STANDING_COLUMNS[2:],
        _SELECT_NUMBER.scalar_subquery(),
        *s.HEAD_COLUMNS,
        case((s.head.seq > param("issued"), FIRST_END)),
    ).select_from(ABOUT)
)
PROBE = Query(
    select(s.head.birth, row.id, s.head.seq, person.active, person.roles, person.tenant).select_from(ABOUT)
)
"""All that can change about a live session here. A wide end shows in the head."""

TOMBSTONES = Query(select(*s.SESSION_COLUMNS).where(row.id.in_(MANY)))
STANDINGS = Query(select(*s.STANDING_COLUMNS).where(person.realm == param("realm"), person.id.in_(MANY)))
_MEMBERS = select(person.id).where(person.realm == param("realm"), person.tenant == param("tenant"))
MEMBERS, FEW_MEMBERS = Query(_MEMBERS), Query(_MEMBERS.limit(param("page")))
ENDS = {
    scope: Query(
        select(*s.ENTRY_COLUMNS)
        .where(
            log.realm == param("realm"),
            log.scope == const(scope.value),
            log.kind == const(Kind.END.value),
            log.seq > const(0),
            log.target.in_(MANY),
        )
        .order_by(log.seq)
    )
    for scope in (Scope.PRINCIPAL, Scope.CREDENTIAL, Scope.CLIENT, Scope.TENANT, Scope.EVERYTHING)
}
_LONG_ENDED = (
    select(row.id)
    .where(row.ended_at <= param("before"), row.expires_at > param("before"), lives_elsewhere())
    .order_by(row.ended_at, row.id)
    .limit(param("page"))
)
BURY = Query(
    update(t.session).values(realm=const(""), ended_at=row.expires_at).where(row.id.in_(_LONG_ENDED))
)
"""A tombstone that is over for people, and stays for the other place: nobody finds it any more."""
LONG_ENDED = Query(_LONG_ENDED)


ROTATE_FAMILY = Query(
    update(t.refresh_family)
    .values({name: param(f"to_{name}") for name in FAMILY[1:]})
    .where(
        t.refresh_family.c.session_id == param("of_id"), t.refresh_family.c.generation == param("expected")
    )
)
SIGNED = Query(
    select(t.refresh_family.c.session_id, t.refresh_family.c.signed_until)
    .where(t.refresh_family.c.signed_by == param("kid"), t.refresh_family.c.session_id > param("after"))
    .order_by(t.refresh_family.c.session_id)
    .limit(param("page"))
)
DELETE_FAMILIES = Query(delete(t.refresh_family).where(t.refresh_family.c.session_id.in_(MANY)))


def began_id(birth: str) -> str:
    """The id of the event that says that contents have begun under a log of this birth."""
    return f"{CONTENTS}-{birth}"


def in_use(ask: Ask, birth: str) -> bool:
    """Whether sessions of the log of this birth may live elsewhere."""
    return bool(ask(NUMBER)[0][0] or ask(BEGAN, id=began_id(birth)))


def rotate_family(unit: SqlUnit, family: Family, expected: int) -> bool:
    """As ``TokenUnit.rotate_family``, of a session that the caller has found alive and holds."""
    values = {f"to_{name}": getattr(family, name) for name in FAMILY[1:]}
    changed = unit.run(ROTATE_FAMILY, of_id=family.session_id, expected=expected, **values)
    return changed.rowcount == 1


def drop_families(unit: SqlUnit, ids: Iterable[str]) -> None:
    """Delete the refresh tokens of these sessions, where the tables are of a schema that has any."""
    if unit.keeps_families():
        for names in _together(ids):
            unit.run(DELETE_FAMILIES, **names)


def _together(wanted: Iterable[str]) -> Iterator[dict[str, str]]:
    """The parameters of statements about ``MANY``: each id once."""
    ids = list(dict.fromkeys(wanted))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        padded = some + some[-1:] * (AT_ONCE - len(some))
        yield dict(zip(NAMES, padded, strict=True))


def facts_about(
    record: SessionRecord, found: Sequence[Any], entry_at: Callable[[int], LogEntry | None]
) -> Facts | None:
    """A row of ``FACTS`` with the session as the other place has it.

    Args:
        entry_at: the entry of a number.

    Returns:
        the facts, with the birth of the log in their head; ``None`` when the entry is gone: ask again.
    """
    ended_by = None if found[-1] is None else entry_at(found[-1])
    if found[-1] is not None and ended_by is None:
        return None
    if found[0] is None:
        found = (*(getattr(record, name) for name in rows.SESSION), *found[reads.SESSION_END :])
    return reads.facts_of((*found[: reads.STANDING_END],), Head(*found[-5:-1]), ended_by)


def values_about(record: SessionRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "realm": record.realm,
        "principal": record.principal_id,
        "credential": record.credential_id,
        "client": record.client_id,
        "issued": record.issued_seq,
    }


class Many:
    """Questions about many sessions, a few statements for each ``AT_ONCE``.

    Args:
        ask: inside a unit, or on the newest commit.
    """

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def number(self) -> int:
        number: int = self.ask(NUMBER)[0][0]
        return number

    def tombstones(self, ids: Iterable[str]) -> dict[str, SessionRecord]:
        return {found[0]: SessionRecord(*found) for found in self._each(TOMBSTONES, ids)}

    def standings(self, realm: str, ids: Iterable[str]) -> dict[str, Standing]:
        found = map(rows.standing_of, self._each(STANDINGS, ids, realm=realm))
        return {standing.id: standing for standing in found}

    def ends(self, realm: str, scope: Scope, targets: Iterable[str]) -> dict[str, tuple[LogEntry, ...]]:
        """The wide ``end`` entries of each target that has any, in order."""
        found: dict[str, list[LogEntry]] = defaultdict(list)
        if scope in ENDS:
            for entry in map(rows.entry_of, self._each(ENDS[scope], targets, realm=realm)):
                found[entry.target].append(entry)
        return {target: tuple(entries) for target, entries in found.items()}

    def members(self, realm: str, tenant: str) -> list[str]:
        """The principals of a tenant."""
        return [found[0] for found in self.ask(MEMBERS, realm=realm, tenant=tenant)]

    def few_members(self, realm: str, tenant: str, limit: int) -> list[str]:
        """So many of them at most."""
        return [found[0] for found in self.ask(FEW_MEMBERS, realm=realm, tenant=tenant, page=limit)]

    def signed(self, kid: str, limit: int) -> Iterator[dict[str, int]]:
        """Pages of the sessions, of every realm, whose newest access token this key signed: its end by id."""
        after = ""
        while found := self.ask(SIGNED, kid=kid, after=after, page=limit):
            yield dict(found)
            after = found[-1][0]

    def _each(self, query: Query, wanted: Iterable[str], **values: Any) -> Iterator[Any]:
        for names in _together(wanted):
            yield from self.ask(query, **names, **values)
