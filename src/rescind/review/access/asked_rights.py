"""Whether code that refuses people asks for a right of theirs, and not only who they are."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

# Attributes that are compared with a text, and are no right of somebody.
KINDS = frozenset(
    ["method", "type", "typ", "scheme", "path", "kind", "aud", "iss", "alg", "purpose", "use", "status",
     "state", "active", "id", "host", "origin", "version", "format", "environment", "env", "mode", "headers",
     "content", "length", "token", "sub", "stage", "step", "url", "name", "email", "code", "signature",
     "password", "hash", "digest", "epoch", "expires", "exp", "address", "ip", "cookie", "csrf", "header",
     "authorization", "session", "sid", "key", "secret", "debug", "testing", "args", "form", "json", "data",
     "count", "size", "date", "time", "day", "now"]
)  # fmt: skip
# What every account has, and what no account has.
STANDING = frozenset(
    ["authenticated", "active", "anonymous", "valid", "method", "user", "ok", "session", "confirmed",
     "verified", "enabled", "disabled", "blocked", "banned", "suspended", "locked", "expired", "deleted",
     "left", "gone", "ajax", "secure", "json", "form", "body", "data", "content", "closed", "signed",
     "logged", "credentials", "token", "authorization", "email", "id", "pk", "matched", "success", "password"]
)  # fmt: skip
ASKS = frozenset(
    ["perm", "perms", "permission", "permissions", "role", "roles", "admin", "staff", "superuser", "allowed",
     "privilege", "privileges", "rights", "scope", "scopes", "groups", "duty", "rank", "office"]
)  # fmt: skip
NOT_PEOPLE = frozenset(
    ["request", "req", "form", "settings", "config", "app", "current_app", "self", "body", "response", "os",
     "json", "data", "payload", "result", "done", "cfg", "conf"]
)  # fmt: skip


def asks_right(node: ast.AST, refuses: bool, given: frozenset[str] = frozenset()) -> bool:
    """``if user["role"] != "lead": raise``, ``if not user.is_admin: abort(403)``

    Args:
        refuses: whether its branch does.
        given: the names by which a decorator was given what it asks for.
    """
    return refuses and isinstance(node, ast.If) and any(is_right(each, given) for each in parts(node.test))


def parts(test: ast.expr) -> Iterator[ast.expr]:
    """The questions of a condition."""
    if isinstance(test, ast.BoolOp):
        for each in test.values:
            yield from parts(each)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.operand, ast.BoolOp):
        yield from parts(test.operand)
    else:
        yield test


def is_right(test: ast.expr, given: frozenset[str] = frozenset()) -> bool:
    test = test.operand if isinstance(test, ast.UnaryOp) and not isinstance(test.operand, READ) else test
    if isinstance(test, ast.UnaryOp):
        return isinstance(test.operand, READ) and had(test.operand)
    if isinstance(test, ast.BinOp):  # ``{role.name for role in user.roles} & set(names)``
        sides = (test.left, test.right)
        return isinstance(test.op, ast.BitAnd) and any(is_list(each, given) for each in sides)
    if isinstance(test, ast.Compare):
        sides = (test.left, test.comparators[0])
        return any(is_list(one, given) and compared(other) for one, other in (sides, sides[::-1]))
    return isinstance(test, READ) and had(test) and isinstance(test, ast.Call)


READ = (ast.Attribute, ast.Subscript, ast.Call, ast.Await)


def had(node: ast.expr) -> bool:
    """``user.is_admin``, ``user["staff"]``, ``user.has_perm("x")``, ``may(user, "edit")``"""
    node = node.value if isinstance(node, ast.Await) else node
    if isinstance(node, ast.Call):
        words = set(words_of(called_function(node)))
        if words & ASKS or words_of(called_function(node))[:1] in {("may",), ("can",)}:
            return True
        if called_function(node) != "get" or not isinstance(node.func, ast.Attribute):
            return False
        base = node.func.value
    elif isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
            return False
        base = node.value
    else:
        return False
    words = set(words_of(called(node)))
    if not words or words & STANDING or (words & KINDS and not of_person(base)):
        return False
    return called(base) not in NOT_PEOPLE and words_of(called(base))[-1:] != ("form",)


def is_list(node: ast.expr, given: frozenset[str]) -> bool:
    """What a role is held against: texts, members of an enumeration, what a decorator was given."""
    if isinstance(node, ast.Call) and called_function(node) in {"set", "frozenset"} and node.args:
        node = node.args[0]
    elements = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return bool(elements) and all(
        (isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value != "")
        or (isinstance(each, ast.Name) and (each.id in given or (each.id.isupper() and len(each.id) > 2)))
        or (isinstance(each, ast.Attribute) and called(each.value)[:1].isupper())
        for each in elements
    )


def compared(node: ast.expr) -> bool:
    """``user["role"]``, ``role_of(user)``; no method of a request and no kind of a token."""
    node = node.value if isinstance(node, ast.Await) else node
    if not isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        return False
    words = set(words_of(called(node) or (called_function(node) if isinstance(node, ast.Call) else "")))
    base = node.value if isinstance(node, ast.Attribute | ast.Subscript) else node
    if base is not node and of_person(base):
        return bool(words) and not words & STANDING
    return bool(words) and not words & KINDS and called(base) not in NOT_PEOPLE


def of_person(base: ast.expr) -> bool:
    """``current_user``, ``request.user``, ``session["member"]``"""
    return not PERSONS.isdisjoint(words_of(called(base)))


PERSONS = frozenset(
    ["user", "account", "member", "person", "me", "mine", "identity", "principal", "customer", "employee",
     "usuario", "benutzer", "nutzer", "utilisateur", "utente", "gebruiker", "actor", "viewer", "caller"]
)  # fmt: skip


def of_factory(functions: list[Function]) -> frozenset[str]:
    """What a decorator is given, beside the view: names of its outer functions."""
    return frozenset(each.name for one in functions[:-1] for each in one.parameters if each.name not in VIEWS)


VIEWS = frozenset(["view", "func", "f", "fn", "handler", "function", "wrapped", "request", "self", "cls"])


def answers_right(function: Function) -> bool:
    """Whether what it answers is a right: ``return self.request.user.is_staff`` of ``test_func``."""
    return any(
        had(one) or is_right(one)
        for each in function.returns
        for one in parts(each)
        if any(isinstance(part, ast.Name | ast.Attribute) and "user" in called(part) for part in walk(one))
    )


def required_right(function: Function) -> bool:
    """``decorators = [allows.requires(CanEditPost)]`` of its class, or such a decorator of its own: a right
    that is a class."""
    return any(is_requirement(each) for each in (*decorators_of(function), *function.node.decorator_list))


def decorators_of(function: Function) -> Iterator[ast.expr]:
    """What Flask's views put around all of their methods."""
    for node in function.cls.node.body if function.cls is not None else ():
        if isinstance(node, ast.Assign) and called(node.targets[0]) == "decorators":
            yield from getattr(node.value, "elts", ())


def is_requirement(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or {"require", "requires", "needs"}.isdisjoint(
        words_of(called_function(node))
    ):
        return False
    names = [called_function(each) if isinstance(each, ast.Call) else called(each) for each in node.args]
    return any(words_of(name)[:1] in {("can",), ("has",), ("is",), ("may",)} for name in names)


def refused_by_right(function: Function) -> bool:
    """``if not Permission(MayHide, in_forum(topic)): return redirect(...)``"""
    return any(
        isinstance(node, ast.If)
        and isinstance(node.test, ast.UnaryOp)
        and isinstance(node.test.op, ast.Not)
        and isinstance(node.test.operand, ast.Call)
        and {"permission", "permitted", "allowed"} & set(words_of(called_function(node.test.operand)))
        and isinstance(node.body[-1], ast.Return | ast.Raise)
        for node in function.walk()
    )


def missing(test: ast.expr) -> str:
    """Of ``not g.person`` and ``g.person is None`` what is not there."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return unparsed(test.operand)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is):
        return unparsed(test.left)
    return ""
