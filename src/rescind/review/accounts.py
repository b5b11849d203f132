"""Code that looks an account up by what somebody typed, and what it does where there is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, walk
from rescind.review.called import called_function
from rescind.review.flow.conditions import conditions, ends
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.words import words_of

TYPED = frozenset(
    ["email", "mail", "username", "login", "phone", "nick", "nickname", "handle", "mobile", "identifier",
    "address", "account", "name", "user",
     "msisdn", "number", "userid", "ident", "telephone"]
)  # fmt: skip
ACCOUNTS = frozenset(
    ["user", "users", "member", "members", "account", "accounts", "person", "people", "customer",
    "customers", "row", "record", "profile",
     "found", "rider", "client", "subscriber", "employee", "staff", "admin", "patient", "student",
     "principal", "login", "who", "match"]
)  # fmt: skip
CERTAIN = frozenset(
    [
        "email",
        "mail",
        "username",
        "login",
        "phone",
        "nick",
        "nickname",
        "mobile",
        "msisdn",
        "telephone",
        "identifier",
    ]
)
NOT_TYPED = {"key", "token", "digest", "code", "sid", "pk", "password", "pw", "pwd", "passwd", "pin", "hash"}
READS = frozenset(
    [
        "get", "find", "fetch", "load", "lookup", "by", "query", "select", "first", "one", "search",
        "retrieve", "read", "scalar", "execute", "filter", "aget", "afirst", "fetchrow", "fetchone",
        "scalars", "objects",
    ]
)  # fmt: skip
MISSES = {"first_or_404", "get_or_404", "one_or_404", "get_object_or_404", "aget_object_or_404"}
SIGNS_UP = frozenset(["register", "registration", "signup", "join", "registered"])
ASKS = frozenset(
    [
        "answer", "auth", "authenticate", "available", "begin", "check", "code", "email", "exists",
        "find", "forgot", "forgotten",
        "identify", "known", "link", "login", "logon", "lookup", "lost", "magic", "mail", "otp",
        "password", "pin", "recover",
        "recovery", "remind", "reminder", "request", "resend", "reset", "restore", "send", "sign",
        "signin", "signon", "start", "token",
    ]
)  # fmt: skip


class Lookup(NamedTuple):
    """``user = find(email)``: the name, the statement, and whether a missing one is answered right there."""

    name: str
    node: ast.stmt
    value: ast.expr
    misses: bool
    handler: ast.ExceptHandler | None = None


def lookups(look: Look, function: Function) -> Iterator[Lookup]:
    for node in function.walk():
        target, value = assigned(node)
        if target is None or value is None or is_input(look, target, value):
            continue
        statement = look.module.statement_of(node)
        if statement is None:
            continue
        called = value if not is_fetch(value) else executed(function, value)
        if called is not None and finds_account(look, target, called):
            missing = any(
                isinstance(each, ast.Call) and called_function(each) in MISSES for each in walk(value)
            )
            yield Lookup(target, statement, value, missing, handler_of(look, statement))


def assigned(node: ast.AST) -> tuple[str | None, ast.Call | ast.Subscript | None]:
    """``x = await f()``, ``(x := f())``, ``x = USERS[name]``"""
    target = value = None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.NamedExpr | ast.AnnAssign):
        target, value = node.target, node.value
    value = value.value if isinstance(value, ast.Await) else value
    if isinstance(value, ast.BoolOp):
        value = value.values[0]
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Call | ast.Subscript):
        return None, None
    return target.id, value


def is_input(look: Look, target: str, value: ast.expr) -> bool:
    """``name = form.get("name")``: what was typed, no account."""
    if not CERTAIN.isdisjoint(words_of(target)):
        return True
    if isinstance(value, ast.Subscript) and not isinstance(value.slice, ast.Name):
        return True
    receiver = (
        value.func.value if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) else None
    )
    if isinstance(receiver, ast.Name | ast.Attribute) and not INPUTS.isdisjoint(
        words_of(called_name(receiver))
    ):
        return True
    return bool(look.shared.flow.web.part(value, look.scope(value)))


INPUTS = frozenset(
    [
        "kwargs", "form", "data", "request", "payload", "body", "args", "params", "json", "headers",
        "settings",
        "config", "environ", "attrs", "options", "cookies",
    ]
)  # fmt: skip


def is_fetch(call: ast.expr) -> bool:
    """``cursor.fetchone()``: the statement was given before."""
    if not isinstance(call, ast.Call) or call.args or isinstance(getattr(call.func, "value", None), ast.Call):
        return False
    return called_function(call) in {"fetchone", "fetchall", "one_or_none", "first"}


def executed(function: Function, call: ast.expr) -> ast.expr:
    """The last ``execute`` before a ``fetchone``."""
    before = [
        each.node
        for each in function.calls
        if called_function(each.node) == "execute" and each.node.lineno <= call.lineno
    ]
    return before[-1] if before else call


def finds_account(look: Look, name: str, call: ast.expr) -> bool:
    """By an address or a name that somebody typed, in what keeps accounts."""
    words = {word for each in walk(call) for word in told_by(look, each)}
    if not TYPED & words or asked_by(call) & NOT_TYPED:
        return False
    if not CERTAIN & words and ACCOUNTS.isdisjoint({*words_of(name), *words}):
        return False
    reads = any(reads_one(each) for each in walk(call))
    return reads and typed(look, call)


def reads_one(node: ast.AST) -> bool:
    """A call that gets something, ``next(... for ...)``, ``USERS[name]``."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Name) and not ACCOUNTS.isdisjoint(words_of(called_name(node.value)))
    if not isinstance(node, ast.Call):
        return False
    name = called_function(node)
    return not READS.isdisjoint(words_of(name)) or (
        name == "next" and bool(node.args) and isinstance(node.args[0], ast.GeneratorExp)
    )


