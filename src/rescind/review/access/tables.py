"""Tables without a model: which of them have an owner, and which are part of another, by the statements that
name them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed
from rescind.review.access.columns import columns_of
from rescind.review.access.persons import is_owner
from rescind.review.access.rows import collection_of, statements
from rescind.review.look import Look
from rescind.review.naming.words import words_of
from rescind.review.once import once

TABLE = re.compile(r"(?is)create\s+table\s+(?:if\s+not\s+exists\s+)?[\"`]?(\w+)[\"`]?\s*\(([^;]*)")
COLUMN = re.compile(
    r"(?m)(?:^|,|\()\s*[\"`]?(\w+)[\"`]?\s+(?:integer|bigint|int|uuid|text|varchar|char)",
    re.IGNORECASE,
)
REFERS = re.compile(r"(?i)references\s+[\"`]?(\w+)")
ASKED = re.compile(r"(?is)\b(?:from|update|into)\s+[\"`]?(\w+)[\"`]?(?:\s+set\b.*?)?\s+where\b(.*)")
BY_ID = re.compile(r"(?i)\b(\w+?)(?:_id)?\s*(?:=|\bin\b)")


def tables(look: Look, shown: frozenset[str]) -> Iterator[str]:
    """Those that statements of a module make with a column for an owner.

    Args:
        shown: the words of columns whose rows are for others to read.
    """
    for name, columns in made(look):
        owners = [each[1] for each in COLUMN.finditer(columns) if is_owner(each[1])]
        if any(not set(words_of(each)) & shown for each in owners):
            yield name


def made(look: Look) -> Iterator[tuple[str, str]]:
    """The tables that statements of a module make, with what stands in the brackets."""
    if "create table" not in look.module.text.lower():
        return
    for node in look.module.nodes_of(ast.Constant):
        if isinstance(node.value, str):
            for found in TABLE.finditer(node.value):
                yield found[1].lower(), found[2]


@once
def parts(look: Look) -> dict[str, set[str]]:
    """Of each table and collection: those that it may be part of, in the singular; ``trip`` of ``FROM points
    WHERE trip_id = $1`` and of ``points.find({"trip_id": trip_id})``."""
    found: dict[str, set[str]] = {}
    for inner in look.everywhere("where", "find", "create table"):
        for name, columns in made(inner):
            for one in REFERS.findall(columns):
                found.setdefault(name, set()).add(singular(one))
        for node in inner.module.nodes_of(ast.Constant):
            at = ASKED.search(node.value) if isinstance(node.value, str) else None
            for one in BY_ID.findall(at[2]) if at is not None else ():
                found.setdefault(str(at and at[1]).lower(), set()).add(singular(one))
        for function in inner.module.functions if inner.speaks_of(("where",)) else ():
            for name, above in by_same_value(inner, function):
                found.setdefault(name, set()).add(singular(above))
        for call in inner.calls:
            documents = collection_of(call.node)
            for one in keys(call.node) if documents else ():
                if one.endswith("_id") and one != "_id":
                    found.setdefault(documents, set()).add(singular(one.removesuffix("_id")))
    return found


def by_same_value(look: Look, function: Function) -> Iterator[tuple[str, str]]:
    """``points`` and ``trips`` of ``FROM trips WHERE id = :i`` and ``FROM points WHERE tour = :t``, that are
    given the same: in whatever language, one holds the ids of the other."""
    asked = [
        (kind, column, unparsed(value))
        for each in function.calls
        for kind in (table_of(look, each.node),)
        for column, value in (columns_of(look, each.node) if kind else ())
        if not isinstance(value, ast.Constant)
    ]
    for above, column, text in asked:
        if column == "id":
            yield from (
                (kind, above) for kind, one, other in asked if other == text and one != "id" and kind != above
            )


def table_of(look: Look, node: ast.Call) -> str:
    """Of ``fetch_one("SELECT ... FROM trips WHERE ...")``"""
    found = next((each for text in statements(look, node) for each in FROM.findall(text)), "")
    return str(found).lower()


FROM = re.compile(r"(?i)\b(?:from|update|into)\s+[\"`]?(\w+)")


def keys(call: ast.Call) -> Iterator[str]:
    """Of ``find({"trip_id": trip_id})`` the names."""
    first = call.args[0] if call.args else None
    for each in first.keys if isinstance(first, ast.Dict) else ():
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def singular(name: str) -> str:
    """``entry`` of ``entries``, ``trip`` of ``trips``"""
    small = name.lower()
    if small.endswith("ies"):
        return f"{small[:-3]}y"
    return small.removesuffix("s")
