"""Links that a MAC of the project's own holds together, and in which nothing says how long they are good."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, last_name
from rescind.review.credentials.unasked import BORN, ENDS
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.sessions.sessions import sign_ins

COMPARES = frozenset(["compare_digest", "constant_time_compare", "safe_str_cmp", "equals", "verify"])
# What ends such a link without a time: it changes with the account.
CHANGES = frozenset(
    ["password", "passwort", "senha", "clave", "stamp", "version", "epoch", "nonce", "last", "hash", "used",
     "jti"]
)  # fmt: skip
TIMES = ENDS | BORN | frozenset(
    ["at", "age", "clock", "date", "day", "hour", "issued", "max", "minute", "moment", "now", "seconds",
     "time", "timestamp", "ts", "ttl", "utcnow", "when"]
)  # fmt: skip
ENTERS = frozenset(["login", "signin", "admit", "anmelden", "einloggen"])


def endless_macs(look: Look) -> Iterator[ast.Call]:
    """Where a function holds a MAC against what was sent, and signs somebody in by it."""
    if not look.speaks_of(COMPARES):
        return
    for function in look.module.functions:
        for node in function.nodes_of(ast.Call):
            if called_function(node) not in COMPARES or len(node.args) != 2:
                continue
            made = [each for one in node.args for each in makers(look, one)]
            if made and enters(look, function) and not any(is_timed(each) for each in (function, *made)):
                yield node


def makers(look: Look, node: ast.expr) -> list[Function]:
    """The functions of the project that make a MAC, if it is one of them that is held against."""
    values = [node]
    if isinstance(node, ast.Name):
        values = [one.value for one in bindings_at(node, look.scope(node)) if isinstance(one.value, ast.Call)]
    return [
        each
        for value in values
        if isinstance(value, ast.Call)
        for each in look.shared.flow.calls.callees(value, look.scope(value))
        if HMAC.search(each.module.source_of(each.node))
    ]


HMAC = re.compile(r"\bhmac\.(?:new|digest)\(|salted_hmac\(|\bHMAC\(")


def enters(look: Look, function: Function) -> bool:
    """Whether it is written into a session there who it is, or a framework's own sign-in is called."""
    return any(ENTERS & set(words_of(called_function(each.node))) for each in function.calls) or any(
        True for _ in sign_ins(look, function)
    )


def is_timed(function: Function) -> bool:
    """Whether it speaks of a time, or of something that changes when the link has been used."""
    for each in function.walk():
        name = last_name(each) if isinstance(each, ast.Name | ast.Attribute) else ""
        name = each.arg if isinstance(each, ast.arg | ast.keyword) and each.arg else name
        if not (TIMES | CHANGES).isdisjoint(words_of(name)):
            return True
    return False
