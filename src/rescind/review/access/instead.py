"""Whom a request names instead of who is signed in: before them, in a body that becomes a row, to sign in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Iterator

from rescind.reading import Class, Function, walk
from rescind.review.access.asked_rights import STANDING
from rescind.review.access.bodies import models
from rescind.review.access.columns import known_as
from rescind.review.access.owned import owner_columns
from rescind.review.access.persons import Persons, is_owner, persons_of
from rescind.review.access.rows import ENDS, FINDS, given, statements
from rescind.review.flow import Policy
from rescind.review.flow.conditions import conditions
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function, variables
from rescind.review.naming.words import words_of

NAMED = Policy("named", frozenset(), (), frozenset(), numbers=False)
SIGN_IN = frozenset(["login_user", "force_login", "auth_login", "login", "remember", "sign_in", "log_in"])
PARTS = {"body", "form", "query"}
Says = Callable[[ast.AST, frozenset[str]], bool]


def by_default(look: Look, function: Function) -> Iterator[ast.AST]:
    """Where rows are found with whom a request names, or with who is signed in where it names nobody:
    ``request.args.get("rider") or session["rider"]``, ``get("payer", request.user.pk)``."""
    persons = persons_of(look, function)
    if not persons.anywhere:
        return
    for node in function.walk():
        if (
            not isinstance(node, ast.Assign)
            or len(node.targets) != 1
            or not isinstance(node.targets[0], ast.Name)
        ):
            continue
        if not any(chosen(look, persons.says_who, one) for one in walk(node.value)):
            continue
        if below_right(look, persons, node):
            continue
        name = node.targets[0].id
        if any(asked(one, name) for one in function.walk()):
            continue
        used = next((one for one in finding(look, function) if holds(one, name)), None)
        if used is not None and mine_beside(persons, used, name):
            continue
        if used is not None:
            yield used


def mine_beside(persons: Persons, call: ast.Call, name: str) -> bool:
    """``filter(owner=request.user, page=page)``: whatever else is said, it is theirs."""
    return any(
        persons.has(value) and name not in variables(value)
        for column, value in given(call)
        if column and is_owner(column)
    )


def below_right(look: Look, persons: Persons, node: ast.AST) -> bool:
    """``if current_user.is_doctor:`` around it: who has a right may name others."""
    return any(
        of_right(lambda part, _: persons.has(part), one)
        for each in conditions(look.module, node)
        if each.holds
        for one in walk(each.test)
    )


def of_right(says_who: Says, node: ast.AST) -> bool:
    """``current_user.is_doctor``"""
    return (
        isinstance(node, ast.Attribute)
        and not STANDING & set(words_of(node.attr))
        and says_who(node.value, frozenset())
    )


def chosen(look: Look, says_who: Says, node: ast.AST, parts: Container[str] = PARTS) -> bool:
    """Whether an expression is what a request says, and else who is signed in."""
    pairs: tuple[ast.expr, ast.expr] | None = None
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
        pairs = (node.values[0], node.values[1])
    elif isinstance(node, ast.IfExp) and not any(of_right(says_who, one) for one in walk(node.test)):
        pairs = (node.body, node.orelse)
    elif isinstance(node, ast.Call) and len(node.args) == 2 and called(node):
        pairs = (ast.Call(node.func, node.args[:1], []), node.args[1])
        return says_who(pairs[1], frozenset()) and from_request(look, node, parts)
    if pairs is None:
        return False
    one, other = pairs
    return (
        says_who(other, frozenset()) and not says_who(one, frozenset()) and from_request(look, one, parts)
    ) or (
        isinstance(node, ast.IfExp)
        and says_who(one, frozenset())
        and not says_who(other, frozenset())
        and from_request(look, other, parts)
    )


def from_request(look: Look, node: ast.expr, parts: Container[str] = PARTS) -> bool:
    return any(each.kind == "request" and each.part in parts for each in look.origins(node, NAMED))


def asked(node: ast.AST, name: str) -> bool:
    """Whether a value is held against anything, or given to a check."""
    if isinstance(node, ast.Compare):
        sides = (node.left, *node.comparators)
        alone = any(isinstance(each, ast.Name) and each.id == name for each in sides)
        columns = any(isinstance(each, ast.Attribute) and called(each.value)[:1].isupper() for each in sides)
        return alone and not columns and not any(isinstance(each, ast.Constant) for each in sides)
    return (
        isinstance(node, ast.Call)
        and not {"may", "can", "check", "ensure", "require", "allowed", "assert", "verify"}.isdisjoint(
            words_of(called_function(node))
        )
        and holds(node, name)
    )


def finding(look: Look, function: Function) -> Iterator[ast.Call]:
    """The calls that ask for rows, or a function of the project."""
    for each in function.calls:
        node = each.node
        stores = called_function(node) in FINDS | ENDS or bool(statements(look, node))
        if stores or look.shared.flow.calls.callees(node, look.scope(node)):
            yield node


def holds(call: ast.Call, name: str) -> bool:
    parts = arguments(call)
    return any(isinstance(one, ast.Name) and one.id == name for each in parts for one in walk(each))


def in_bodies(look: Look, function: Function) -> Iterator[tuple[ast.AST, str]]:
    """``Note(**given.model_dump())``, where the model of the body has the owner among its fields."""
    for each in function.calls:
        node = each.node
        name = called_function(node)
        if not name[:1].isupper() and not {"create", "insert", "values"} & set(words_of(name)):
            continue
        own = {one.arg for one in node.keywords if one.arg is not None}
        for keyword in node.keywords:
            inner = keyword.value
            if keyword.arg is not None or not isinstance(inner, ast.Call):
                continue
            left = {
                str(one.value)
                for one in walk(inner)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            }
            for cls in models(look, inner):
                field = owner_field(look, cls, own | left)
                if field:
                    yield node, field


def owner_field(look: Look, cls: Class, without: set[str]) -> str:
    """The field of a model of a body that says whose a row is; empty: none."""
    columns = owner_columns(look)
    for each in cls.mro:
        for node in each.definition.node.body if isinstance(each.definition, Class) else ():
            name = getattr(node.target, "id", "") if isinstance(node, ast.AnnAssign) else ""
            if not name or name in without or not (is_owner(name) or name in columns):
                continue
            if name.endswith(("_id", "_pk")) or name in columns or known_as(look) & set(words_of(name)):
                return name
    return ""


def signs_in_as(look: Look, function: Function) -> ast.AST | None:
    """``login_user(User.query.get(request.form["user"]))``: whoever is named, and nothing shows that it is
    them."""
    for each in function.calls:
        node = each.node
        if called_function(node) not in SIGN_IN or not node.args:
            continue
        if any(isinstance(one, ast.Name | ast.Call) and named_row(look, one) for one in node.args):
            return node
    return None


def named_row(look: Look, node: ast.expr) -> bool:
    """Whether a row was found by what a form or the query says."""
    if isinstance(node, ast.Name):
        function = look.function(node)
        bound = [
            one.value
            for one in (function.walk() if function is not None else ())
            if isinstance(one, ast.Assign)
            and any(getattr(target, "id", "") == node.id for target in one.targets)
        ]
        return any(isinstance(each, ast.Call) and named_row(look, each) for each in bound)
    if not isinstance(node, ast.Call) or called_function(node) not in FINDS:
        return False
    return any(from_request(look, each) for _, each in given(node) if not isinstance(each, ast.Constant))
