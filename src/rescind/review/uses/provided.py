"""What other services answer where tokens are given out."""

from __future__ import annotations

import ast

from rescind.reading import Scope, walk
from rescind.review.flow.names import bindings_at
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of

ASKS = frozenset(["post", "get", "request", "fetch", "send", "apost"])
PLACES = frozenset(["token", "oauth", "login", "oauth2"])


def remote_tokens(node: ast.expr, scope: Scope) -> bool:
    """``answer.text`` where the answer came from an address of tokens or logins."""
    func = node.func if isinstance(node, ast.Call) else node
    base = func.value if isinstance(func, ast.Attribute) else None
    asked = func.attr if isinstance(func, ast.Attribute) else ""
    if asked not in {"text", "content", "json", "read", "body"} or not isinstance(base, ast.Name):
        return False
    for each in bindings_at(base, scope):
        call = each.value.value if isinstance(each.value, ast.Await) else each.value
        if isinstance(call, ast.Call) and called_function(call) in ASKS and gives_tokens(call):
            return True
    return False


def gives_tokens(call: ast.Call) -> bool:
    """By its address, by the name of it, or by what is sent there."""
    for argument in call.args[:2]:
        for one in walk(argument):
            text = one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else ""
            words = set(words_of(called(one))) if isinstance(one, ast.Name | ast.Attribute) else set()
            if PLACES & set(words_of(text)) or (words & PLACES and words & {"url", "uri", "endpoint"}):
                return True
    every = arguments(call)
    return any(
        isinstance(one, ast.Constant) and one.value == "grant_type" for each in every for one in walk(each)
    )
