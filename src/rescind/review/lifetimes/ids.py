"""What is only the id of something that a server keeps."""

from __future__ import annotations

import ast

from rescind.review.lifetimes.chosen import values_of
from rescind.review.look import Look
from rescind.review.naming.called import called
from rescind.review.naming.words import words_of

# How ``want_bytes(sid)``, ``force_str(sid)`` and ``bytes(sid, "utf-8")`` are called: by what comes out.
TEXTS = frozenset(["bytes", "bytestring", "str", "string", "text", "unicode", "utf8"])
CODES = frozenset(["encode", "decode"])


def opens_row(look: Look, node: ast.expr) -> bool:
    """Whether it is the id of a session, in whatever way it becomes text or bytes."""
    return any(is_id(called(inner(each))) for each in (node, *values_of(look, node)))


def is_id(name: str) -> bool:
    words = set(words_of(name))
    return bool({"sid", "history"} & words) or ("session" in words and bool({"id", "key"} & words))


def inner(node: ast.expr) -> ast.expr:
    """Without what makes text or bytes of it."""
    while True:
        if isinstance(node, ast.JoinedStr) and len(node.values) == 1:
            node = node.values[0]
        elif isinstance(node, ast.FormattedValue):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CODES:
            node = node.func.value
        elif isinstance(node, ast.Call) and node.args and makes_text(node.func):
            node = node.args[0]
        else:
            return node


def makes_text(function: ast.expr) -> bool:
    name = getattr(function, "id", getattr(function, "attr", ""))
    return not TEXTS.isdisjoint(words_of(name))