def called_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def asked_by(call: ast.expr) -> set[str]:
    """The names of the columns that a lookup goes by."""
    found: set[str] = set()
    for each in walk(call):
        if isinstance(each, ast.keyword):
            found |= set(words_of(each.arg or ""))
        elif (
            isinstance(each, ast.Constant) and isinstance(each.value, str) and " where " in each.value.lower()
        ):
            found |= set(words_of(each.value.lower().rpartition(" where ")[2]))
    return found


def told_by(look: Look, node: ast.AST) -> tuple[str, ...]:
    """The words of names, keywords and texts of a lookup."""
    if isinstance(node, ast.Name) and node.id.isupper():  # a statement that stands elsewhere
        texts = [text.lower().rpartition(" where ")[2] for text in look.values(node).texts]
        return tuple(word for text in (texts or [node.id]) for word in words_of(text))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        where = node.value.lower().rpartition(" where ")[2]
        return words_of(where)
    if isinstance(node, ast.keyword):
        return words_of(node.arg or "")
    return words_of(
        node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    )


def typed(look: Look, call: ast.expr) -> bool:
    """Whether an argument of the lookup is what a request says, or a parameter of the function."""
    for each in walk(call):
        if isinstance(each, ast.Name | ast.Subscript | ast.Attribute | ast.Call) and each is not call:
            if isinstance(each, ast.Name) and any(
                one.kind == "parameter" for one in bindings_at(each, look.scope(each))
            ):
                if each.id not in {
                    "self",
                    "cls",
                    "request",
                    "session",
                    "db",
                    "conn",
                    "cursor",
                    "pool",
                    "connection",
                }:
                    return True
            elif any(origin.kind == "request" for origin in look.origins(each)):
                return True
    return False


