"""Who acts, by what a request says: a row that it names is asked for its rights, or a word of it lets its
sender round what is asked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.answered import PEOPLE, QUESTIONS
from rescind.review.access.asked_rights import ASKS, STANDING, is_list, parts
from rescind.review.access.handling import handles
from rescind.review.access.persons import is_owner, persons_of
from rescind.review.access.proving import HELD, by_secret
from rescind.review.access.rows import FINDS, given, kind_of, parts_of
from rescind.review.access.who import reads_who, refuses, turns_away
from rescind.review.accounts.verifying import Verifying
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.outside.unsigned import VOUCHED

PARTS = frozenset(["body", "form", "query"])
ANY = PARTS | {"header", "cookie"}
READ = (ast.Attribute, ast.Subscript, ast.Call)


def named_actors(look: Look, function: Function) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Where a row is found by what a body says, and where it is asked for a right, or for what is its own:
    ``approver = db.get(Employee, body.approver_id)``, ``if not approver.can_approve: raise 403``."""
    tests = [each for each in function.nodes_of(ast.If) if any(map(turns_away, each.body))]
    if not tests or not handles(look, function) or asks_otherwise(look, function):
        return
    for node in tests:
        for part in parts(node.test):
            actor = acting(look, part)
            found = claimed(look, part) if actor is None else found_by_request(look, actor)
            if found is not None and not known_before(look, function, getattr(actor, "id", "")):
                yield found, node


def acting(look: Look, part: ast.expr) -> ast.Name | None:
    """The variable whose right is asked, where those without it are refused."""
    if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
        asked = part.operand
        if isinstance(asked, ast.Call) and not all(isinstance(each, ast.Constant) for each in asked.args):
            return None  # ``not page.has_view_permission(request)``: the right is another's
        node = asked.func if isinstance(asked, ast.Call) and isinstance(asked.func, ast.Attribute) else asked
        base = holder(node)
        words = words_of(called(node) or getattr(node, "attr", ""))
        if base is None or not words or STANDING & set(words):
            return None
        begins = words[0] in QUESTIONS and is_of_people(look, base)
        return base if ASKS & set(words) or begins else None
    if not isinstance(part, ast.Compare) or not isinstance(part.ops[0], ast.NotEq | ast.NotIn):
        return None
    sides = (part.left, part.comparators[0])
    for one, other in (sides, sides[::-1]):
        base = holder(one)
        if base is not None and is_role(one) and is_list(other, frozenset()):
            return base
        if base is not None and called(one) in {"id", "pk"} and whose(other) == base.id:
            return base
    return None


def whose(node: ast.expr) -> str:
    """``supporter`` of ``pledge.supporter_id``"""
    return called(node).removesuffix("_id") if holder(node) is not None else ""


def holder(node: ast.expr) -> ast.Name | None:
    """``who`` of ``who.role``, ``who["role"]`` and ``who.get("role")``"""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        node = node.func
    value = node.value if isinstance(node, ast.Attribute | ast.Subscript) else None
    return value if isinstance(value, ast.Name) else None


ROLES = frozenset(["role", "roles", "rol", "rolle", "papel", "ruolo", "rank", "permission", "permissions"])


def is_role(node: ast.expr) -> bool:
    return words_of(called(node))[-1:] in {(each,) for each in ROLES}


def is_of_people(look: Look, node: ast.Name) -> bool:
    """By its name, or by the model that it was found in."""
    found = [unwaited(each.value) for each in bindings_at(node, look.scope(node))]
    kinds = [kind_of(look, each) for each in found if isinstance(each, ast.Call)]
    return any(
        PEOPLE & set(words) or is_owner(words[-1]) for each in (node.id, *kinds) if (words := words_of(each))
    )


def unwaited(node: ast.expr | None) -> ast.expr | None:
    return node.value if isinstance(node, ast.Await) else node


def found_by_request(look: Look, node: ast.Name) -> ast.expr | None:
    """The call that finds the row of a variable by what a body, a form or the query says, and no secret."""
    for each in bindings_at(node, look.scope(node)):
        value = unwaited(each.value)
        if not isinstance(value, ast.Call) or by_secret(value):
            continue
        for column, one in given(value):
            if not (secret_kind(column) or secret_kind(called(one))) and parts_of(look, one) & PARTS:
                return value
    return None


def claimed(look: Look, part: ast.expr) -> ast.expr | None:
    """``order.user_id != body.user_id``: whose a row is, held against whom a body names."""
    if not isinstance(part, ast.Compare) or not isinstance(part.ops[0], ast.NotEq):
        return None
    sides = (part.left, part.comparators[0])
    for one, other in (sides, sides[::-1]):
        row = holder(one)
        if row is None or not is_owner(called(one)) or not is_owner(called(other)):
            continue
        found = [unwaited(each.value) for each in bindings_at(row, look.scope(row))]
        said = parts_of(look, other)
        if said & PARTS and "path" not in said and any(is_found(each) for each in found):
            return other
    return None


