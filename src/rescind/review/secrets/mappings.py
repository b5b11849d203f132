"""Mappings that hold a secret, by what the function beside takes out of them or puts into them."""

from __future__ import annotations

import ast
from typing import NamedTuple

from rescind.reading import Function, unparsed
from rescind.review.flow import HARMLESS
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.secrets.objects import is_secret

TAKES = frozenset(["get", "getlist", "setdefault", "get_all", "getfirst"])
REMOVES = frozenset(["pop", "__delitem__"])


class Use(NamedTuple):
    """One key of a mapping. ``how``: taken, put, or removed."""

    key: str
    line: int
    how: str


def held_by(look: Look, node: ast.expr) -> str:
    """The key of a secret in the mapping that an expression is; `HARMLESS`: it was taken out before."""
    function = look.function(node)
    if function is None:
        return ""
    line = getattr(node, "lineno", 0)
    uses = uses_of(look, function).get(unparsed(node), [])
    gone = {each.key for each in uses if each.how == "removed" and each.line < line}
    there = [each for each in uses if each.key not in gone and (each.how != "removed" or each.line > line)]
    return there[0].key if there else HARMLESS if gone else ""


def is_masked(look: Look, node: ast.Name) -> bool:
    """``copy[key] = "***"`` in a loop over keys, before."""
    function = look.function(node)
    return function is not None and any(
        isinstance(each.value, ast.Constant)
        and isinstance(each.targets[0], ast.Subscript)
        and getattr(each.targets[0].value, "id", "") == node.id
        and not isinstance(each.targets[0].slice, ast.Constant)
        for each in function.nodes_of(ast.Assign)
    )


@once
def uses_of(_look: Look, function: Function) -> dict[str, list[Use]]:
    """The secret keys of each mapping in a function."""
    found: dict[str, list[Use]] = {}
    for node in function.nodes_of(ast.Subscript, ast.Call, ast.Assign):
        base, use = use_of(node)
        if base is not None and use is not None and speaks(use.key):
            found.setdefault(unparsed(base), []).append(use)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            masked(node, node.targets[0], found)
    return found


def speaks(key: str) -> bool:
    return is_secret(key) or words_of(key)[-1:] in {("authorization",), ("cookie",)}


def masked(node: ast.Assign, target: ast.Subscript, found: dict[str, list[Use]]) -> None:
    """``data["password"] = "***"``"""
    key = target.slice.value if isinstance(target.slice, ast.Constant) else None
    if isinstance(key, str) and speaks(key):
        how = "removed" if isinstance(node.value, ast.Constant) else "put"
        found.setdefault(unparsed(target.value), []).append(Use(key, node.lineno, how))


def use_of(node: ast.AST) -> tuple[ast.expr | None, Use | None]:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        how = {ast.Load: "taken", ast.Del: "removed"}.get(type(node.ctx), "")
        return (node.value, Use(str(node.slice.value), node.lineno, how)) if how else (None, None)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        name, first = called_function(node), node.args[0]
        if name in TAKES | REMOVES and isinstance(first, ast.Constant) and isinstance(first.value, str):
            return node.func.value, Use(first.value, node.lineno, "removed" if name in REMOVES else "taken")
    return None, None
