"""Links that sign somebody in and are read without asking when they were made, by what is done with what
they say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Call, Function, walk
from rescind.review.lifetimes.ageless import TIMED
from rescind.review.lifetimes.keyed import LETS_IN
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called_function, variables
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.sessions.macs import ENTERS, HMAC, is_timed
from rescind.review.sessions.sessions import SESSION, sign_ins

UNTIMED = re.compile(
    r"^(?:itsdangerous\.(?:\w+\.)*(?:URLSafeSerializer|Serializer|Signer|JSONWebSignatureSerializer)(?:\(\))?\.(?:loads|unsign)"
    r"|django\.core\.signing\.Signer(?:\(\))?\.unsign(?:_object)?)$"
)
GIVES = frozenset(["begin", "create", "issue", "make", "mint", "new", "open", "start"])
GIVEN = SESSION | {"token", "tokens"}
SIGNS = frozenset(["sign", "dumps", "seal", "pack"])
ROUNDS = 3  # from name to name
MANY = 6  # of those who call


def endless_links(look: Look) -> Iterator[ast.Call]:
    """Where what signs in is read without its age, or is made by a signer of the project without a time."""
    if not look.speaks_of(["loads", "sign"]):
        return
    for call in look.calls:
        function = look.function(call.node)
        if function is not None and (lets_in(look, function, call) or makes_magic(look, function, call)):
            yield call.node


def lets_in(look: Look, function: Function, call: Call) -> bool:
    return is_ageless(call) and not is_bound(function, call.node) and enters(look, function, call.node)


def makes_magic(look: Look, function: Function, call: Call) -> bool:
    return called_function(call.node) in SIGNS and is_magic(function) and is_signed_by_hand(look, call)


def is_ageless(call: Call) -> bool:
    names = [each.name for each in call.named]
    if any(map(UNTIMED.match, names)):
        return True
    told = call.argument("max_age", 1) is not None or any(each.arg is None for each in call.node.keywords)
    return any(map(TIMED.match, names)) and not told


def is_bound(function: Function, node: ast.Call) -> bool:
    """Whether what it says is held against something of the account, which changes: a version, a digest."""
    names = holding(function, node)
    return any(
        isinstance(each, ast.Compare)
        and variables(each) & names
        and any(isinstance(one, ast.Attribute | ast.Subscript) for one in walk(each))
        for each in function.walk()
    )


def holding(function: Function, node: ast.AST) -> set[str]:
    """The names that hold what a node gives, or something that was found by it."""
    statement = function.module.statement_of(node)
    found = set(targets(statement)) if isinstance(statement, ast.Assign) else set()
    for _ in range(ROUNDS if found else 0):
        for each in function.nodes_of(ast.Assign):
            if isinstance(each, ast.Assign) and variables(each.value) & found:
                found |= set(targets(each))
    return found


def targets(node: ast.Assign) -> Iterator[str]:
    return (each.id for target in node.targets for each in walk(target) if isinstance(each, ast.Name))


def enters(look: Look, function: Function, node: ast.Call) -> bool:
    """Whether who is found by it is signed in: there, or by those who call the function that gives them."""
    names = holding(function, node)
    if signs_in(look, function, names):
        return True
    if not any(variables(each) & names or node in set(walk(each)) for each in function.returns):
        return False
    for call in list(look.shared.flow.calls.callers(function))[:MANY]:
        above = call.module.function_of(call.node)
        if above is not None and signs_in(look.beside(call.module), above, holding(above, call.node)):
            return True
    return False


def signs_in(look: Look, function: Function, names: set[str]) -> bool:
    if not names:
        return False
    if any(variables(each.value) & names for each in sign_ins(look, function)):
        return True
    for call in function.calls:
        given = [each for each in arguments(call.node) if variables(each) & names]
        if not given:
            continue
        words = set(words_of(called_function(call.node)))
        if words & ENTERS or (words & GIVES and words & GIVEN):
            return True
        callees = look.shared.flow.calls.callees(call.node, look.scope(call.node))
        if any(next(sign_ins(look.beside(each.module), each), None) is not None for each in callees):
            return True
    return False


# by a signer of the project


def is_magic(function: Function) -> bool:
    """``magic_link(user)``, ``MagicLinks.permanent(user)``, by its own name or that of its class."""
    words = set(words_of(function.name))
    words |= set(words_of(function.cls.name)) if function.cls is not None else set()
    return bool(words & (LETS_IN - {"session", "access", "auth"})) and bool(words & {"link", "links", "url"})


def is_signed_by_hand(look: Look, call: Call) -> bool:
    """``self.plain.sign(user)`` of a class of the project that makes a MAC and speaks of no time."""
    made = look.shared.flow.calls.callees(call.node, look.scope(call.node))
    return bool(made) and all(makes_mac(look, each) and not is_timed(each) for each in made)


@once
def makes_mac(look: Look, function: Function, depth: int = 1) -> bool:
    if HMAC.search(function.module.source_of(function.node)):
        return True
    inner = (
        each
        for call in function.calls
        for each in look.shared.flow.calls.callees(call.node, function.module.scope_of(call.node))
    )
    return depth > 0 and any(makes_mac(look, each, depth - 1) for each in inner)
