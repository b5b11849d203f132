"""When a block of code refuses a request, and under which conditions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Protocol

from rescind.paths.following.known import REFUSED, REFUSERS, WAITING
from rescind.reading import Module


class Inside(Protocol):
    """A function that is gone through: what its names refer to."""

    module: Module

    def name_of(self, node: ast.expr) -> str: ...


def refuses(body: Sequence[ast.stmt], inside: Inside) -> bool:
    """Whether a block ends in a refusal: it raises, aborts, or returns nothing, a redirect or an error."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.Raise):
        return True
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call | ast.Await):
        return inside.name_of(call_of(last.value)) in REFUSERS or is_close(call_of(last.value))
    if isinstance(last, ast.Return):
        return last.value is None or is_refusal(last.value, inside)
    return (
        isinstance(last, ast.If)
        and bool(last.orelse)
        and refuses(last.body, inside)
        and refuses(last.orelse, inside)
    )


def is_refusal(value: ast.expr, inside: Inside) -> bool:
    """``None``, ``False``, or an answer that refuses."""
    if isinstance(value, ast.Constant):
        return value.value is None or value.value is False
    nothing = (
        isinstance(value, ast.Tuple)
        and value.elts
        and all(isinstance(each, ast.Constant) and each.value is None for each in value.elts)
    )
    return bool(nothing) or is_refusing_answer(value, inside)


def is_refusing_answer(value: ast.expr, inside: Inside) -> bool:
    """A redirect, or an answer with a status from 400 on; no exception that is not raised."""
    if isinstance(value, ast.Await):
        value = value.value
    if isinstance(value, ast.Tuple) and value.elts:
        return status_of(value.elts[-1]) >= 400
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Call):  # Response(status_code=401)(scope, receive, send)
        return is_refusing_answer(value.func, inside)
    name = inside.name_of(value)
    if name in REFUSED or name.endswith(".unauthorized"):
        return True
    if name.endswith(("Exception", "Error")):
        return False
    given = [*value.args, *(each.value for each in value.keywords if each.arg in {"status_code", "status"})]
    return any(status_of(each) >= 400 for each in given)


def status_of(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value if 100 <= node.value < 600 else 0
    if isinstance(node, ast.Attribute) and node.attr.startswith("HTTP_"):
        digits = node.attr[5:8]
        return int(digits) if digits.isdigit() else 0
    return 0


def call_of(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Await) else node


def is_close(node: ast.expr) -> bool:
    """``await websocket.close(code=...)``"""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "close"
        and any(each.arg == "code" for each in node.keywords)
    )


CATCH_ALL = {
    "Exception", "BaseException", "fastapi.HTTPException", "starlette.exceptions.HTTPException",
    "fastapi.exceptions.HTTPException", "werkzeug.exceptions.HTTPException",
}  # fmt: skip


def swallows(node: ast.Try | ast.TryStar, inside: Inside) -> bool:
    """Whether a refusal that is raised in its body is caught there and goes no further."""
    for handler in node.handlers:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(kind is None or inside.name_of(kind) in CATCH_ALL for kind in kinds):
            return not refuses(handler.body, inside)
    return False


def is_awaited(node: ast.Call, inside: Inside) -> bool:
    """Whether what a coroutine does has been done when the statement that calls it is over."""
    for above in inside.module.above(node):
        if isinstance(above, ast.stmt):
            break
        waits = isinstance(above, ast.Call) and inside.name_of(above).rpartition(".")[2] in WAITING
        if waits or isinstance(above, ast.Await):
            return True
    return False


def together(test: ast.expr, when: bool) -> list[tuple[ast.expr, bool]]:
    """The parts of a test that must all hold for it to be ``when``, each with the truth that it has then."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return together(test.operand, not when)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And if when else ast.Or):
        return [part for each in test.values for part in together(each, when)]
    return [(test, when)]


def alternatives(test: ast.expr, when: bool) -> Iterator[tuple[ast.expr, bool]]:
    """The parts of a test with the truth that each has where the whole is ``when``."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from alternatives(test.operand, not when)
    elif isinstance(test, ast.BoolOp):
        for each in test.values:
            yield from alternatives(each, when)
    elif isinstance(test, ast.NamedExpr):
        yield test, when
    else:
        yield test, when
