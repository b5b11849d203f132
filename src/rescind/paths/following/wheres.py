"""What a query asks of the rows that it finds: ``.where(Key.key == key, Key.revoked == False)``.

A row whose flag has been turned is not found any more, so it is as if the flag were looked at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from rescind.paths.following.known import COLUMNS
from rescind.reading import Named, Project, Variable, last_name

CONDITIONS = {"filter", "filter_by", "where", "get", "get_or_none", "get_or_404", "afirst", "aget", "exclude"}
JOINS = {"join", "outerjoin", "select_from"}
FLAG = re.compile(
    r"(?P<not>NOT\s+)?(?:\w+\.)?(?P<name>\w+)(?:\s*(?:=|==|\bIS\b)\s*(?P<value>0|1|TRUE|FALSE|NULL|NOT\s+NULL))?$",
    re.IGNORECASE,
)
WHERE = re.compile(r"\bWHERE\b(.*?)(?:\b(?:ORDER|GROUP|LIMIT|FOR)\b|$)", re.IGNORECASE | re.DOTALL)
EITHER = re.compile(r"\b(?:OR|JOIN|UNION|SELECT)\b", re.IGNORECASE)


class Where(NamedTuple):
    """A flag, and its truth in the rows that are found; None: it is held against a value."""

    name: str
    truth: bool | None
    node: ast.AST | None = None


def chain(node: ast.AST, parent: Callable[[ast.AST], ast.AST | None]) -> Iterator[ast.Call]:
    """The calls of ``db.query(Key).filter(a).filter(b).first()``, from the last to the first."""
    above = parent(node)
    while isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is node):
        node, above = above, parent(above)
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Call):
            yield node
            node = node.func
        else:
            node = node.value


def of_query(calls: Iterable[ast.Call], is_row: Callable[[ast.expr], bool]) -> Iterator[Where]:
    """What the calls of a query ask.

    Args:
        is_row: whether an expression is the class that rows are found of.
    """
    some = [each for each in calls if last_name(each.func) in CONDITIONS | JOINS]
    joins = any(last_name(each.func) in JOINS for each in some)
    for each in some:
        if not (joins and last_name(each.func) == "filter_by"):  # there it is about the other class
            yield from of_call(each, is_row)


def of_call(call: ast.Call, is_row: Callable[[ast.expr], bool]) -> Iterator[Where]:
    away = last_name(call.func) == "exclude"
    if away and len(call.args) + len(call.keywords) > 1:
        return  # only rows with all of them are left out
    for each in [part for argument in call.args for part in parts(argument)]:
        found = of_expression(each, is_row)
        if found is not None:
            yield turned(found, away)
    for keyword in call.keywords:
        found = of_keyword(keyword)
        if found is not None:
            yield turned(found, away)


def parts(node: ast.expr) -> Iterator[ast.expr]:
    """What must hold together: ``and_(a, b)``, ``a & b``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        yield from (*parts(node.left), *parts(node.right))
    elif isinstance(node, ast.Call) and last_name(node.func) == "and_":
        yield from (part for each in node.args for part in parts(each))
    else:
        yield node


def turned(found: Where, away: bool) -> Where:
    return found if found.truth is None else found._replace(truth=found.truth != away)


def of_keyword(keyword: ast.keyword) -> Where | None:
    """``revoked=False``, ``revoked_at=None``, ``revoked_at__isnull=True``"""
    value = keyword.value
    if keyword.arg is None or not isinstance(value, ast.Constant) or isinstance(value.value, str | bytes):
        return None
    name, _, how = keyword.arg.partition("__")
    if how not in {"", "isnull", "exact"}:
        return None
    return Where(name, bool(value.value) != (how == "isnull"))


def of_expression(node: ast.expr, is_row: Callable[[ast.expr], bool]) -> Where | None:
    """``Key.active``, ``~Key.revoked``, ``Key.revoked == False``, ``Key.revoked_at.is_(None)``"""
    if isinstance(node, ast.Attribute):
        return Where(node.attr, True) if is_row(node.value) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
        return negated(of_expression(node.operand, is_row))
    if isinstance(node, ast.Call):
        return of_method(node, is_row)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        found, other, op = of_expression(node.left, is_row), node.comparators[0], node.ops[0]
        if found is None or found.truth is not True or not isinstance(other, ast.Constant):
            return None
        if isinstance(other.value, str):
            return Where(found.name, None, node) if isinstance(op, ast.Eq) else None
        if isinstance(op, ast.Eq | ast.Is):
            return Where(found.name, bool(other.value))
        if isinstance(op, ast.NotEq | ast.IsNot):
            return Where(found.name, not other.value)
    return None


def of_method(node: ast.Call, is_row: Callable[[ast.expr], bool]) -> Where | None:
    name = last_name(node.func)
    if name == "not_" and node.args:
        return negated(of_expression(node.args[0], is_row))
    if name not in {"is_", "is_not", "isnot"} or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    found, given = of_expression(node.func.value, is_row), node.args[0]
    truth = given.value if isinstance(given, ast.Constant) else getattr(given, "func", given)
    if isinstance(truth, ast.expr):  # true(), null()
        word = last_name(truth)
        truth = {"true": True, "false": False, "null": None}.get(word, "?")
    if found is None or found.truth is not True or isinstance(truth, str):
        return None
    return Where(found.name, bool(truth) == (name == "is_"))


def negated(found: Where | None) -> Where | None:
    return None if found is None or found.truth is None else found._replace(truth=not found.truth)


def of_statement(text: str) -> Iterator[Where]:
    """``WHERE key = ? AND revoked_at IS NULL``; nothing of statements about several tables."""
    where = WHERE.search(text)
    if where is None or EITHER.search(text.partition(where[0])[0][6:] + where[1]):
        return
    for part in re.split(r"\bAND\b", where[1], flags=re.IGNORECASE):
        found = FLAG.match(part.strip().rstrip("; \n"))
        if found is None:
            continue
        value = " ".join((found["value"] or "TRUE").upper().split())
        yield Where(found["name"], (value in {"1", "TRUE", "NOT NULL"}) != bool(found["not"]))


def is_column(named: Named, project: Project) -> bool:
    """Whether it is a column as classes of tables declare them: nothing is kept in it by itself."""
    if not isinstance(named.definition, Variable):
        return False
    return all(
        isinstance(each.value, ast.Call) and COLUMNS.search(project.name_of(each.value.func, each.scope))
        for each in named.definition.bindings
        if each.value is not None
    )
