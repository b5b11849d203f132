"""The triggers on SQLite.

A trigger takes the number as a unit of rescind's does, under the write lock that its statement holds. It
cannot move the counter beside the file: other processes find the entry when they read the log next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from rescind.stores.sqlalchemy.triggers import sqlite_standing
from rescind.stores.sqlalchemy.triggers.text import fill
from rescind.stores.sqlalchemy.triggers.watched import Fact, Groups, UserTable, Watched

Quote = Callable[[str], str]
Object = tuple[str, str, str]
"""Its name, its kind and the text that makes it, as ``sqlite_master`` has them."""

SAID = """CREATE TABLE {stem}_said (
    id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    bound TEXT NOT NULL,
    keep TEXT,
    reason TEXT NOT NULL,
    initiator TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID"""
NOW = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
ID = "lower(hex(randomblob(16)))"
DELETED = "'the user was deleted in the database'"
CHANGE = """UPDATE rescind_principal SET {assignments}, version = version + 1, updated_at = {now}
WHERE realm = {realm} AND {where};"""
TAKEN = """FROM {stem}_said WHERE principal_id = {target} AND kind = '{kind}' AND bound = {bound}
    AND at > {now} - 60000000"""
TELL = (
    """UPDATE rescind_meta SET seq = seq + 1{where};""",
    """INSERT INTO rescind_revocation (id, seq, kind, realm, scope, target, what, keep, reason, initiator, at)
SELECT coalesce((SELECT id {said}), {new_id}),
    m.seq, '{kind}', {realm}, '{scope}', {target}, {what},
    (SELECT keep {said}),
    coalesce((SELECT reason {said}), {reason}),
    coalesce((SELECT initiator {said}), 'database'), {now}
FROM rescind_meta m{where};""",
    """INSERT INTO rescind_audit_event (id, at, type, realm, actor, subject, outcome, reason, seq, data)
SELECT {new_id}, e.at, '{scope}.{type}', e.realm, e.initiator, {subject}, 'done', e.reason, e.seq,
    json_object('ended', NULL, 'matched', NULL, 'revocation', e.id, 'what', e.what)
FROM rescind_revocation e WHERE e.seq = (SELECT seq FROM rescind_meta){further};""",
    """DELETE FROM {stem}_said
WHERE principal_id = {target} AND kind = '{kind}' AND bound = {bound}{further};""",
)
MAKE = """CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN {when}
BEGIN
{body}
END"""
UPDATE = "UPDATE OF {columns}"
STANDS = "EXISTS (SELECT 1 FROM rescind_principal WHERE realm = {realm} AND {where})"
SUSPEND = """INSERT INTO rescind_principal (realm, id, active, roles, tenant, kind, updated_at, version)
VALUES ({realm}, {principal}, 0, '[]', NULL, 'user', {now}, 1);"""
ROLES = """(SELECT json_group_array(name) FROM (SELECT g.{name} AS name FROM {links} l
JOIN {table} g ON g.{key} = l.{group} WHERE l.{user} = {of} ORDER BY 1))"""
MEMBERS = """id IN (SELECT {principal} FROM {links} l WHERE l.{group} = OLD.{key})
AND {there} IS NOT {roles}"""


def of(columns: str) -> str:
    """The event of an update that names one of the columns, which are quoted."""
    return fill(UPDATE, columns=columns)


class Text:
    """Writes triggers of one realm and one kind of key."""

    def __init__(self, watched: Watched, quote: Quote) -> None:
        self.kind, self.quote, self.realm = watched.kind, quote, f"'{watched.realm}'"
        self.stem, self.now = watched.stem, NOW

    def principal(self, column: str) -> str:
        """The id of a principal from the key of a user; ``column`` is quoted."""
        if self.kind == "uuid":
            pieces = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
            return " || '-' || ".join(f"substr(lower({column}), {at}, {size})" for at, size in pieces)
        return f"CAST({column} AS TEXT)"

    def key(self, principal: str) -> str:
        """The key of a user from the id of a principal."""
        if self.kind == "uuid":
            return f"replace({principal}, '-', '')"
        return f"CAST({principal} AS INTEGER)" if self.kind == "int" else principal

    def standing(self, principal: str, further: str = "") -> str:
        """Whether there is one, of which ``further`` holds."""
        where = f"id = {principal}" + (further and f" AND {further}")
        return fill(STANDS, realm=self.realm, where=where)

    def change(self, assignments: str, where: str) -> str:
        return fill(CHANGE, assignments=assignments, now=NOW, realm=self.realm, where=where)

    def tell(
        self, kind: str, target: str, what: int, reason: str, *, bound: str = "''", if_: str = "", scope: str
    ) -> str:
        """Append an entry with its audit event; ``if_``, where it is not all that the trigger does."""
        return "\n".join(self.told(kind, target, what, reason, bound=bound, if_=if_, scope=scope))

    def told(
        self, kind: str, target: str, what: int, reason: str, *, bound: str = "''", if_: str = "", scope: str
    ) -> list[str]:
        """The same, statement by statement."""
        parts = {
            "stem": self.stem,
            "said": fill(TAKEN, stem=self.stem, target=target, kind=kind, bound=bound, now=NOW),
            "kind": kind,
            "target": target,
            "what": str(what),
            "reason": reason,
            "bound": bound,
            "scope": scope,
            "subject": f"'{scope}'" if scope == "everything" else f"'{scope}:' || {target}",
            "type": "revoked" if kind == "end" else "changed",
            "realm": self.realm,
            "new_id": ID,
            "now": NOW,
            "where": f"\nWHERE {if_}" if if_ else "",
            "further": f" AND {if_}" if if_ else "",
        }
        return [fill(step, **parts) for step in TELL]

    def trigger(self, name: str, table: str, event: str, when: str, *steps: str) -> Object:
        full = f"{self.stem}_{name}"
        body, on = "\n".join(steps), self.quote(table)
        return full, "trigger", fill(MAKE, name=full, event=event, table=on, when=when, body=body)

    def differ(self, columns: Iterable[str]) -> str:
        return " OR ".join(f"OLD.{self.quote(one)} IS NOT NEW.{self.quote(one)}" for one in columns)


def objects(watched: Watched, quote: Quote) -> Iterator[Object]:
    """Everything that is installed, in the order of making."""
    text = Text(watched, quote)
    yield f"{text.stem}_said", "table", fill(SAID, stem=text.stem)
    yield from watched.in_parts(text, _users, _groups, _permissions)


def start(watched: Watched, quote: Quote) -> Iterator[str]:
    """What is run once, after everything is there."""
    text, why = Text(watched, quote), "'the triggers on users were installed'"
    news = partial(text.told, "changed", "''", 0, why, scope="everything")
    yield from watched.at_start(text, sqlite_standing.start, news)


def _users(text: Text, users: UserTable, number: int) -> Iterator[Object]:
    key = text.quote(users.key)
    new, old = text.principal(f"NEW.{key}"), text.principal(f"OLD.{key}")
    if users.is_user:
        yield from _gone(text, users, old)
    if users.whole:
        yield from sqlite_standing.objects(text, users)
        return
    same = ""
    if users.active is not None:
        yield from _active(text, users, users.active, number)
        same = f" AND NOT ({text.differ(users.active.columns)})"
    if users.further:
        columns = ", ".join(map(text.quote, users.further))
        yield text.trigger(
            f"staff_{number}", users.table, of(columns),
            f"({text.differ(users.further)}){same} AND {text.standing(new)}",
            text.tell("changed", new, 0, "'what the user may do was changed in the database'",
                      scope="principal"),
        )  # fmt: skip
    if users.password is not None:
        password = text.quote(users.password)
        yield text.trigger(
            f"password_{number}", users.table, of(password),
            f"{text.differ([users.password])} AND {text.standing(new)}",
            text.tell("end", new, 1, "'the password was changed in the database'",
                      bound=f"substr(NEW.{password}, -20)", scope="principal"),
        )  # fmt: skip
    if not users.is_user:
        return
    # `INSERT OR REPLACE` too: no trigger hears of the row that it takes away.
    stands = "1" if users.active is None else _truth(users.active)
    yield text.trigger(
        "came", users.table, "INSERT", text.standing(new),
        text.tell("changed", new, 0, "'the user was made anew in the database'", scope="principal",
                  if_=text.standing(new, f"active <> {stands}")),
        text.change(f"active = {stands}", f"id = {new} AND active <> {stands}"),
        text.tell("end", new, 1, "'the user was made anew in the database'", scope="principal"),
    )  # fmt: skip


def _gone(text: Text, users: UserTable, old: str) -> Iterator[Object]:
    key = text.quote(users.key)
    gone = (
        text.change("active = 0, roles = '[]'", f"id = {old}"),
        text.tell("changed", old, 0, DELETED, scope="principal"),
        text.tell("end", old, 7, DELETED, scope="principal"),
    )
    yield text.trigger("gone", users.table, "DELETE", text.standing(old), *gone)
    moved = f"OLD.{key} IS NOT NEW.{key} AND {text.standing(old)}"
    yield text.trigger("moved", users.table, of(key), moved, *gone)


def _truth(fact: Fact) -> str:
    """Whether it is true of the new row, as 0 or 1."""
    return f"({fact.of('NEW')} <> 0)"


def _active(text: Text, users: UserTable, active: Fact, number: int) -> Iterator[Object]:
    new, event = (
        text.principal(f"NEW.{text.quote(users.key)}"),
        of(", ".join(map(text.quote, active.columns))),
    )
    differs, stands = f"({text.differ(active.columns)})", _truth(active)
    yield text.trigger(
        f"active_{number}", users.table, event,
        f"{differs} AND {text.standing(new, f'active <> {stands}')}",
        text.change(f"active = {stands}", f"id = {new}"),
        text.tell("changed", new, 0, f"CASE {stands} WHEN 0 THEN 'the user was made inactive in the "
                  "database' ELSE 'the user was made active in the database' END",
                  bound=f"CAST({stands} AS TEXT)", scope="principal"),
    )  # fmt: skip
    # Nobody remembers anything about somebody who never came, so there is nothing to append.
    yield text.trigger(
        f"inactive_{number}", users.table, event,
        f"{differs} AND NOT {stands} AND NOT {text.standing(new)}",
        fill(SUSPEND, realm=text.realm, principal=new, now=NOW),
    )  # fmt: skip


def _groups(text: Text, groups: Groups) -> Iterator[Object]:
    user = text.quote(groups.user)
    names = {"links": text.quote(groups.links), "group": text.quote(groups.group), "user": user}
    names |= {"table": text.quote(groups.table), "key": text.quote(groups.key)}
    names |= {"name": text.quote(groups.name)}

    def roles(principal: str) -> str:
        return fill(ROLES, of=text.key(principal), **names)

    for event, row, suffix in (
        ("INSERT", "NEW", "added"), ("DELETE", "OLD", "removed"),
        ("UPDATE", "OLD", "moved_from"), ("UPDATE", "NEW", "moved_to"),
    ):  # fmt: skip
        principal = text.principal(f"{row}.{user}")
        yield text.trigger(
            f"groups_{suffix}", groups.links, event,
            text.standing(principal, f"{sqlite_standing.THERE} IS NOT {roles(principal)}"),
            text.change(f"roles = {roles(principal)}", f"id = {principal}"),
            text.tell("changed", principal, 0, "'groups of the user were changed in the database'",
                      scope="principal"),
        )  # fmt: skip
    all_roles = roles("rescind_principal.id")
    members = fill(
        MEMBERS, principal=text.principal(f"l.{user}"), there=sqlite_standing.THERE, roles=all_roles, **names
    )
    for event, suffix in ((of(names["name"]), "renamed"), ("DELETE", "deleted")):
        yield text.trigger(
            f"group_{suffix}", groups.table, event,
            fill(STANDS, realm=text.realm, where=members),
            text.change(f"roles = {all_roles}", members),
            text.tell("changed", "''", 0, "'a group was changed in the database'", scope="everything"),
        )  # fmt: skip
    if groups.permissions:
        for event in ("INSERT", "UPDATE", "DELETE"):
            yield text.trigger(
                f"granted_{event.lower()}", groups.permissions, event, "1",
                text.tell("changed", "''", 0, "'permissions of a group were changed in the database'",
                          scope="everything"),
            )  # fmt: skip


def _permissions(text: Text, table: str, user: str) -> Iterator[Object]:
    column = text.quote(user)
    for event, row, suffix in (
        ("INSERT", "NEW", "added"), ("DELETE", "OLD", "removed"),
        ("UPDATE", "OLD", "moved_from"), ("UPDATE", "NEW", "moved_to"),
    ):  # fmt: skip
        principal = text.principal(f"{row}.{column}")
        yield text.trigger(
            f"permission_{suffix}", table, event, text.standing(principal),
            text.tell("changed", principal, 0, "'permissions of the user were changed in the database'",
                      scope="principal"),
        )  # fmt: skip
