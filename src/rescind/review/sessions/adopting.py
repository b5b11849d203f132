"""Ids of sessions that a visitor brought and that nobody knows, from which the server makes sessions.

The id of a cookie, a header or an address is fine as a question: is there a session of this id? It is adopted
where the answer no ends in a session under that very id. A new id that is only made where none was brought
says so as much as an entry that is made under it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from rescind.reading import Function, unparsed, walk
from rescind.review.flow.conditions import conditions, ends
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.sessions.rotating import begins_another
from rescind.review.sessions.sessions import SESSION, sign_ins
from rescind.review.sessions.signing_in import is_sign_in

BROUGHT = frozenset(["cookie", "query", "header", "path"])
NEW = frozenset(
    ["uuid", "uuid4", "token", "urandom", "random", "secrets", "generate", "new", "create", "make", "nonce",
     "hexlify", "mint", "nuevo", "neu", "neue", "nova", "novo", "fresh", "gen"]
)  # fmt: skip
READS = frozenset(
    ["get", "load", "fetch", "read", "find", "open", "lookup", "restore", "retrieve", "hgetall"]
)
PEOPLE = re.compile(r"(?i)log_?in|sign_?in|logon|passw|clave\b|contrase|senha|authenticat|anmeld|\buser_?id")
# What such an id also is: of a visit that is counted, a page, one request.
NO_SIGN_IN = frozenset(
    ["anonymous", "anon", "cart", "chat", "client", "conversation", "correlation", "csrf", "device", "mcp",
     "request", "socket", "stream", "trace", "tracking", "upload", "visitor", "ws"]
)  # fmt: skip


def adopted(look: Look, function: Function) -> Iterator[ast.AST]:
    """Where an id that a request brought becomes that of a session which was not there."""
    if not speaks_of_sessions(function):
        return
    for name, node in brought_ids(look, function):
        if answers_unknown(look, function, name):
            continue
        made = only_without(look, function, name)
        for each in (made,) if made is not None and is_kept(function, name) else ():
            yield each
            return
        entry = next((one for one in function.walk() if is_entry(look, function, one, name)), None)
        if entry is not None:
            yield node if made is not None else entry
            return


@once
def matters(look: Look) -> bool:
    """Whether people sign in into the sessions of a project, and the sign-in does not make another id."""
    looks = list(look.everywhere())
    if not any(PEOPLE.search(each.module.text) for each in looks):
        return False
    anew = [
        begins_another(each, function)
        for each in looks
        if "sess" in each.module.text.lower()
        for function in each.module.functions
        if is_sign_in(each, function) and (begins_another(each, function) or writes_who(each, function))
    ]
    return not anew or not all(anew)


def writes_who(look: Look, function: Function) -> bool:
    return next(sign_ins(look, function), None) is not None


def speaks_of_sessions(function: Function) -> bool:
    text = function.module.source_of(function.node).lower()
    return any(word in text for word in ("cookie", "sid", "session", "sesion", "sitzung", "sessao"))


def brought_ids(look: Look, function: Function) -> Iterator[tuple[str, ast.AST]]:
    """Variables and attributes that hold an id which the request brought, as text, with the place."""
    for node in function.walk():
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name | ast.Attribute) and is_id(look, target, node.value):
                yield unparsed(target), look.module.statement_of(node) or node
    for each in function.parameters:
        words = set(words_of(each.name))
        if words & SESSION and not words & NO_SIGN_IN and each.name not in {"session", "sessions", "sess"}:
            entry = look.shared.flow.entries.given(function, each)
            given = entry is not None and entry.part in BROUGHT
            used = next((one for one in function.walk() if is_use(one, each.name)), None)
            if given or (used is not None and comes_from_client(look, used)):
                yield each.name, function.node


def is_use(node: ast.AST, name: str) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def comes_from_client(look: Look, node: ast.Name) -> bool:
    return any(one.kind == "request" and one.part in BROUGHT and not one.built for one in look.origins(node))


def is_id(look: Look, target: ast.expr, value: ast.expr) -> bool:
    """``sid = request.cookies.get("sid")``, by the name of either."""
    said = {word for each in walk(value) for word in words_of(text_of(each))} | set(words_of(called(target)))
    if not said & SESSION or said & NO_SIGN_IN or isinstance(value, ast.Constant):
        return False
    first = bare(value)
    if isinstance(first, ast.Call) and READS & set(words_of(called_function(first))) and reads_store(first):
        return False
    return any(
        each.kind == "request" and each.part in BROUGHT and not each.built
        for part in first_of(first)
        for each in look.origins(part)
    ) or any(of_interface(look, part) for part in first_of(first))


def of_interface(look: Look, node: ast.expr) -> bool:
    """``request.cookies.get(name)`` where Flask asks an interface of sessions to open one."""
    function = look.function(node)
    return (
        function is not None
        and function.name == "open_session"
        and any(isinstance(each, ast.Attribute) and each.attr == "cookies" for each in walk(node))
    )


def reads_store(node: ast.Call) -> bool:
    """``sessions.get(request.cookies["sid"])`` is what the id opens."""
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(base, ast.Attribute) and base.attr in {"cookies", "COOKIES", "headers", "args", "GET"}:
        return False
    return any(isinstance(each, ast.Attribute | ast.Subscript | ast.Call) for each in node.args)


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and len(node.value) < 40 else ""
    return node.attr if isinstance(node, ast.Attribute) else ""


def bare(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Await):
        node = node.value
    return node


def first_of(node: ast.expr) -> list[ast.expr]:
    """What an expression gives where it is there: of ``a or b`` a, of ``a if a else b`` both."""
    if isinstance(node, ast.BoolOp):
        return [bare(node.values[0])]
    return [bare(node.body), bare(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def makes_new(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Call) and not NEW.isdisjoint(words_of(unparsed(each.func)))
        for each in walk(node)
    )


def only_without(look: Look, function: Function, name: str) -> ast.AST | None:
    """Where a new id is made that only who brought none gets: ``sid or new()``."""
    for node in function.walk():
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or node.value is None:
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if unparsed(target) != name:
            continue
        value = bare(node.value)
        parts = value.values if isinstance(value, ast.BoolOp) else []
        parts = [value.body, value.orelse] if isinstance(value, ast.IfExp) else parts
        if len(parts) > 1 and any(makes_new(each) for each in parts) and not all(map(makes_new, parts)):
            return node
        above = look.module.parent_of(look.module.statement_of(node) or node)
        if isinstance(above, ast.If) and makes_new(value) and says_absent(above.test, name):
            return node if is_used_beside(function, above, name) else None
        if isinstance(above, ast.ExceptHandler) and makes_new(value) and is_missing(above):
            return node
    return None


def is_used_beside(function: Function, branch: ast.If, name: str) -> bool:
    """Whether something is done with the id that was brought, and not only with a new one."""
    inside = set(walk(branch))
    return any(
        each not in inside and isinstance(each.ctx, ast.Load) and unparsed(each) == name
        for each in function.walk()
        if isinstance(each, ast.Name | ast.Attribute)
    )


def is_missing(node: ast.ExceptHandler) -> bool:
    """``except KeyError`` around ``sid = cookies["sid"]`` alone."""
    return node.type is not None and "KeyError" in unparsed(node.type)


def says_absent(test: ast.expr, name: str) -> bool:
    """``not sid``, ``sid is None``, ``sid == ""``, ``not sid or len(sid) != 32``"""
    if isinstance(test, ast.BoolOp):
        return all(says_absent(each, name) or is_shape(each, name) for each in test.values)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return unparsed(test.operand) == name or is_shape(test.operand, name)
    if isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant):
        return unparsed(test.left) == name
    return False


def is_shape(test: ast.expr, name: str) -> bool:
    """``len(sid) != 32``, ``PATTERN.match(sid)``: what it looks like, which anybody can write."""
    text = unparsed(test)
    return name in text and any(word in text for word in ("len(", "match(", "isalnum", "isinstance("))


def answers_unknown(look: Look, function: Function, name: str) -> bool:
    """Whether an id of which nothing is known is refused, or replaced by a new one."""
    held = held_by(function, name)
    return signed(function, name) or any(is_answer(look, each, name, held) for each in function.walk())


def is_answer(look: Look, node: ast.AST, name: str, held: set[str]) -> bool:
    if isinstance(node, ast.If | ast.IfExp):
        parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [*node.body, *node.orelse]
        return about_known(node.test, name, held) and any(refuses(part, name) for part in parts)
    if isinstance(node, ast.Call):
        return makes_new(node) and node_depends(look, node, name, held)
    if not isinstance(node, ast.ExceptHandler):
        return False
    return (not is_missing(node) and ends(node.body)) or any(refuses(each, name) for each in node.body)


def node_depends(look: Look, node: ast.Call, name: str, held: set[str]) -> bool:
    return any(about_known(each.test, name, held) for each in conditions(look.module, node))


def held_by(function: Function, name: str) -> set[str]:
    """Variables that hold what was found under the id."""
    found: set[str] = set()
    for _ in range(2):
        for node in function.walk():
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                inside = {
                    unparsed(each) for each in walk(node.value) if isinstance(each, ast.Name | ast.Attribute)
                }
                if inside & ({name} | found) and unparsed(node.targets[0]) != name:
                    found.add(node.targets[0].id)
    return found


def about_known(test: ast.expr, name: str, held: set[str]) -> bool:
    """Whether a test asks whether anything is known under the id."""
    for each in walk(test):
        if isinstance(each, ast.Name) and each.id in held:
            return True
        if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.In | ast.NotIn):
            asks = unparsed(each.left) == name
        else:
            asks = isinstance(each, ast.Call) and is_question(each, name)
        if asks:
            return True
    return False


def is_question(node: ast.Call, name: str) -> bool:
    """``store.exists(sid)``, and not what it looks like."""
    given = any(unparsed(one) == name for one in node.args)
    return given and not is_shape(node, name) and called_function(node) not in {"len", "bool", "str"}


def refuses(node: ast.AST, name: str) -> bool:
    """Whether a branch makes another id, drops this one, or ends without a session."""
    for each in walk(node):
        if isinstance(each, ast.Raise):
            return True
        if isinstance(each, ast.Assign) and any(unparsed(one) == name for one in each.targets):
            return True
        if isinstance(each, ast.Call) and (makes_new(each) or called_function(each) == "abort"):
            return not any(unparsed(one) == name for one in each.args)
        if isinstance(each, ast.Return) and (each.value is None or says_nothing(each.value, name)):
            return True
    return False


def says_nothing(node: ast.expr, name: str) -> bool:
    """``return None``, ``return "no", 401``"""
    return not any(unparsed(each) == name for each in walk(node) if isinstance(each, ast.expr)) and not any(
        isinstance(each, ast.Dict | ast.Name) for each in walk(node)
    )


def signed(function: Function, name: str) -> bool:
    """Whether the id has a signature of the server."""
    return any(
        isinstance(each, ast.Call)
        and {"unsign", "loads", "decode", "verify", "decrypt", "signed", "secure"}
        & set(words_of(called_function(each)))
        and (name in unparsed(each) or "cookie" in unparsed(each).lower())
        for each in function.walk()
    )


def is_kept(function: Function, name: str) -> bool:
    """Whether the id goes back to the browser, or into a session."""
    return "." in name or any(keeps(each, name) for each in function.walk())


def keeps(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Call):
        given = arguments(node)
        return any(name in unparsed(each) for each in given) and not asks_only(node)
    if isinstance(node, ast.Subscript):
        return unparsed(node.slice) == name
    return isinstance(node, ast.Return) and node.value is not None and unparsed(node.value) == name


def asks_only(node: ast.Call) -> bool:
    return called_function(node) in {"len", "bool", "isinstance", "str", "debug", "info", "warning", "print"}


def is_entry(look: Look, function: Function, node: ast.AST, name: str) -> bool:
    """``SESSIONS.setdefault(sid, {})``; ``if sid not in SESSIONS: SESSIONS[sid] = {}``; the same in a
    function that is given the id."""
    if isinstance(node, ast.Call):
        if called_function(node) == "setdefault" and node.args and unparsed(node.args[0]) == name:
            return True
        if not any(unparsed(each) == name for each in node.args):
            return False
        for each in look.shared.flow.calls.callees(node, look.scope(node)):
            parameter = next(iter([one.name for one in each.parameters if one.name in {"sid", name}]), "")
            if parameter and makes_entry(look.beside(each.module), each, parameter):
                return True
        return False
    return is_made_where_missing(look, function, node, name) or is_given_where_missing(
        look, function, node, name
    )


def is_given_where_missing(look: Look, function: Function, node: ast.AST, name: str) -> bool:
    """``if stored is None: return Session(sid=sid)``"""
    made = node.value if isinstance(node, ast.Return) else None
    if not isinstance(made, ast.Call) or SESSION.isdisjoint(words_of(called_function(made))):
        return False
    given = arguments(made)
    if not any(unparsed(each) == name for each in given):
        return False
    held = held_by(function, name)
    return any(
        says_none(each.test) is each.holds and about_known(each.test, name, held)
        for each in conditions(look.module, node)
    )


def says_none(test: ast.expr) -> bool | None:
    """Whether a test is true where there is nothing; None: it asks something else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = says_none(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot):
        return isinstance(test.ops[0], ast.Is)
    return False if isinstance(test, ast.Name | ast.Call | ast.NamedExpr) else None


def makes_entry(look: Look, function: Function, name: str) -> bool:
    if answers_unknown(look, function, name):
        return False
    return any(
        is_made_where_missing(look, function, each, name)
        or (
            isinstance(each, ast.Call)
            and called_function(each) == "setdefault"
            and each.args
            and unparsed(each.args[0]) == name
        )
        for each in function.walk()
    )


def is_made_where_missing(look: Look, function: Function, node: ast.AST, name: str) -> bool:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    if not isinstance(target, ast.Subscript) or unparsed(target.slice) != name:
        return False
    held = held_by(function, name)
    return any(
        about_known(each.test, name, held) for each in conditions(look.module, node) if each.mends is None
    )
