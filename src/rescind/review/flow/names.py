"""What a name stands for at the place where it is used, within its function and those around it."""

from __future__ import annotations

import ast

from rescind.reading import Binding, Scope, unparsed, walk

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def function_around(scope: Scope | None) -> ast.AST | None:
    """The node of the innermost function that a scope is, or is in."""
    while scope is not None and not isinstance(scope.node, FUNCTIONS):
        scope = scope.parent
    return None if scope is None else scope.node


def bindings_at(node: ast.Name, scope: Scope) -> tuple[Binding, ...]:
    """Where a name may have got its value when this use of it runs.

    An assignment whose own right side is being looked at is not among them: in ``x = f(x)`` the second x is
    the one of before.
    """
    line: int | None = getattr(node, "lineno", None)
    at: Scope | None = scope
    while at is not None:
        found = at.bindings.get(node.id)
        if found and node.id not in at.shared and (at is scope or not at.is_class):
            return in_force(at, node, line)
        if isinstance(at.node, FUNCTIONS):
            line = None
        at = at.parent
    return ()


def in_force(scope: Scope, node: ast.Name, line: int | None) -> tuple[Binding, ...]:
    found = scope.in_force(node.id, line)
    if line is None or scope.parent is None:
        return found
    inside = [
        each for each in found if each.kind in {"assign", "unpacked", "augmented"} and holds(each.node, line)
    ]
    if not inside:
        return since_overwritten(found, line)
    before = scope.in_force(node.id, min(each.line for each in inside) - 1)
    return since_overwritten(tuple(each for each in before if each not in inside), line)


def since_overwritten(found: tuple[Binding, ...], line: int) -> tuple[Binding, ...]:
    """Less what the same block of a branch has overwritten before: ``if x: to = own(to); return to``"""
    for at in range(len(found) - 1, 0, -1):
        each = found[at]
        if each.branch is not None and each.kind in {"assign", "unpacked"} and each.line < line:
            block = block_of(each.branch, each.node)
            if block and line <= (block[-1].end_lineno or 0):
                return found[at:]
    return found


def block_of(branch: ast.AST, node: ast.AST) -> list[ast.stmt]:
    """The statements of a branch among which a node is."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(branch, name, None)
        if isinstance(block, list) and any(each is node for each in block):
            return block
    return []


def holds(node: ast.AST, line: int) -> bool:
    return getattr(node, "lineno", 0) <= line <= (getattr(node, "end_lineno", 0) or 0)


def of_keys(binding: Binding) -> bool:
    """Bound by a loop over a mapping that is asked for each of its names: ``for name in given:
    given[name]``."""
    loop = binding.node
    if not isinstance(loop, ast.For | ast.AsyncFor) or not isinstance(loop.target, ast.Name):
        return False
    held = unparsed(loop.iter)
    for each in walk(loop):
        if isinstance(each, ast.Subscript):
            of, key = each.value, each.slice
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.args:
            of, key = each.func.value, each.args[0]
            if each.func.attr not in {"get", "pop"}:
                continue
        else:
            continue
        if getattr(key, "id", "") == loop.target.id and unparsed(of) == held:
            return True
    return False


def of_pairs(binding: Binding) -> bool:
    """Bound by a loop that takes its things apart: ``for name, value in x.items()``."""
    node = binding.node
    target = node.target if isinstance(node, ast.For | ast.AsyncFor) else node
    return binding.kind == "for" and isinstance(target, ast.Tuple)


def is_chosen(binding: Binding) -> bool:
    """Whether a loop over pairs asks for the name before it does anything with the value: ``if name in
    HIDDEN``."""
    loop = binding.node
    if not isinstance(loop, ast.For | ast.AsyncFor) or not isinstance(loop.target, ast.Tuple):
        return False
    first = {each.id for each in walk(loop.target.elts[0]) if isinstance(each, ast.Name)}
    return any(
        isinstance(part, ast.Name) and part.id in first
        for each in walk(loop)
        if isinstance(each, ast.If | ast.IfExp)
        for part in walk(each.test)
    )
