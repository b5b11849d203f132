"""Code that signs somebody in, and what it writes into a store of sessions under a key of the request."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, walk
from rescind.review.called import called, called_function
from rescind.review.flow.conditions import conditions
from rescind.review.look import Look
from rescind.review.sessions import CLIENT, SESSION, is_identity, speaks
from rescind.review.words import words_of

SIGNS_IN = frozenset(
    ["login", "logon", "signin", "authenticate", "authenticated", "auth", "sso", "callback", "signon",
     "impersonate", "kiosk", "pin", "badge", "magic", "otp", "mfa", "totp", "passkey", "elevate", "become"]
)  # fmt: skip
CHECKS = re.compile(
    r"(?i)check_?password|verify_?password|password_?verify|check_password_hash|authenticate|checkpw"
    r"|compare_digest|verify_?(?:code|otp|totp|credentials|login)|check_?(?:login|credentials)|fetch_token"
    r"|authorize_access_token"
)
ASKS = frozenset(["login", "required", "require", "requires", "authenticated", "protected", "auth"])
INSIDE = re.compile(r"(?i)logged_?in\b|is_authenticated|signed_?in\b")
ANOTHER = frozenset(["acting", "impersonate", "impersonated", "impersonating", "as"])
STATEMENT = re.compile(r"(?is)^\s*(?:insert|replace|update|merge)\b.{0,40}?\b(\w*sess\w*)\b(.*)")


def is_sign_in(look: Look, function: Function) -> bool:
    """Whether a function lets somebody in: by its name, its path, or what it checks."""
    names = [function.qualname.rpartition(".")[2]]
    names += [route.path for route in look.shared.flow.entries.routes(function)]
    for name in names:
        words = words_of(name)
        if not SIGNS_IN.isdisjoint(words) or {"sign", "in"} <= set(words) or {"log", "in"} <= set(words):
            return True
    return any(CHECKS.search(called_function(each.node)) for each in function.calls)


def only_for_signed_in(look: Look, function: Function, node: ast.AST, key: str) -> bool:
    """Whether only who is signed in already gets here, and stays who they are."""
    if not ANOTHER.isdisjoint(words_of(key)):
        return False
    for condition in conditions(look.module, node):
        if condition.holds and INSIDE.search(ast.unparse(condition.test)):
            return True
    for each in function.decorators:
        words = set(words_of(each.name.rpartition(".")[2] or ast.unparse(each.node)))
        if words & ASKS and not words & {"not", "anonymous", "no"} and "required" in words | ASKS & words:
            return True
    return False


def keyed_by_client(look: Look, function: Function) -> Iterator[ast.AST]:
    """Where who somebody is goes into a store of sessions under a key that the request brought."""
    for node in function.walk():
        key: ast.expr | None = None
        held: list[ast.expr] = []
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            if speaks(target.value) and not isinstance(target.slice, ast.Constant):
                key, held = target.slice, [node.value]
        elif isinstance(node, ast.Call):
            key, held = of_call(look, node)
        if key is not None and brought(look, key) and any(holds_who(look, each) for each in held):
            yield node


def of_call(look: Look, node: ast.Call) -> tuple[ast.expr | None, list[ast.expr]]:
    """The key and the contents of ``redis.set(f"session:{sid}", data)``, ``store.save(sid, data)``, and of a
    statement that writes into a table of sessions."""
    name, args = called_function(node), node.args
    if name in {"execute", "fetchrow", "fetchval", "query", "run"} and len(args) >= 2:
        texts = look.values(args[0]).texts
        found = next((match for text in texts if (match := STATEMENT.match(text))), None)
        if found is None or not any(is_identity(word) for word in re.findall(r"\w+", found[2])):
            return None, []
        parts = args[1].elts if isinstance(args[1], ast.Tuple | ast.List) else args[1:]
        key = next((each for each in parts if not SESSION.isdisjoint(words_of(called(each)))), None)
        return key, [each for each in parts if each is not key]
    writes = {"set", "setex", "hset", "hmset", "put", "save", "write", "store", "psetex", "update_session"}
    if name not in writes or len(args) < 2 or not isinstance(node.func, ast.Attribute):
        return None, []
    said = {word for each in walk(args[0]) for word in words_of(text_of(each))}
    if SESSION.isdisjoint(said) and not speaks(node.func.value):
        return None, []
    return args[0], [*args[1:], *(each.value for each in node.keywords)]


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return called(node)


def brought(look: Look, node: ast.expr) -> bool:
    return any(each.kind == "request" and each.part in CLIENT for each in look.origins(node))


def holds_who(look: Look, node: ast.expr, depth: int = 2) -> bool:
    """Whether contents say who somebody is: a key of a dictionary, or what they are called."""
    if any(is_identity(name) for each in walk(node) for name in names_in(each)):
        return True
    if isinstance(node, ast.Name) and depth:
        values = [one.value for one in look.scope(node).lookup(node.id) if one.scope.module is look.module]
        return any(each is not None and holds_who(look, each, depth - 1) for each in values)
    return False


def names_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value  # the keys of dictionaries too
    elif isinstance(node, ast.keyword):
        yield node.arg or ""
    elif isinstance(node, ast.Name | ast.Attribute):
        yield owner_of(node)


def owner_of(node: ast.Name | ast.Attribute) -> str:
    """``user`` of ``user.id`` and of ``user``."""
    if isinstance(node, ast.Attribute) and node.attr in {"id", "pk", "email", "name"}:
        return called(node.value)
    return called(node)
