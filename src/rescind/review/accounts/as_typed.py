"""Passwords as they were typed: what went through no call on its way from who typed it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from rescind.reading import walk
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import CARRIERS, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.secrets.named import is_folder

# Words of names of what is no longer as it was typed.
CHANGED = frozenset(
    ["hash", "hashed", "digest", "encrypted", "crypted", "encoded", "salted", "derived", "cipher", "enc"]
)  # fmt: skip
TYPED = frozenset(["body", "form", "query"])
CALLERS = 6
ACTS = frozenset(["verify", "check", "hash", "set", "get", "make", "reset", "change", "validate"])
# They give it on as it is.
SAME = {"get", "strip", "pop", "encode", "form", "json", "str", "input", "get_argument", "get_body_argument",
        "get_json"}  # fmt: skip


def was_typed(look: Look, node: ast.expr) -> bool:
    """Whether a column of passwords gets a password, or what a request says under any name."""
    if isinstance(node, ast.Name | ast.Attribute) and called(node).isupper():
        return False  # ``UNUSABLE_PASSWORD``
    return is_plain(look, node) or is_as_sent(look, node)


def is_as_sent(look: Look, node: ast.expr) -> bool:
    """``request.form["p"]``, and what was set to that, with no call on the way."""
    if (
        isinstance(node, ast.Constant)
        or changed(look, node)
        or not CHANGED.isdisjoint(words_of(called(node)))
    ):
        return False
    bound = look.scope(node).in_force(node.id, node.lineno) if isinstance(node, ast.Name) else ()
    if any(one.kind != "assign" or one.value is None or changed(look, one.value) for one in bound):
        return False
    found = look.origins(node) if bound or not isinstance(node, ast.Name) else ()
    return bool(found) and all(each.kind == "request" and each.part in TYPED for each in found)


def given_changed(look: Look, node: ast.Name, depth: int) -> bool:
    """Whether it is a parameter for which everybody who calls gives what is no password any more."""
    function = look.function(node)
    if function is None or not depth or node.id not in {each.name for each in function.parameters}:
        return False
    given = [
        (look.beside(call.module), found[0])
        for call in islice(look.shared.flow.calls.callers(function), CALLERS)
        if (found := bind(function, call.node, call.module.scope_of(call.node)).get(node.id)) is not None
    ]
    return bool(given) and not any(is_plain(at, value, depth - 1) for at, value in given)


def is_plain(look: Look, node: ast.expr, depth: int = 2) -> bool:
    """Whether it is a password that went through no call: a parameter, or of a request."""
    if isinstance(node, ast.Call) and called_function(node) in {"b64encode", "hexlify"} and node.args:
        return is_plain(look, node.args[0])  # everybody can turn it back
    if isinstance(node, ast.Call) and depth and not called(node):
        return any(is_plain(look, each, depth - 1) for each in only_carried(look, node))
    if secret_kind(called(node)) != "password" or isinstance(node, ast.Constant):
        return False
    words = words_of(called(node))
    if not CHANGED.isdisjoint(words) or words[0] in ACTS:
        return False
    if is_folder(look, node) or (isinstance(node, ast.Name) and given_changed(look, node, depth)):
        return False
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute):
        return False
    if isinstance(node, ast.Attribute) and ("hash" in words_of(node.attr) or is_of_django(look, node)):
        return False
    if isinstance(node, ast.Name):
        values = [
            one
            for one in look.scope(node).in_force(node.id, node.lineno)
            if one.kind in {"assign", "unpacked"}
        ]
        return not any(
            one.value is not None and one.kind == "assign" and changed(look, one.value) for one in values
        )
    return True


def is_of_django(look: Look, node: ast.Attribute) -> bool:
    """``self.user.password`` of Django's users: that is the hash."""
    whose = words_of(called(node.value))[-1:] if isinstance(node.value, ast.Name | ast.Attribute) else ()
    return node.attr == "password" and whose == ("user",) and "django" in look.module.text


def bare(node: ast.expr) -> ast.expr:
    """Without ``.strip()``, ``[:64]`` and the like behind it."""
    while True:
        if isinstance(node, ast.Subscript):
            node = node.value
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CARRIERS
        ):
            node = node.func.value
        else:
            return node


def only_carried(look: Look, node: ast.Call) -> Iterator[ast.expr]:
    """What a function of the project is given and gives back as it is, but for blanks and its length."""
    for function in look.shared.flow.calls.callees(node, look.scope(node)):
        given = bind(function, node, look.scope(node))
        for each in map(bare, function.returns):
            if isinstance(each, ast.Name) and each.id in given:
                yield given[each.id][0]


def changed(look: Look, node: ast.expr) -> bool:
    """Whether a call makes something else of it."""
    return any(isinstance(each, ast.Call) and called_function(each) not in SAME for each in walk(node))
