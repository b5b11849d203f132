"""Rows that a process keeps in a mapping of a module, each with its owner."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function
from rescind.review.access.persons import is_owner, persons_of
from rescind.review.access.rows import Row, changes, held_by, is_key
from rescind.review.look import Look
from rescind.review.once import in_circles, once

FINDS = frozenset(["get", "pop"])


def mapped(look: Look, function: Function) -> Iterator[Row]:
    """``JOBS.get(job_id)``, ``JOBS[job_id]`` of an id that a request says."""
    known = owned_mappings(look)
    for node in function.nodes_of(ast.Subscript, ast.Call) if known else ():
        name, key = looked_up(node)
        if name not in known or key is None or not is_key(look, key):
            continue
        held = held_by(look, node)
        changed = isinstance(node, ast.Call) and node.func.attr == "pop"  # type: ignore[attr-defined]
        changed = changed or isinstance(getattr(node, "ctx", None), ast.Del)
        yield Row(
            next(iter(held), ""),
            name,
            node,
            changed or any(changes(function, one) for one in held),
            key,
            False,
        )


def looked_up(node: ast.AST) -> tuple[str, ast.expr | None]:
    """The name of a mapping, and what is looked up in it."""
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Store):
        return getattr(node.value, "id", ""), node.slice
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FINDS:
        return getattr(node.func.value, "id", ""), node.args[0] if node.args else None
    return "", None


@once
@in_circles(frozenset)
def owned_mappings(look: Look) -> frozenset[str]:
    """The mappings of a module into which rows are put with who is signed in as their owner."""
    made = {
        each.id
        for node in look.module.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and is_empty(node.value)
        for each in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(each, ast.Name)
    }
    return frozenset(
        target.value.id
        for function in (look.module.functions if made else ())
        for node in function.nodes_of(ast.Assign)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Subscript)
        and isinstance(target.value, ast.Name)
        and target.value.id in made
        if any(persons_of(look, function).has(value) for value in owners(node.value))
    )


def is_empty(node: ast.expr | None) -> bool:
    """``{}``, ``dict()``"""
    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"dict", "OrderedDict"}


def owners(node: ast.expr) -> Iterator[ast.expr]:
    """Of ``{"owner": user, ...}`` and ``Job(owner=user)`` whose it is."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and is_owner(str(key.value)):
                yield value
    elif isinstance(node, ast.Call):
        yield from (each.value for each in node.keywords if is_owner(each.arg or ""))
