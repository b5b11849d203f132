"""What the clock alone says, in other words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from rescind.reading import Function, walk
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.tokens.foreseen import OTHERS_KNOW

CLOCK = re.compile(
    r"^(?:time\.(?:time|time_ns|monotonic|perf_counter)|datetime\.(?:datetime|date)\.(?:now|utcnow|today)|django\.utils\.timezone\.now|uuid\.uuid1|os\.getpid)$"
)
TEXT = re.compile(r"now\(|time\(|time_ns\(|today\(")
# What a number goes through on its way into a text.
SHAPES = frozenset(
    [
        "abs",
        "format",
        "hex",
        "int",
        "isoformat",
        "oct",
        "replace",
        "round",
        "str",
        "strftime",
        "timestamp",
        "zfill",
    ]
)


def of_clock(look: Look, functions: Iterable[Function]) -> Iterator[tuple[ast.AST, str]]:
    """``def guest_code(): now = timezone.now(); return f"{now:%H%M%S}"``: nothing but the clock, and
    what others know besides."""
    for function in functions:
        if not TEXT.search(look.module.source_of(function.node)):
            continue
        for value in function.returns:
            if (
                isinstance(value, ast.JoinedStr | ast.BinOp | ast.Call)
                and not any(is_clock(look, each) for each in walk(value))
                and any(is_clock(look, each) for each in behind(look, value))
                and is_foreseen(look, value)
            ):
                yield value, "the clock is no secret"


def is_clock(look: Look, node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and CLOCK.match(look.name(node.func)) is not None


def behind(look: Look, node: ast.expr) -> Iterator[ast.AST]:
    """The nodes of what the names of an expression were assigned."""
    for each in walk(node):
        if isinstance(each, ast.Name):
            for one in bindings_at(each, look.scope(each)):
                if one.value is not None and one.scope.module is look.module:
                    yield from walk(one.value)


def is_foreseen(look: Look, node: ast.expr | None, depth: int = 3) -> bool:
    """Whether an expression is made of numbers in the source, the clock and what others know, and of nothing
    else."""
    if isinstance(node, ast.Constant) or is_clock(look, node):
        return True
    if isinstance(node, ast.BinOp):
        return is_foreseen(look, node.left, depth) and is_foreseen(look, node.right, depth)
    if isinstance(node, ast.JoinedStr):
        return all(is_foreseen(look, each, depth) for each in node.values)
    if isinstance(node, ast.Tuple):
        return all(is_foreseen(look, each, depth) for each in node.elts)
    if isinstance(node, ast.FormattedValue):
        return is_foreseen(look, node.value, depth)
    if isinstance(node, ast.Attribute):
        return OTHERS_KNOW.match(look.module.source_of(node)) is not None or is_foreseen(
            look, node.value, depth
        )
    if isinstance(node, ast.Call) and called_function(node) in SHAPES:
        given = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return all(is_foreseen(look, each, depth) for each in (*given, *node.args))
    if isinstance(node, ast.Name) and depth:
        bound = bindings_at(node, look.scope(node))
        return bool(bound) and all(
            one.kind == "assign" and is_foreseen(look, one.value, depth - 1) for one in bound
        )
    return False
