"""What becomes of an exception: which handler takes it, and what a `with` does when it is left."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from rescind.paths.following.refusing import Inside
from rescind.reading import Function, Project, walk, walk_inside
from rescind.reading.scopes import Scope

CONNECTIONS = ("sqlite3.connect", "psycopg.connect", "psycopg2.connect")
ALL = {"Exception", "BaseException", ""}
LOOKUPS = {"KeyError", "IndexError", "LookupError"}
HTTP = {"HTTPException", "Unauthorized", "Forbidden", "NotFound", "BadRequest"}
PLAIN = HTTP | LOOKUPS | {"TypeError", "AttributeError"}  # nothing but Exception is above them


def caught(name: str, handler: ast.ExceptHandler, inside: Inside, project: Project) -> bool | None:
    """Whether a handler takes an exception of that name; None: it may."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = ["" if kind is None else inside.name_of(kind) for kind in kinds]
    some = [taken(name, each, project) for each in names]
    return True if True in some else None if None in some else False


def taken(name: str, by: str, project: Project) -> bool | None:
    mine, its = name.rpartition(".")[2], by.rpartition(".")[2]
    if its in ALL or (mine and mine == its):
        return True
    if not mine:
        return None
    if mine in LOOKUPS and its in LOOKUPS:
        return True if its == "LookupError" else None if mine == "LookupError" else False
    if mine in HTTP and its in HTTP:
        return None
    for named in project.find(name):
        cls = named.definition
        if getattr(cls, "is_a", None) is not None and cls.is_a(by):  # type: ignore[union-attr]
            return True
    return False if mine in PLAIN else None


def may_raise(body: Sequence[ast.stmt]) -> bool:
    """Whether anything in it calls or looks up: that may fail for reasons that are not in the source."""
    return any(
        isinstance(each, ast.Call | ast.Subscript | ast.Await | ast.Attribute)
        for node in body
        for each in walk(node)
    )


def names_bound(body: Iterable[ast.stmt]) -> set[str]:
    return {
        each.id
        for node in body
        for each in walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def suppresses(call: ast.expr, inside: Inside, function: Function | None) -> bool:
    """Whether a `with` may take an exception and go on: ``suppress(...)``, or a function with a `yield` in a
    `try` whose handler does not raise."""
    if inside.name_of(call).rpartition(".")[2] == "suppress":
        return True
    return any(
        isinstance(node, ast.Try)
        and any(isinstance(each, ast.Yield) for part in node.body for each in walk(part))
        and any(not isinstance(handler.body[-1], ast.Raise) for handler in node.handlers)
        for node in (walk_inside(function.node) if function is not None else ())
    )


def commits_when_left(
    call: ast.expr, inside: Inside, function: Function | None, project: Project, scope: Scope
) -> bool:
    """Whether leaving a `with` without an exception commits: ``engine.begin()``, a connection of sqlite3, or
    a function that makes one or commits behind its `yield`."""
    node = call.value if isinstance(call, ast.Await) else call
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"begin", "transaction", "atomic"}
    ):
        return True
    types = [each.name for each in project.types_of(node, scope)]
    if any(name.startswith(CONNECTIONS) for name in (inside.name_of(node), *types)):
        return True
    if function is None:
        return False
    if not any(isinstance(each, ast.Yield) for each in walk_inside(function.node)):
        made = [inside.name_of(each) for each in walk(function.node) if isinstance(each, ast.Call)]
        return any(name.startswith(CONNECTIONS) for name in made)
    lines = [each.lineno for each in walk_inside(function.node) if isinstance(each, ast.Yield)]
    return any(
        isinstance(each, ast.Attribute) and each.attr == "commit" and lines and each.lineno > lines[0]
        for each in walk_inside(function.node)
    )
