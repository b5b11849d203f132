"""Rows that are asked of in another method of a class, or that are looked for within what was asked of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Class, Function, walk
from rescind.review.access.guards import methods_of
from rescind.review.access.persons import CHECKS, is_owner, persons_of
from rescind.review.access.rows import Row, given
from rescind.review.access.who import refuses
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

# Methods that are the whole of a handler: what a class asks elsewhere need not have been asked before.
WHOLE = frozenset(
    ["get", "post", "put", "patch", "delete", "dispatch", "get_object", "get_queryset", "list", "retrieve",
     "update", "destroy", "create", "partial_update"]
)  # fmt: skip
# Of what an object holds for itself, no row.
NO_ROW = frozenset(["request", "kwargs", "args", "user", "current_user", "db", "session", "config", "app"])


def asked_of_class(look: Look, function: Function, row: Row) -> bool:
    """Whether a row is kept on ``self``, and the class asks who may have it, or on the request for whoever
    comes after.

    ``self.note = Note.query.get(...)`` of a method that is there for it alone, beside ``check_access`` that
    refuses who may not have ``self.note``, or what it is in; in a whole handler the row itself has to be
    asked of.
    """
    holder, name = kept_as(look, row.call)
    if holder in REQUESTS:
        return True
    if holder != "self" or function.cls is None:
        return False
    asked = asked_on_self(look, function.cls)
    return name in asked or (bool(asked) and function.name not in WHOLE)


def kept_as(look: Look, node: ast.AST) -> tuple[str, str]:
    """``self`` and ``note`` of ``self.note = Note.query.get(...)``; empty: in a variable."""
    statement = look.module.statement_of(node)
    for each in statement.targets if isinstance(statement, ast.Assign) else ():
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            return each.value.id, each.attr
    return "", ""


REQUESTS = frozenset(["request", "g"])


@once
@in_circles(frozenset)
def asked_on_self(look: Look, cls: Class) -> frozenset[str]:
    """What of an object its methods, and those of classes that go on from it, hold against somebody."""
    methods = [*methods_of(cls), *(each for one in heirs(look).get(cls.qualname, ()) for each in one.methods)]
    return frozenset(name for each in methods for name in held(look.beside(each.module), each))


def held(look: Look, function: Function) -> Iterator[str]:
    """``note`` of ``if not self.note.can_edit(user): raise Forbidden``, ``self.note.owner != user``."""
    refusing = any(refuses(each) for each in function.walk())
    persons = persons_of(look, function)
    for node in function.walk():
        if isinstance(node, ast.Compare) and refusing:
            sides = (node.left, *node.comparators)
            if any(ends_in_owner(each) or persons.has(each) for each in sides):
                yield from (name for each in sides for name in on_self(each))
        elif isinstance(node, ast.Call) and not CHECKS.isdisjoint(words_of(called_function(node))):
            asks = any(persons.has(each) for each in node.args) or refusing
            of = node.func.value if isinstance(node.func, ast.Attribute) else None
            if asks or function.name.startswith(("_check", "check")):
                yield from (name for each in (of, *node.args) if each is not None for name in on_self(each))


def ends_in_owner(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and is_owner(node.attr)


def on_self(node: ast.AST) -> Iterator[str]:
    """``note`` of ``self.note.project``"""
    for each in walk(node):
        if not isinstance(each, ast.Attribute) or getattr(each.value, "id", "") != "self":
            continue
        if each.attr not in NO_ROW:
            yield each.attr


@once
def heirs(look: Look) -> dict[str, list[Class]]:
    """By the names of classes of the project those that go on from them."""
    found: dict[str, list[Class]] = {}
    for module in look.project.modules:
        for each in module.classes:
            for base in each.mro[1:]:
                if base.definition is not None:
                    found.setdefault(base.name, []).append(each)
    return found


def within(look: Look, row: Row) -> bool:
    """``get_object_or_404(Ticket, pk=pk, event=request.event)``, ``.with_parent(self.event)``: of what the
    server has found before, which is asked about where that is found."""
    if not isinstance(row.call, ast.Call):
        return False
    return any(is_found_before(look, value) for _, value in given(row.call) if value is not row.key)


def is_found_before(look: Look, node: ast.expr) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    holder = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    if holder in REQUESTS:
        return node.attr in look.shared.set_on_attributes and node.attr not in OF_REQUEST
    return holder == "self" and isinstance(node.value, ast.Name) and node.attr not in NO_ROW


# What is of the request itself, and not put there by the server.
OF_REQUEST = frozenset(
    ["GET", "POST", "data", "args", "form", "json", "values", "query_params", "query", "body", "params",
     "headers", "META", "cookies", "path", "method"]
)  # fmt: skip
