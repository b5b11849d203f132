"""Tests that ask for a right, and whether what stands below them is for those who have it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import unparsed
from rescind.review.access.asked_rights import is_list
from rescind.review.access.who import REFUSALS, TURNED_AWAY, USERS
from rescind.review.flow.conditions import ends
from rescind.review.naming.called import called_function


def asked(test: ast.expr, *, holds: bool, of_rights: bool = False) -> Iterator[tuple[ast.expr, bool]]:
    """What a test asks about, and whether the right is there where it is true.

    Args:
        of_rights: whether it is known that it asks for a right, whatever texts it is held against.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from asked(test.operand, holds=not holds, of_rights=of_rights)
    elif isinstance(test, ast.BoolOp):
        for each in test.values:
            yield from asked(each, holds=holds, of_rights=of_rights)
    elif isinstance(test, ast.Compare):
        among = isinstance(test.ops[0], ast.In | ast.NotIn)
        rights = among and (
            (of_rights and is_list(test.comparators[0], frozenset())) or names_rulers(test.comparators[0])
        )
        if isinstance(test.ops[0], ast.Eq | ast.NotEq) or rights:
            yield test.left, holds is isinstance(test.ops[0], ast.Eq | ast.In)
    else:
        yield test, holds


DOES = frozenset(["copy", "show", "include", "with", "update", "set", "edit", "recursive"])  # with rights
READ = (ast.Call, ast.Subscript, ast.Name, ast.Attribute)
RULERS = re.compile(r"admin|staff|super|root|moder|owner|manag", re.IGNORECASE)


def turns_people_away(node: ast.If | ast.IfExp) -> bool:
    """Whether a branch says 401 or 403: what its test asks is a right."""
    return isinstance(node, ast.If) and any(TURNED_AWAY.search(unparsed(each)) for each in node.body)


def names_rulers(node: ast.expr) -> bool:
    """``("admin", "owner")``: rights; ``("buyer", "seller")`` are kinds that anybody may choose."""
    return RULERS.search(unparsed(node)) is not None


def grants(node: ast.If, *, holds: bool) -> bool:
    """Whether a branch lets somebody do something: it does not only refuse, or narrow a query."""
    if not holds:  # ``if role != "admin": abort(403)``
        return ends(node.body) and refuses(node.body)
    narrows = all(isinstance(each, ast.Assign) and narrowed(each) for each in node.body)
    return not narrows and not (ends(node.body) and refuses(node.body))


def narrowed(node: ast.Assign) -> bool:
    """``query = query.filter(...)``, ``found = request.user.groups_with(right)``"""
    value = node.value
    if not isinstance(value, ast.Call):
        return False
    of_person = isinstance(value.func, ast.Attribute) and unparsed(value.func.value) in USERS
    return of_person or called_function(value) in {
        "filter",
        "filter_by",
        "where",
        "exclude",
    }


def refuses(body: list[ast.stmt]) -> bool:
    """Whether a block ends with an error."""
    if any(TURNED_AWAY.search(unparsed(each)) for each in body):
        return True  # ``start_response("403 Forbidden", ...)``, before what it ends with
    text = unparsed(body[-1])
    if isinstance(body[-1], ast.Raise) or "abort" in text or REFUSALS.search(text) is not None:
        return True
    return re.search(r"\b4\d\d\b", text) is not None