def handler_of(look: Look, node: ast.stmt) -> ast.ExceptHandler | None:
    """``except User.DoesNotExist`` around a lookup."""
    below: ast.AST = node
    for above in look.module.above(node):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            return None
        if isinstance(above, ast.Try) and any(each is below for each in above.body):
            for handler in above.handlers:
                text = ast.unparse(handler.type) if handler.type is not None else "Exception"
                if any(word in text for word in NOT_THERE):
                    return handler
        below = above
    return None


NOT_THERE = (
    "DoesNotExist",
    "NotFound",
    "NoResult",
    "KeyError",
    "Exception",
    "LookupError",
    "Missing",
    "Unknown",
    "NoSuch",
)


def missing_branches(look: Look, function: Function, lookup: Lookup) -> list[list[ast.stmt]]:
    """The blocks that run where there is no account."""
    found: list[list[ast.stmt]] = [lookup.handler.body] if lookup.handler is not None else []
    for node in function.walk():
        if isinstance(node, ast.If) and node.lineno > lookup.node.lineno:
            if says_missing(node.test, lookup.name) and not also_wrong(node.test):
                found.append(node.body)
            elif says_there(node.test, lookup.name):
                found.append(node.orelse or (following(look, node) if ends(node.body) else []))
    return found


def following(look: Look, node: ast.stmt) -> list[ast.stmt]:
    """The statements of a block after one of them."""
    above = look.module.parent_of(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(above, name, None)
        if isinstance(block, list) and any(each is node for each in block):
            return list(block[next(at for at, each in enumerate(block) if each is node) + 1 :])
    return []


def also_wrong(test: ast.expr) -> bool:
    """``x is None or x.code != code``: one answer for both."""
    return (
        isinstance(test, ast.BoolOp)
        and isinstance(test.op, ast.Or)
        and any(
            isinstance(each, ast.Compare | ast.Call | ast.UnaryOp) and not isinstance(each, ast.Constant)
            for each in test.values[1:]
        )
    )


def says_missing(test: ast.expr, name: str) -> bool:
    """``x is None``, ``not x``, also as the first of several with ``or``."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return says_missing(test.values[0], name)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return says_there(test.operand, name)
    return is_compared(test, name, ast.Is)


def says_there(test: ast.expr, name: str) -> bool:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return says_there(test.values[0], name)
    return is_name(test, name) or is_compared(test, name, ast.IsNot)


def is_compared(test: ast.expr, name: str, kind: type[ast.cmpop]) -> bool:
    """``x is None`` or ``x is not None``."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], kind):
        return False
    right = test.comparators[0]
    return is_name(test.left, name) and isinstance(right, ast.Constant) and right.value is None


def is_name(node: ast.expr, name: str) -> bool:
    """``x``, ``(x := f())``"""
    node = node.target if isinstance(node, ast.NamedExpr) else node
    return isinstance(node, ast.Name) and node.id == name


def only_if_there(look: Look, node: ast.AST, name: str) -> bool:
    """Whether a call is only reached where there is an account."""
    for each in conditions(look.module, node):
        if each.mends is not None:
            continue
        if (says_missing(each.test, name) and not each.holds) or (says_there(each.test, name) and each.holds):
            return True
        if (
            isinstance(each.test, ast.BoolOp)
            and any(says_missing(value, name) for value in each.test.values)
            and not each.holds
        ):
            return True
    return False


def answers(body: list[ast.stmt]) -> list[str]:
    """What a block answers: returned, raised, flashed."""
    found = []
    for node in (each for statement in body for each in walk(statement)):
        if isinstance(node, ast.Return) and node.value is not None:
            found.append(ast.unparse(node.value))
        elif isinstance(node, ast.Raise) and node.exc is not None:
            found.append(ast.unparse(node.exc))
        elif isinstance(node, ast.Call) and (
            called_function(node) in {"flash", "abort", "add_error"} or "messages." in ast.unparse(node.func)
        ):
            found.append(ast.unparse(node))
    return found


def leaves(body: list[ast.stmt]) -> bool:
    return bool(body) and ends(body)
