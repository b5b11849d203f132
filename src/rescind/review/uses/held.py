"""Columns by what is done with them: what somebody sends is held against them, and refused, or looked up in
them by who is let in."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.secrets.comparing import unwrapped
from rescind.review.secrets.refusing import PUBLIC, turns_away

# Besides these nobody has to send something to be let in by it; of a digest what it is of is sent.
NO_SECRETS = PUBLIC | frozenset(
    ["booking", "checksum", "color", "colour", "digest", "etag", "fingerprint", "hash", "id", "invoice",
     "key", "kind", "mac", "name", "order", "ref", "reference", "signature", "slug", "status", "type",
     "uid", "uuid", "version"]
)  # fmt: skip
IN_EQUAL_TIME = frozenset(["compare_digest", "constant_time_compare", "safe_compare", "safe_str_cmp"])


@once
def is_held_against(look: Look, name: str) -> bool:
    """Whether a column of that name opens something to whoever sends what is in it: ``row.badge``."""
    if len(name) < 3 or not name.isidentifier() or not NO_SECRETS.isdisjoint(words_of(name)):
        return False
    return any(
        compares(home, node, name) or (isinstance(node, ast.Call) and looks_up(home, node, name))
        for home in look.everywhere(name.lower())
        for node in home.module.nodes_of(ast.Compare, ast.Call)
    )


def looks_up(look: Look, node: ast.Call, name: str) -> bool:
    """``Link.objects.filter(key=key)`` of what was sent, where somebody is let in by it or refused."""
    if called_function(node) not in LOOK_UPS:
        return False
    function = look.function(node)
    given = next((each.value for each in node.keywords if each.arg == name), None)
    if given is None or function is None or not lets_in(look, function):
        return False
    return any(each.kind == "request" for each in look.origins(given))


LOOK_UPS = frozenset(
    ["aget", "filter", "filter_by", "find_one", "get", "get_object_or_404", "get_or_404", "get_or_none"]
)
ENTERS = re.compile(
    r"\bsession\[[^\]]+\]\s*=|\blogin(?:_user)?\(|\bforce_login\(|AuthenticationFailed|\b401\b|Unauthori[sz]ed"
)


def lets_in(look: Look, function: Function) -> bool:
    return ENTERS.search(look.module.source_of(function.node)) is not None


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
