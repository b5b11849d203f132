"""What the application writes when something ends: which route is for what, and what it really changes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rescind.paths.following import Encode, Facts, Write
from rescind.paths.following.facts import At
from rescind.paths.following.known import DISABLE, LIVE, PASSWORD, SIGN_IN, SIGN_OUT
from rescind.paths.guards import Guards
from rescind.paths.reaching import imported
from rescind.reading import Class, Variable

TRANSACTIONS = ("sqlalchemy", "sqlmodel", "sqlite3", "aiosqlite", "psycopg", "pymysql", "MySQLdb")
AT_ONCE = ("isolation_level=None", "AUTOCOMMIT", "autocommit=True", "autocommit = True")


@dataclass
class SignOut:
    """A route at which the owner of a credential signs out.

    Attributes:
        reads: the credentials that it reads, or whose cookie it deletes.
    """

    path: str
    reads: set[str]
    writes: list[Write]


@dataclass
class Ends:
    """What is written when something ends, by kind of end."""

    sign_out: list[Write] = field(default_factory=list)
    disable: list[Write] = field(default_factory=list)
    password: list[Write] = field(default_factory=list)
    other: list[Write] = field(default_factory=list)
    encodes: list[Encode] = field(default_factory=list)
    offers: set[str] = field(default_factory=set)
    sign_outs: list[SignOut] = field(default_factory=list)


def ends_of(guards: Guards, routes: Iterable[dict[str, Any]]) -> Ends:
    """What each route writes, by what its name says it is for; of two with one path the first is asked."""
    ends = Ends()
    seen: set[tuple[str, str]] = set()
    for row in routes:
        if row["endpoint"] is None or row["kind"] != "route" or (row["method"], row["path"]) in seen:
            continue
        seen.add((row["method"], row["path"]))
        facts = guards.facts(row["endpoint"])
        ends.encodes += [each for each in facts.encodes if each not in ends.encodes]
        name = f"{row['path']} {guards.rows[row['endpoint']]['name'].rpartition('.')[2]}"
        kinds = kinds_of(name, row["method"])
        ends.offers |= kinds
        if any(w.op == "set" and w.name.rpartition(".")[2] in LIVE for w in facts.writes):
            kinds = kinds | {"disable"}
        writes = certain(guards, row, facts) if kinds else facts.writes
        for kind in kinds or {"other"}:
            getattr(ends, kind).extend(writes)
        if SIGN_OUT.search(name) and "revoke" not in name.lower() and row["method"] != "GET":
            reads = set(facts.sources) | set(deleted(guards, row["endpoint"]))
            ends.sign_outs.append(SignOut(row["path"], reads, writes))
    return ends


def certain(guards: Guards, row: dict[str, Any], facts: Facts) -> list[Write]:
    """The writes of an endpoint; those that it does not make each time, or that are undone behind it, are
    marked so."""
    always = {
        (each.store, each.op): guards.always(
            row["endpoint"], each.store, each.op, facts, commits=needs_commit(guards, each, facts)
        )
        for each in facts.writes
    }
    around = [
        each
        for each in row["guards"]
        if {"middleware", "around"} & {k for k, v in guards.rows[each].items() if v}
    ]
    behind = [*around, *row.get("after", [])]
    kept = {each.store for number in behind for each in guards.facts(number).writes if each.op == "add"}
    return [
        each
        if each.at.node in always[each.store, each.op] and not (each.op == "remove" and each.store in kept)
        else replace(each, certain=False)
        for each in facts.writes
    ]


def needs_commit(guards: Guards, write: Write, facts: Facts) -> bool:
    """Whether others see what is written only when a transaction is over."""
    project = guards.project
    rows = [each for each in guards.lookups() if each.store == write.store]
    known = [each.definition for each in project.find(write.store)]
    if not (
        write.store.startswith("table ")
        or any(each.kind == "database" for each in rows)
        or any(isinstance(each, Class) for each in known)
    ):
        return False
    texts = [each.text for each in imported(project, {write.at.module})]
    if not any(word in text for text in texts for word in TRANSACTIONS):
        return False
    if any(word in text for text in texts for word in AT_ONCE):
        return False
    mine = root(write.at)
    return not (is_shared(guards, write) and all(root(each.at) == mine for each in rows))


def is_shared(guards: Guards, write: Write) -> bool:
    """Whether it is written through the one connection of the whole process."""
    scope = write.at.module.scope_of(write.at.node)
    name = ast.Name(root(write.at), ast.Load())
    return any(
        isinstance(each.definition, Variable)
        and any(
            binding.scope.parent is None and isinstance(binding.value, ast.Call)
            and guards.project.name_of(binding.value.func, binding.scope).endswith((".connect", ".Session"))
            for binding in each.definition.bindings
        )
        for each in guards.project.resolve(name, scope)
    )  # fmt: skip


def root(at: At) -> str:
    """The name at the left end of a statement: ``db`` of ``db.scalars(select(User)).first()``"""
    node = at.node
    for above in at.module.above(node):
        if not isinstance(above, ast.Attribute | ast.Call | ast.Await):
            break
        node = above
    while not isinstance(node, ast.Name):
        below = getattr(node, "func", getattr(node, "value", None))
        if not isinstance(below, ast.AST):
            return ""
        node = below
    return node.id


def deleted(guards: Guards, number: int) -> Iterator[str]:
    """The cookies that an endpoint deletes."""
    function = guards.function(number)
    for call in function.calls if function is not None else ():
        given = call.argument("key", 0)
        if call.name.endswith(".delete_cookie") and given is not None and function is not None:
            yield from (f"cookie:{text}" for text in guards.project.values_of(given, function.scope).texts)


def kinds_of(name: str, method: str) -> set[str]:
    """What a route is for: ``sign_out``, ``password``, ``disable``; nothing: something else."""
    kinds = set()
    if SIGN_OUT.search(name) or (method == "DELETE" and "session" in name):
        kinds.add("sign_out")
    if PASSWORD.search(name) and not SIGN_IN.search(name):
        kinds.add("password")
    if DISABLE.search(name) or (method == "DELETE" and ("user" in name or "account" in name)):
        kinds.add("disable")
    return kinds