def is_found(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and called_function(node) in FINDS


def known_before(look: Look, function: Function, name: str) -> bool:
    """Whether who is signed in has been asked for a right, or is held against the row."""
    persons = persons_of(look, function)
    return any(
        persons.one_holds(each, {name}, "") and any(persons.has(one) for one in walk(each))
        for test in function.nodes_of(ast.If)
        for each in walk(test.test)
    )


def asks_otherwise(look: Look, function: Function) -> bool:
    """Whether it shows by a password, a signature or a secret who it is."""
    texts = [look.module.source_of(function.node)]
    for each in function.calls:
        found = look.shared.flow.calls.callees(each.node, look.scope(each.node))
        texts += [one.module.source_of(one.node) for one in found]
    if any(HELD.search(each) or VOUCHED.search(each) for each in texts):
        return True
    return bool(Verifying(look).calls(function)) or any(by_secret(each.node) for each in function.calls)


def goes_round(look: Look, function: Function) -> Iterator[ast.If]:
    """``if request.GET.get("internal") != "1" and not request.user.is_staff: return 403``"""
    for node in function.nodes_of(ast.If):
        sides = needed(node.test) if any(map(turns_away, node.body)) else []
        said = [each for each in sides if is_word(look, each)]
        if not said or asks_otherwise(look, function):
            continue
        asked = [each for each in sides if each not in said and asks_person(look, function, each)]
        if asked and not asked_again(function, node, asked):
            yield node


def needed(test: ast.expr) -> list[ast.expr]:
    """What all has to be so for a refusal: of ``not (a or b)`` neither."""
    if isinstance(test, ast.BoolOp):
        return test.values if isinstance(test.op, ast.And) else []
    inner = test.operand if isinstance(test, ast.UnaryOp) else None
    if isinstance(inner, ast.BoolOp) and isinstance(inner.op, ast.Or):
        return [ast.UnaryOp(ast.Not(), each) for each in inner.values]
    return []


def is_word(look: Look, node: ast.expr) -> bool:
    """Whether a question is what a request says, that it has to say to get through: ``not internal``."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node = node.operand
        if isinstance(node, ast.Name):
            bound = [each.value for each in bindings_at(node, look.scope(node))]
            return len(bound) == 1 and bound[0] is not None and same_as_word(look, bound[0], ast.Eq)
        return is_flag(look, node) or same_as_word(look, node, ast.Eq)
    return same_as_word(look, node, ast.NotEq)


def same_as_word(look: Look, node: ast.expr, op: type[ast.cmpop]) -> bool:
    """``request.args.get("internal") == "1"``"""
    return (
        isinstance(node, ast.Compare)
        and (isinstance(node.ops[0], op) or (op is ast.Eq and isinstance(node.ops[0], ast.In)))
        and is_text(node.comparators[0])
        and is_flag(look, node.left)
    )


def is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(is_text(each) for each in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bool)


def is_flag(look: Look, node: ast.expr) -> bool:
    """Whether an expression is read from a request, under a name of the project's own."""
    name = called(node)
    if not isinstance(node, READ) or not name or secret_kind(name) or USUAL.search(name):
        return False
    return bool(parts_of(look, node) & ANY)


USUAL = re.compile(
    r"(?i)requested.with|accept|content.type|method|upgrade|origin|referer|host|agent|^hx|next"
)


def asks_person(look: Look, function: Function, node: ast.expr) -> bool:
    """Whether a question is about who is signed in."""
    persons = persons_of(look, function)
    return any(persons.has(each) or reads_who(each) for each in walk(node) if isinstance(each, ast.expr))


def asked_again(function: Function, node: ast.If, asked: list[ast.expr]) -> bool:
    """Whether another refusal asks the same of them, whatever the request says."""
    texts = [unparsed(each) for each in asked]
    return any(
        any(text in unparsed(each.test) for text in texts)
        for each in function.nodes_of(ast.If)
        if each is not node and any(map(refuses, each.body))
    )


def by_right(look: Look, function: Function) -> bool:
    """Whether a handler goes on only for who has a right of their own, whatever it is called."""
    persons = persons_of(look, function)
    return any(
        isinstance(each, ast.Attribute)
        and persons.has(each.value)
        and not STANDING & set(words_of(each.attr))
        for node in function.nodes_of(ast.If)
        if any(map(turns_away, node.body))
        for part in parts(node.test)
        for each in (part.operand if isinstance(part, ast.UnaryOp) else part,)
    )
