"""How long something lasts, where the request says it and nothing bounds it."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function, unparsed, walk
from rescind.review.flow import Policy
from rescind.review.flow.names import bindings_at
from rescind.review.lifetimes.ageless import is_nothing
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function

NUMBER = Policy("lifetime", frozenset(), (), frozenset(), numbers=False)
BOUND = re.compile(r"\b(?:le|lt|max_value|Literal|Enum|conint)\b")


def values_of(look: Look, node: ast.expr) -> list[ast.expr]:
    """What a variable of the function holds: ``exp`` of ``exp = now + timedelta(...)``."""
    if not isinstance(node, ast.Name):
        return []
    return [one.value for one in bindings_at(node, look.scope(node)) if one.kind == "assign" and one.value]


def chosen(look: Look, node: ast.expr) -> bool:
    """Whether a request says when something ends, and nothing bounds it."""
    function = look.function(node)
    for value in (node, *values_of(look, node)):
        for each in walk(value):
            added: list[ast.expr] = []
            if isinstance(each, ast.Call) and called_function(each) == "timedelta":
                added = arguments(each)
            elif isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add):
                added = [each.right, each.left]
            for part in added:
                if function is not None and asked_for(look, part) and not bounded(look, function, part):
                    return True
    return False


def asked_for(look: Look, node: ast.expr) -> bool:
    return any(
        each.kind == "request" and each.part in {"body", "form", "query"}
        for each in look.origins(node, NUMBER)
    )


def bounded(look: Look, function: Function, node: ast.expr) -> bool:
    """``min(days, 30)``, ``CHOICES[days]``, ``if days > 30``, ``days: int = Field(le=30)``"""
    held = (one for each in walk(node) if isinstance(each, ast.Name) for one in values_of(look, each))
    parts = [each for part in (node, *held) for each in walk(part) if isinstance(each, ast.expr)]
    if any(is_limit(look, each) for each in parts):
        return True
    texts = {unparsed(each) for each in parts if isinstance(each, NAMED)}
    compared = (
        one
        for each in function.walk()
        if isinstance(each, ast.Compare) and not is_nothing(each.comparators[0])
        for one in walk(each)
    )
    if any(isinstance(one, NAMED) and unparsed(one) in texts for one in compared):
        return True
    return bounded_where_declared(look, function, {called(each) for each in parts} - {""})


NAMED = (ast.Name, ast.Attribute, ast.Subscript)


def is_limit(look: Look, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return called_function(node) in {"min", "clamp", "clip"}
    plain = isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant)
    return plain and not look.shared.flow.web.part(node, look.scope(node))


def bounded_where_declared(look: Look, function: Function, names: set[str]) -> bool:
    """A field or a parameter by one of these names has a bound."""
    args = function.node.args
    declared: list[ast.AST] = [each for each in (*args.args, *args.kwonlyargs) if each.arg in names]
    declared += args.defaults
    for module in look.project.modules:
        for node in (one for cls in module.classes for one in cls.node.body):
            if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in names:
                declared.append(node)
    return any(BOUND.search(unparsed(each)) for each in declared)
