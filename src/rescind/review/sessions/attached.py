"""Somebody who has just proved who they are, written into what their browser's cookie opened before.

A project calls it visit, seat, stay or tab: it is a session because a cookie opens it and because whoever
gives the right password is written into it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from rescind.reading import Function, unparsed, walk
from rescind.review.flow.calls import bind
from rescind.review.flow.conditions import conditions
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once
from rescind.review.sessions.keyed import KEY, keyed_by_client
from rescind.review.sessions.proved import is_person
from rescind.review.sessions.rotating import ANEW, asks_for_another, only_for_some
from rescind.review.sessions.sessions import WHO, pairs
from rescind.review.sessions.signing_in import NO_SESSION, signs_in

# What a framework keeps for the time of one request.
CARRIES = frozenset(
    ["g", "request", "req", "ctx", "context", "state", "self", "scope", "local", "environ", "info"]
)
WRITES = frozenset(
    ["execute", "fetchrow", "fetchval", "hmset", "hset", "psetex", "put", "query", "run", "save", "set",
     "setex", "store", "update", "update_many", "update_one", "find_one_and_update", "write"]
)  # fmt: skip
GOES = frozenset(
    ["delete", "remove", "drop", "destroy", "pop", "discard", "unlink", "leave", "end", "close", "clear",
     "flush", "hdel", "invalidate", "loesche", "borra", "supprime", "apaga", "retire", "forget", "kill"]
)  # fmt: skip
BEGINS = frozenset(
    ["begin", "fresh", "insert", "new", "issue", "open", "start", "create", "mint", "generate"]
)
DEEPEST = 3


def attached(look: Look, function: Function) -> Iterator[ast.AST]:
    """Where a sign-in writes who it is into what a cookie opened, itself or by a function that it calls."""
    if not signs_in(look, function):
        return
    for node in function.walk():
        if isinstance(node, ast.Assign):
            for target, value in pairs(node):
                if (
                    isinstance(target, ast.Attribute | ast.Subscript)
                    and is_person(look, function, value)
                    and is_brought(look, target.value)
                    and not replaced(look, function, target.value, node)
                ):
                    yield node
        elif isinstance(node, ast.Call) and handed(look, function, node):
            yield node


@once
@in_circles(bool)
def is_brought(look: Look, node: ast.expr) -> bool:
    """Whether something was opened by a cookie, here or by what runs before each request."""
    return opens(look, node, DEEPEST)


def opens(look: Look, node: ast.expr, depth: int) -> bool:
    node = node.value if isinstance(node, ast.Await) else node
    if isinstance(node, ast.IfExp):
        return any(opens(look, each, depth) for each in (node.body, node.orelse))
    if depth == 0 or not NO_SESSION.isdisjoint(words_of(called(node))):
        return False
    if isinstance(node, ast.Name):
        if not WHO.isdisjoint(words_of(node.id)):
            return False
        values = [one.value for one in bindings_at(node, look.scope(node)) if one.kind in {"assign", "with"}]
        return any(value is not None and opens(look, value, depth - 1) for value in values)
    if isinstance(node, ast.BoolOp):
        return any(opens(look, each, depth) for each in node.values)
    if isinstance(node, ast.Call) and by_cookie(look, node):
        return True
    return carried_by_cookie(look, node) or given_by_cookie(look, node, depth)


def given_by_cookie(look: Look, node: ast.expr, depth: int) -> bool:
    """``stay_of(request)``, of a function of the project that looks it up by a cookie."""
    made = look.shared.flow.calls.callees(node, look.scope(node)) if isinstance(node, ast.Call) else []
    return any(
        isinstance(value, ast.Call) and opens(look.beside(each.module), value, depth - 1)
        for each in made
        if each.name != "__init__"
        for value in each.returns
    )


def carried_by_cookie(look: Look, node: ast.expr) -> bool:
    """Whether what was put there is looked up by a cookie, wherever that is."""
    return is_carried(node) and any(
        by_cookie(look.beside(module), value)
        for module, value in look.shared.set_on_attributes.get(called(node), ())[:4]
    )


def is_carried(node: ast.expr) -> bool:
    """``request["visit"]``, ``g.visit``, ``request.state.visit``, ``self.visit``"""
    if isinstance(node, ast.Subscript):
        fixed = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        return fixed and called(node.value) in CARRIES
    return isinstance(node, ast.Attribute) and called(node.value) in CARRIES


def by_cookie(look: Look, node: ast.expr, depth: int = DEEPEST) -> bool:
    """Whether something is looked up by what stood in a cookie."""
    parts = [each for each in walk(node) if is_read(each)]
    if any(is_cookie(look, each) for each in parts):
        return True
    return depth > 0 and any(
        isinstance(value, ast.Call | ast.Subscript | ast.BoolOp | ast.IfExp | ast.Await)
        and by_cookie(look, value, depth - 1)
        for each in parts
        if isinstance(each, ast.Name)
        for value in values_of(look, each)
    )


def is_read(node: ast.AST) -> TypeGuard[ast.expr]:
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Call)


def is_cookie(look: Look, node: ast.expr) -> bool:
    return any(one.kind == "request" and one.part == "cookie" for one in look.origins(node, KEY))


def values_of(look: Look, node: ast.expr) -> list[ast.expr]:
    if not isinstance(node, ast.Name):
        return []
    bound = bindings_at(node, look.scope(node))
    return [one.value for one in bound if one.value is not None and one.kind != "parameter"]


def replaced(look: Look, function: Function, held: ast.expr, node: ast.AST) -> bool:
    """Whether the function takes that entry out, or puts another in its place."""
    values = [each.value if isinstance(each, ast.Await) else each for each in values_of(look, held)]
    texts = {unparsed(each) for each in (held, *values)}
    for each in function.walk():
        if isinstance(each, ast.Assign) and each is not node and sets_anew(each, texts):
            return True
        if isinstance(each, ast.Assign) and any(map(asks_for_another, each.targets)):
            return True
        if isinstance(each, ast.Delete) and any(speaks(look, one, texts) for one in each.targets):
            return True
        if isinstance(each, ast.Call) and each is not node and goes(look, each, texts, called(held)):
            return True
    return False


def sets_anew(node: ast.Assign, texts: set[str]) -> bool:
    """``request.visit, secret = Visit.begin()``, of what is no name."""
    targets = [one for each in node.targets for one in (each.elts if isinstance(each, ast.Tuple) else [each])]
    return any(not isinstance(each, ast.Name) and unparsed(each) in texts for each in targets)


def speaks(look: Look, node: ast.expr, texts: set[str]) -> bool:
    """Whether an expression holds the entry, a part of it, or the id of it."""
    return any(
        unparsed(each) in texts or is_id(look, each)
        for each in walk(node)
        if isinstance(each, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
    )


def goes(look: Look, node: ast.Call, texts: set[str], name: str) -> bool:
    """``visit.delete()``, ``store.drop(request["visit"])``, ``redis.delete(f"visit:{g.number}")``, and what a
    function of the project does with them or with the request."""
    given = arguments(node)
    given += [node.func.value] if isinstance(node.func, ast.Attribute) else []
    own = any(speaks(look, each, texts) for each in given)
    if own and set(words_of(called_function(node))) & (GOES | ANEW):
        return True
    if not own and not any(called(each) in CARRIES for each in given):
        return False
    if only_where_none(look, node) or unparsed(node) in texts:
        return False
    return any(
        begins_entry(look.beside(each.module), each) if own else begins_here(look, each, name)
        for each in look.shared.flow.calls.callees(node, look.scope(node))
    )


def only_where_none(look: Look, node: ast.AST) -> bool:
    """``if request.ctx.visit is None: number = open()``: who has one keeps it."""
    return any(each.holds and is_missing(each.test) for each in conditions(look.module, node))


def is_missing(test: ast.expr) -> bool:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return True
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Is)
        and isinstance(test.comparators[0], ast.Constant)
    )


@once
def begins_entry(look: Look, function: Function, depth: int = 1) -> bool:
    """Whether a function takes an entry out, or makes one under a new id."""
    for each in function.calls:
        if only_for_some(look, each.node) or only_where_none(look, each.node):
            continue  # ``sid = sid or token_urlsafe()``
        words = words_of(called_function(each.node))
        if set(words) & (GOES | ANEW) or BEGINS & set(words[:1]) or is_random(each.node):
            return True
        for one in look.shared.flow.calls.callees(each.node, look.scope(each.node)) if depth else ():
            if begins_entry(look.beside(one.module), one, depth - 1):
                return True
    return any(isinstance(each, ast.Delete) for each in function.walk())


def begins_here(look: Look, function: Function, name: str) -> bool:
    """Whether a function that is given the request puts another entry into it."""
    return any(
        isinstance(each, ast.Assign)
        and any(
            is_carried(one) and called(one) == name
            for target in each.targets
            for one in (target.elts if isinstance(target, ast.Tuple) else [target])
        )
        for each in function.walk()
    ) or any(
        set(words_of(called_function(each.node))) & (GOES | ANEW) and name in unparsed(each.node)
        for each in function.calls
    )


def is_random(node: ast.Call) -> bool:
    return unparsed(node.func).startswith(("secrets.", "uuid.", "os.urandom", "token_"))


# by a function of the project's own


def handed(look: Look, function: Function, node: ast.Call) -> bool:
    """``visits.admit(request.ctx.number, worker)``: what the cookie opens, or its id, and who it is."""
    given = arguments(node)
    if not any(is_person(look, function, each) for each in given):
        return False
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    of_entry = base is not None and is_brought(look, base)
    if len(given) < 2 and not of_entry:
        return False
    for each in look.shared.flow.calls.callees(node, look.scope(node)):
        home = look.beside(each.module)
        if begins_entry(home, each) or next(keyed_by_client(home, each), None) is not None:
            continue  # that is said there
        bound = {name: one[0] for name, one in bind(each, node, look.scope(node)).items()}
        people = {name for name, value in bound.items() if is_person(look, function, value)}
        kept = {name for name, value in bound.items() if name not in people and is_entry(look, value)}
        anew = any(replaced(look, function, bound[name], node) for name in kept)
        if base is not None and of_entry and each.parameters and each.cls is not None:
            anew |= replaced(look, function, base, node)
            kept.add(each.parameters[0].name)
        if people and kept and writes(each, kept, people) and not anew:
            return True
    return False


def is_entry(look: Look, node: ast.expr) -> bool:
    """What a cookie opens, or the id that stands in it."""
    if not NO_SESSION.isdisjoint(words_of(called(node))):
        return False
    return any(is_brought(look, each) or is_id(look, each) for each in (node, *values_of(look, node)))


def is_id(look: Look, node: ast.expr) -> bool:
    if is_carried(node):
        return carried_by_cookie(look, node)
    return isinstance(node, ast.Call | ast.Subscript | ast.Name) and by_cookie(look, node)


def writes(function: Function, kept: set[str], people: set[str]) -> bool:
    """Whether a function writes one of its parameters to what another one is, or is the key of."""
    for node in function.walk():
        if isinstance(node, ast.Assign):
            for target, value in pairs(node):
                part = isinstance(target, ast.Attribute | ast.Subscript)
                if part and speaks_of(target, kept) and speaks_of(value, people):
                    return True
        elif isinstance(node, ast.Call) and called_function(node) in WRITES:
            given = arguments(node)
            if speaks_of(node, kept) and any(speaks_of(each, people) for each in given):
                return True
    return False


def speaks_of(node: ast.expr, names: set[str]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in names for each in walk(node))
