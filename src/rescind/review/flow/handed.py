"""Calls that something else makes: in a thread, in a pool, later."""

from __future__ import annotations

import ast

from rescind.review.naming.called import called_function

FIRST = frozenset(
    ["to_thread", "run_in_threadpool", "run_sync", "deferToThread", "run_blocking", "partial", "submit",
     "run_async", "asyncify", "spawn"]
)  # fmt: skip
SECOND = frozenset(["run_in_executor", "run_in_thread", "callInThread", "executor_job"])
WRAPS = frozenset(["sync_to_async", "database_sync_to_async", "asyncify", "partial", "make_async", "wrap"])


def meant(node: ast.Call) -> ast.Call:
    """``verify(given, kept)`` of ``asyncio.to_thread(verify, given, kept)`` and of
    ``sync_to_async(verify)(given, kept)``; the call itself if it is none of these."""
    for _ in range(3):
        inner = unwrapped(node)
        if inner is None:
            return node
        node = inner
    return node


def unwrapped(node: ast.Call) -> ast.Call | None:
    if isinstance(node.func, ast.Call):
        wraps = called_function(node.func) in WRAPS and node.func.args
        return made(node, node.func.args[0], [*node.func.args[1:], *node.args]) if wraps else None
    name = called_function(node)
    at = 0 if name in FIRST else 1 if name in SECOND else len(node.args)
    if at >= len(node.args):
        return None
    given = node.args[at]
    if isinstance(given, ast.Call):  # partial(verify, given, kept)
        return given if called_function(given) == "partial" else None
    if isinstance(given, ast.Lambda):
        return given.body if isinstance(given.body, ast.Call) else None
    return made(node, given, node.args[at + 1 :])


def made(node: ast.Call, func: ast.expr, given: list[ast.expr]) -> ast.Call | None:
    if not isinstance(func, ast.Name | ast.Attribute):
        return None
    return ast.copy_location(ast.Call(func, given, node.keywords), node)
