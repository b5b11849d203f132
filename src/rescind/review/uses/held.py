"""Columns by what is done with them: what somebody sends is held against them, and refused."""

from __future__ import annotations

import ast

from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.secrets.comparing import unwrapped
from rescind.review.secrets.refusing import PUBLIC, turns_away

# Besides these nobody has to send something to be let in by it.
NO_SECRETS = PUBLIC | frozenset(
    ["booking", "color", "colour", "etag", "id", "invoice", "key", "kind", "name", "order", "ref",
     "reference", "slug", "status", "type", "uid", "uuid", "version"]
)  # fmt: skip
IN_EQUAL_TIME = frozenset(["compare_digest", "constant_time_compare", "safe_compare", "safe_str_cmp"])


@once
def is_held_against(look: Look, name: str) -> bool:
    """Whether a column of that name opens something to whoever sends what is in it: ``row.badge``."""
    if len(name) < 3 or not name.isidentifier() or not NO_SECRETS.isdisjoint(words_of(name)):
        return False
    return any(
        compares(home, node, name)
        for home in look.everywhere(name.lower())
        for node in home.module.nodes_of(ast.Compare, ast.Call)
    )


def compares(look: Look, node: ast.Compare | ast.Call, name: str) -> bool:
    if isinstance(node, ast.Call):
        sides = node.args[:2] if called_function(node) in IN_EQUAL_TIME else []
        return any(is_column(each, name) for each in sides)
    if not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    for held, sent in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
        if is_column(held, name) and turns_away(look, node):
            return any(each.kind == "request" for each in look.origins(sent))
    return False


def is_column(node: ast.expr, name: str) -> bool:
    """``row.badge``, ``row["badge"]``"""
    inner = unwrapped(node)
    return isinstance(inner, ast.Attribute | ast.Subscript) and called(inner) == name
