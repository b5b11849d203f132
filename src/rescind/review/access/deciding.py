"""Functions that decide what somebody may, and those that stand before others."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function, unparsed, walk
from rescind.review.access.who import USERS, of_visit, reads_authorization, takes_request
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of

# They begin a question that is answered by yes or no.
ASKS = frozenset(
    ["is", "has", "can", "may", "allowed", "permitted", "check", "user", "authorize", "owns", "test"]
)
# What is asked.
RIGHTS = frozenset(
    ["admin", "permission", "permissions", "perm", "perms", "role", "roles", "access", "allowed", "permitted",
     "authorized", "authorised", "authenticated", "staff", "superuser", "owner", "member", "edit", "delete",
     "view", "read", "write", "manage", "owns", "privileged", "moderator", "can", "may", "func"]
)  # fmt: skip
NOT_OF_PEOPLE = frozenset(
    ["file", "path", "url", "origin", "host", "network", "cache", "field", "form", "dir"]
)
PLACES = frozenset(
    ["site", "request", "page", "route", "model", "app", "namespace", "plugin", "type", "needed", "required"]
)
TELL = re.compile(
    r"(?i)authorization|bearer|token|session|cookie|jwt|claims|credential|current_?user|load_user"
)

KNOWN = frozenset(
    ["user", "identity", "signed", "logged", "authenticated", "authenticate", "authorized", "principal"]
)


def decides(function: Function) -> bool:
    """Whether a function is there for answering what somebody may: ``may_edit(user, page)``."""
    words = words_of(function.name)
    if not words or words[0] not in ASKS or NOT_OF_PEOPLE & set(words) or words[-1] in PLACES:
        return False
    return bool(RIGHTS & set(words)) and said_yes(function)


def said_yes(function: Function) -> bool:
    """Whether it answers with a truth, somewhere."""
    return any(is_truth(each) for each in function.returns)


def is_truth(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    if isinstance(node, ast.BoolOp):
        return any(is_truth(each) for each in node.values)
    if isinstance(node, ast.Call):
        constants = [each.value for each in node.args if isinstance(each, ast.Constant)]
        return any(isinstance(each, bool) for each in constants) or called_function(node) in {
            "bool",
            "any",
            "all",
            "startswith",
            "endswith",
        }
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def is_guard(look: Look, function: Function) -> bool:
    """Whether a function stands before another: of a decorator, or a middleware; it calls what it was made
    for at its end."""
    around = look.module.function_of(function.node)
    given = {each.name for each in around.parameters} if around is not None else set()
    if around is None and not (function.cls is not None and function.name in {"__call__", "dispatch"}):
        return False
    last = function.node.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    value = value.value if isinstance(value, ast.Await) else value
    if not isinstance(value, ast.Call):
        return False
    named = set(words_of(function.name)) | (set(words_of(around.name)) if around is not None else set())
    named |= set(words_of(function.cls.name)) if function.cls is not None else set()
    if named & {"optional", "maybe", "log", "track", "audit", "lazy", "anonymous", "try", "with"}:
        return False
    goes_on = isinstance(value.func, ast.Name) and value.func.id in given | {"call_next"}
    goes_on = goes_on or unparsed(value.func) in {"self.get_response", "self.app", "super().dispatch"}
    return goes_on and bool(
        named & {"require", "required", "requires", "only", "protected", "guard", "authenticated", "auth",
         "must", "login", "admin", "needs", "needed", "need"}
    )  # fmt: skip


def asks_for(look: Look, node: ast.AST) -> bool:
    """Whether a statement finds out who it is."""
    for each in walk(node):
        if isinstance(each, ast.Call) and any(reads_authorization(one) for one in each.args):
            return True
        if isinstance(each, ast.Name) and each.id == "session":
            return True
        if isinstance(each, ast.Call) and takes_request(each):
            return True
        if isinstance(each, ast.Call) and KNOWN & set(words_of(called_function(each))):
            return True
        if isinstance(each, ast.Attribute | ast.Subscript | ast.Call):
            text = unparsed(each)
            if text in USERS or of_visit(each, text) or TELL.search(text):
                return True
    return False
