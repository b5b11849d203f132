"""Who has just proved who they are: by a password that was tried, here or by what gave them."""

from __future__ import annotations

import ast

from rescind.reading import Function
from rescind.review.accounts.serving import is_tried
from rescind.review.accounts.verifying import Verifying
from rescind.review.flow.calls import bind
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.sessions.sessions import WHO

IDS = frozenset(["id", "pk", "uuid", "uid", "nr", "nummer", "number", "email", "name", "key", "_id"])
# What takes a password and gives nobody.
MAKES = frozenset(
    ["hash", "hashed", "set", "change", "create", "register", "encode", "len", "make", "add", "update",
     "execute", "generate", "encrypt", "seal", "form", "strength", "dict", "insert", "save", "send", "init",
     "connect"]
)  # fmt: skip
MANY = 4


def is_person(look: Look, function: Function, node: ast.expr, depth: int = 1) -> bool:
    """Somebody, or their id: whose password was tried, whom a function that tries passwords gave, or whom
    those who call it give."""
    node = node.value if isinstance(node, ast.Await) else node
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name):
        node = node.args[0]  # str(person.id)
    held = node.value if isinstance(node, ast.Attribute | ast.Subscript) else node
    if not isinstance(held, ast.Name) or (held is not node and not is_key(node)):
        return False
    if is_tried(look, function, held.id):
        return True
    bound = bindings_at(held, look.scope(held))
    if any(each.kind == "assign" and gives_somebody(look, function, each.value) for each in bound):
        return True
    if any(each.kind == "parameter" for each in bound):
        return depth > 0 and is_given_person(look, function, held.id)
    return not WHO.isdisjoint(words_of(held.id)[-1:]) and bool(Verifying(look).calls(function))


def is_key(node: ast.expr) -> bool:
    """``person.id``, ``row["id"]``, ``row[0]``"""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        return True
    return not IDS.isdisjoint({called(node), *words_of(called(node))})


def gives_somebody(look: Look, function: Function, value: ast.expr | None) -> bool:
    """``person = check(name, password)``, ``who = staff.find(login, pin)``"""
    value = value.value if isinstance(value, ast.Await) else value
    if not isinstance(value, ast.Call):
        return False
    if Verifying(look).is_one(value, function, 2, True):
        return True
    given = arguments(value)
    secret = any(secret_kind(called(each)) == "password" for each in given)
    return secret and len(given) > 1 and MAKES.isdisjoint(words_of(called_function(value)))


def is_given_person(look: Look, function: Function, name: str) -> bool:
    """Of a parameter, whether one of those who call it gives somebody."""
    for call in list(look.shared.flow.calls.callers(function))[:MANY]:
        above = call.module.function_of(call.node)
        given = bind(function, call.node, call.module.scope_of(call.node)).get(name)
        if above is None or given is None:
            continue
        if is_person(look.beside(call.module), above, given[0], 0):
            return True
    return False
