"""Lists of what is refused since somebody signed out, and whether anybody asks for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, last_name, walk
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.sessions.ending import BROWSER, TAKES

LISTS = frozenset(
    ["blacklist", "blacklisted", "blocklist", "blocklisted", "denied", "deny", "denylist", "revoked",
     "revocations", "gesperrt", "widerrufen", "revocados", "revocadas", "revogados", "anulados"]
)  # fmt: skip
PUTS = frozenset(
    ["add", "append", "create", "hset", "insert", "insert_one", "psetex", "put", "sadd", "save", "set",
     "setex", "zadd"]
)  # fmt: skip


def unasked_denial(look: Look, function: Function) -> ast.AST | None:
    """Where a function puts a token on a list of what is refused, for which no part of the project asks."""
    if any(ends_more(call.node) for call in function.calls):
        return None
    for call in function.calls:
        node = call.node
        if called_function(node) not in PUTS or look.shared.flow.calls.callees(node, look.scope(node)):
            continue
        text, name = key_in(node), named_in(node)
        if (text and times_said(look, text) == 1) or (not text and name and not is_asked_for(look, name)):
            return node
    return None


def ends_more(node: ast.Call) -> bool:
    words = set(words_of(called_function(node)))
    return bool(words & TAKES) and not words & BROWSER


def is_list(name: str) -> bool:
    return not LISTS.isdisjoint(words_of(name))


def key_in(node: ast.Call) -> str:
    """``denied:`` of ``redis.set(f"denied:{jti}", 1)``, and ``revoked`` of ``redis.sadd("revoked", jti)``."""
    for each in node.args[:1]:
        first = each.values[0] if isinstance(each, ast.JoinedStr) and each.values else each
        first = first.left if isinstance(first, ast.BinOp) else first
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and is_list(first.value):
            return first.value
    return ""


def times_said(look: Look, text: str) -> int:
    return sum(module.text.count(text) for module in look.project.modules)


def named_in(node: ast.Call) -> str:
    """``REVOKED`` of ``REVOKED.add(jti)``, ``RevokedToken`` of ``session.add(RevokedToken(jti=jti))``."""
    held = [each.func for each in node.args if isinstance(each, ast.Call)]
    held += [each for each in walk(node.func) if isinstance(each, ast.Name | ast.Attribute)]
    return next((name for each in held if is_list(name := last_name(each))), "")


def is_asked_for(look: Look, name: str) -> bool:
    """Whether such a list is named anywhere but where something is put into it or taken out."""
    return any(
        not is_kept_only(home, each) for home in look.everywhere(name.lower()) for each in uses(home, name)
    )


def uses(look: Look, name: str) -> Iterator[ast.AST]:
    for each in look.module.nodes_of(ast.Name, ast.Attribute, ast.Constant):
        if isinstance(each, ast.Constant):
            if isinstance(each.value, str) and name in each.value:
                yield each
        elif last_name(each) == name and isinstance(getattr(each, "ctx", None), ast.Load):
            yield each


def is_kept_only(look: Look, node: ast.AST) -> bool:
    """Whether it is made there, put on the list or taken off it."""
    for above in look.module.above(node):
        if isinstance(above, ast.Call):
            words = set(words_of(called_function(above)))
            return bool(words & (PUTS | TAKES)) or called(above.func) == called(node) or "register" in words
        if isinstance(above, ast.stmt):
            return False
    return False
