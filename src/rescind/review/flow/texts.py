"""What ``%`` puts into a text, and what an index takes out of one."""

from __future__ import annotations

import ast


def formatted(node: ast.BinOp) -> list[ast.expr]:
    """What ``%`` puts into a text as text: not what ``%d`` makes a number of."""
    if not isinstance(node.left, ast.Constant) or not isinstance(node.left.value, str):
        return [node.right]
    kinds = conversions(node.left.value)
    values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    if len(kinds) != len(values):
        return list(values)
    return [each for each, kind in zip(values, kinds, strict=True) if kind not in "diouxXeEfFgG"]


def conversions(text: str) -> list[str]:
    kinds, at = [], 0
    while (at := text.find("%", at)) >= 0:
        end = at + 1
        while end < len(text) and text[end] in "#0- +.*123456789hlL":
            end += 1
        if end < len(text) and text[end] not in "%(":
            kinds.append(text[end])
        at = end + 1
    return kinds


def is_part(key: ast.expr) -> bool:
    """Whether an index takes one thing out of many, or the beginning or the last letters of a text."""
    if isinstance(key, ast.Slice):
        few = isinstance(key.lower, ast.UnaryOp) and isinstance(key.lower.op, ast.USub)
        return key.upper is not None or few
    return not (isinstance(key, ast.Constant) and isinstance(key.value, int)) and not isinstance(
        key, ast.UnaryOp
    )
