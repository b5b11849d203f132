"""Where the keys of a mapping come from, for loops that take them: ``for name in given``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from rescind.reading import Binding, Scope
from rescind.review.flow.calls import Frame, bind
from rescind.review.flow.names import bindings_at
from rescind.review.flow.origin import Origin

if TYPE_CHECKING:
    from rescind.review.flow.trace import Walk

CALLERS = 12  # calls of one function that are looked at


def keys_into(walk: Walk, binding: Binding, scope: Scope, frame: Frame | None) -> list[Origin] | None:
    """Where the keys come from that a loop puts into a name; None: it takes no keys, or it is not seen how
    they got there."""
    held = mapping_of(binding)
    return keys(walk, held, scope, frame) if held is not None else None


def mapping_of(binding: Binding) -> ast.expr | None:
    """``given`` of ``for name in given`` and of ``for name, value in given.items()``."""
    target, held = getattr(binding.node, "target", binding.node), binding.value
    if binding.kind != "for":
        return None
    if isinstance(held, ast.Call) and isinstance(held.func, ast.Attribute) and not held.args:
        first = target.elts[0] if isinstance(target, ast.Tuple) else target
        way = "items" if isinstance(target, ast.Tuple) else "keys"
        return held.func.value if held.func.attr == way and getattr(first, "id", "") == binding.name else None
    return held if isinstance(target, ast.Name) else None


def keys(walk: Walk, node: ast.expr, scope: Scope, frame: Frame | None) -> list[Origin] | None:
    if isinstance(node, ast.DictComp):
        return walk.visit(node.key, scope.module.scope_for(node), frame)
    if isinstance(node, ast.Dict):
        found: list[Origin] = []
        for key, value in zip(node.keys, node.values, strict=True):
            spread = keys(walk, value, scope, frame) if key is None else None
            found += walk.visit(key or value, scope, frame) if spread is None else spread
        return found
    if not isinstance(node, ast.Name) or (node, frame) in walk.busy:
        return None
    bound = bindings_at(node, scope)
    if len(bound) != 1 or walk.flow.collected.of(node.id, scope):
        return None
    only = bound[0]
    if only.kind == "assign" and isinstance(only.value, ast.Dict | ast.DictComp):
        return keys(walk, only.value, only.scope, frame)
    if only.kind != "parameter":
        return None
    walk.busy.add((node, frame))  # who calls may be the function itself
    try:
        return keywords(walk, only, frame)
    finally:
        walk.busy.discard((node, frame))


def keywords(walk: Walk, binding: Binding, frame: Frame | None) -> list[Origin] | None:
    """Of ``**wanted``: names that stand in the code of those who call, unless they spread a mapping."""
    node = binding.scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.args.kwarg is None:
        return None
    if node.args.kwarg.arg != binding.name:
        return None
    function = walk.project.function(binding.scope.module, node)
    if frame is not None and frame.function.node is node:
        given = [(frame.given, frame.above)]
    else:
        calls = list(walk.flow.calls.callers(function))[:CALLERS]
        given = [(bind(function, each.node, each.module.scope_of(each.node)), None) for each in calls]
    found: list[Origin] = []
    for names, above in given:
        held = names.get(binding.name)
        found += (keys(walk, held[0], held[1], above) or []) if held is not None else []
    return found if given else None
