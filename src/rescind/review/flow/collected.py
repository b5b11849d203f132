"""What is put into a container after it was made: ``parts.append(x)``, ``values["a"] = x``."""

from __future__ import annotations

import ast

from rescind.reading import Function, Scope
from rescind.review.naming.called import arguments

ADDS = {"append", "add", "extend", "insert", "update", "appendleft", "setdefault", "put", "write"}


class Collected:
    """By scope and name; each scope is gone through once."""

    def __init__(self) -> None:
        self._known: dict[Scope, dict[str, list[ast.expr]]] = {}

    def of(self, name: str, scope: Scope) -> list[ast.expr]:
        """What was put into what a name stands for, by the function that binds it."""
        at: Scope | None = scope
        while at is not None and name not in at.bindings:
            at = at.parent
        if at is None or not isinstance(at.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return []
        known = self._known.get(at)
        if known is None:
            known = self._known[at] = collect(at.module.project.function(at.module, at.node))
        return known.get(name, [])


def collect(function: Function) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for each in function.nodes_of(ast.Call, ast.Assign):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in ADDS:
            owner = each.func.value
            values = arguments(each)
        elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Subscript):
            owner, values = each.targets[0].value, [each.value]
        else:
            continue
        if isinstance(owner, ast.Name):
            found.setdefault(owner.id, []).extend(values)
    return found
