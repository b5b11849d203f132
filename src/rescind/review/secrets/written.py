"""The source of an expression together with that of the names in it: for what only words can tell."""

from __future__ import annotations

import ast

from rescind.reading import walk
from rescind.review.look import Look

KINDS = {"assign", "unpacked", "augmented"}


def written(look: Look, node: ast.expr, depth: int = 3) -> str:
    """The source of an expression, and of what the names in it were assigned in this module."""
    found = look.module.source_of(node)
    for each in walk(node):
        if isinstance(each, ast.Name) and depth and not is_owner(look, each):
            for one in look.scope(each).lookup(each.id):
                value = one.value if one.scope.module is look.module else None
                if one.kind in KINDS and value is not None and value is not node:
                    name = each.id if one.kind == "unpacked" else ""
                    found += f"\n{name} {written(look, value, depth - 1)}"
    return found


def is_owner(look: Look, node: ast.expr) -> bool:
    """Whether it is there for something that it has: ``user`` of ``user.id``."""
    above = look.module.parent_of(node)
    return isinstance(above, ast.Attribute) and not isinstance(look.module.parent_of(above), ast.Call)
