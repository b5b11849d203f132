"""On SQLite, where a row of a user says their whole standing, of whoever never came, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rescind.stores.sqlalchemy.triggers.text import fill, stay_ended
from rescind.stores.sqlalchemy.triggers.watched import UserTable

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.triggers.sqlite import Object, Text

THERE = """(SELECT json_group_array(value)
FROM (SELECT value FROM json_each(rescind_principal.roles) ORDER BY 1))"""
"""Two JSON texts of the same names may differ, so the one that is there is written anew to be compared."""
DIFFERS = {
    "active": "rescind_principal.active <> {value}",
    "roles": "{there} IS NOT {value}",
    "tenant": "rescind_principal.tenant IS NOT {value}",
}
LESS = DIFFERS | {"active": "(rescind_principal.active AND NOT {value})"}
SPEAKS = {"active": "NOT {value}", "roles": "{value} <> '[]'", "tenant": "{value} IS NOT NULL"}
"""What a new standing would not say by itself."""
PLAIN = {"active": "1", "roles": "'[]'", "tenant": "NULL"}
NEW = "({old} IS NOT {new})"
BOTH = "({one} AND {other})"
SET = "{name} = {value}"
KEPT = "CASE WHEN {is_new} THEN {value} ELSE {name} END"
INSERT = """INSERT INTO rescind_principal (realm, id, active, roles, tenant, kind, updated_at, version)
SELECT {realm}, {principal}, {active}, {roles}, {tenant}, 'user', {now}, 1{source}
WHERE ({speaks}) AND NOT {stands};"""
IS_KEPT = """EXISTS (SELECT 1 FROM {stem}_said WHERE principal_id = {principal} AND kind = 'kept'
AND bound = {bound} AND at > {now} - 60000000)"""
TAKE = "DELETE FROM {stem}_said WHERE principal_id = {principal} AND kind = 'kept' AND bound = {bound};"
FROM_TABLE = " FROM {table} one"
START_OLD = """UPDATE rescind_principal SET {assignments}, version = version + 1, updated_at = {now}
WHERE realm = {realm} AND {differs};"""
ONE = "(SELECT {value} FROM {table} one WHERE one.{key} = {of})"
OF_ONE = """EXISTS (SELECT 1 FROM {table} one
WHERE one.{key} = {of} AND {principal} = rescind_principal.id AND ({news}))"""
STILL_OFF = "CASE WHEN {value} THEN active ELSE 0 END"
ANYBODY = "EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND {differs})"
MOVES = "principal_id = {principal} AND {moves}"
MAY_DO = "'what the user may do was changed in the database'"
MADE_ACTIVE = """CASE WHEN NOT {is_new} THEN 'what the user may do was changed in the database'
    WHEN {value} THEN 'the user was made active in the database'
    ELSE 'the user was made inactive in the database' END"""
ANEW = "'the user was made anew in the database'"


def objects(text: Text, users: UserTable) -> Iterator[Object]:
    """What hangs on the table of users, but for ``gone`` and ``moved``."""
    key = text.quote(users.key)
    new, stays = text.principal(f"NEW.{key}"), f"OLD.{key} IS NEW.{key}"
    if users.standing:
        yield from _follow(text, users, new, stays)
    if users.password is not None:
        yield _ending(text, users, new, stays)
    steps = tuple(_come(text, users, new))
    known = text.standing(new)
    speaks = _any(_values(text, users, "NEW"), SPEAKS)
    for name, event, when in (("came", "INSERT", "1"), ("arrived", "UPDATE", f"NOT {stays}")):
        yield text.trigger(name, users.table, event, f"{when} AND ({known} OR {speaks})", *steps)


def _come(text: Text, users: UserTable, new: str) -> Iterator[str]:
    """A row that takes a key, which somebody else may have had before."""
    values = _values(text, users, "NEW")
    if values:
        differs = f"({_any(values, DIFFERS)})"
        yield text.tell("changed", new, 0, ANEW, scope="principal", if_=text.standing(new, differs))
        yield text.change(_assignments(values), f"id = {new} AND {differs}")
    yield text.tell("end", new, 1, ANEW, scope="principal", if_=text.standing(new))
    if values:
        yield _insert(text, new, values)


def start(text: Text, users: UserTable) -> Iterator[str]:
    """What brings the standings in line with the rows that are there already."""
    values = _values(text, users, "one")
    if not values:
        return
    table, key = text.quote(users.table), text.quote(users.key)
    principal = text.principal(f"one.{key}")
    yield _insert(text, principal, values, source=fill(FROM_TABLE, table=table))
    # Who was disabled stays so, whatever the row says.
    of = text.key("rescind_principal.id")
    differs = fill(OF_ONE, table=table, key=key, of=of, principal=principal, news=_any(values, LESS))
    if_ = fill(ANYBODY, realm=text.realm, differs=differs)
    why = "'the users are watched from now on'"
    yield from text.told("changed", "''", 0, why, scope="everything", if_=if_)
    if "tenant" in values:
        yield f"{stay_ended(text.realm, '1')};"
    found = {name: fill(ONE, value=value, table=table, key=key, of=of) for name, value in values.items()}
    if "active" in found:
        found["active"] = fill(STILL_OFF, value=found["active"])
    yield fill(START_OLD, realm=text.realm, assignments=_assignments(found), differs=differs, now=text.now)


def _follow(text: Text, users: UserTable, new: str, stays: str) -> Iterator[Object]:
    values, before = _values(text, users, "NEW"), _values(text, users, "OLD")
    is_new = {name: fill(NEW, old=before[name], new=values[name]) for name in values}
    differs = " OR ".join(
        fill(BOTH, one=is_new[name], other=fill(DIFFERS[name], value=value, there=THERE))
        for name, value in values.items()
    )
    kept = {name: fill(KEPT, is_new=is_new[name], value=value, name=name) for name, value in values.items()}
    reason = MAY_DO
    if "active" in values:
        reason = fill(MADE_ACTIVE, is_new=is_new["active"], value=values["active"])
    moves: tuple[str, ...] = ()
    if "tenant" in values:
        moves = (f"{stay_ended(text.realm, fill(MOVES, principal=new, moves=is_new['tenant']))};",)
    yield text.trigger(
        "standing", users.table, "UPDATE", f"{stays} AND {text.standing(new, f'({differs})')}",
        *moves,
        text.change(_assignments(kept), f"id = {new}"),
        text.tell("changed", new, 0, reason, scope="principal"),
    )  # fmt: skip
    # Nobody remembers anything about somebody who never came, so there is nothing to append.
    when = f"{stays} AND ({' OR '.join(is_new.values())}) AND NOT {text.standing(new)}"
    yield text.trigger("standing_new", users.table, "UPDATE", when, _insert(text, new, values))


def _ending(text: Text, users: UserTable, new: str, stays: str) -> Object:
    password = text.quote(users.password or "")
    names = {"stem": text.stem, "principal": new, "bound": f"substr(NEW.{password}, -20)", "now": text.now}
    return text.trigger(
        "password", users.table, "UPDATE",
        f"{stays} AND OLD.{password} IS NOT NEW.{password} AND {text.standing(new)}",
        text.tell("end", new, 1, "'the password was changed in the database'", scope="principal",
                  bound=names["bound"], if_=f"NOT {fill(IS_KEPT, **names)}"),
        fill(TAKE, **names),
    )  # fmt: skip


def _values(text: Text, users: UserTable, row: str) -> dict[str, str]:
    """What ``row`` says, by column of the standing; ``active`` as 0 or 1."""
    said = {name: fact.of(row) for name, fact in users.standing.items()}
    return {name: f"({value} <> 0)" if name == "active" else f"({value})" for name, value in said.items()}


def _assignments(values: dict[str, str]) -> str:
    return ", ".join(fill(SET, name=name, value=value) for name, value in values.items())


def _any(values: dict[str, str], judged: dict[str, str]) -> str:
    return " OR ".join(fill(judged[name], value=value, there=THERE) for name, value in values.items()) or "0"


def _insert(text: Text, principal: str, values: dict[str, str], *, source: str = "") -> str:
    """Somebody who never came, if a new standing would not say by itself what the row says."""
    return fill(
        INSERT, realm=text.realm, principal=principal, now=text.now,
        speaks=_any(values, SPEAKS), stands=text.standing(principal), source=source,
        **(PLAIN | values),
    )  # fmt: skip
