"""Rows that are found or made with whom a request names, and with who is signed in where it names nobody."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.access.columns import columns_of, named_in
from rescind.review.access.guards import ASKS_WHO
from rescind.review.access.instead import below_right, chosen, mine_beside
from rescind.review.access.owned import says_owner
from rescind.review.access.persons import CHECKS, Persons, persons_of
from rescind.review.access.rows import ENDS, FINDS, statements
from rescind.review.access.whose import makes_row, says_whose
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once

ADDS = frozenset(["create", "acreate", "insert", "insert_one", "values", "get_or_create", "put_item"])
# Whom somebody may choose for a row: it is not theirs because of that.
CHOSEN = frozenset(["assignee", "assigned", "reviewer", "contact", "host", "recipient", "receiver", "to"])


def put_first(look: Look, function: Function) -> Iterator[ast.Call]:
    """``Trip(rider_id=body.rider or user.id)``, ``filter(rider=args.get("rider", request.user.pk))``"""
    persons = persons_of(look, function)
    if not persons.anywhere:
        return
    for each in function.calls:
        node = each.node
        makes = called_function(node) in ADDS or makes_row(look, node)
        if not makes and called_function(node) not in FINDS | ENDS and not statements(look, node):
            continue
        for column, value in (*columns_of(look, node), *named_in(node)):
            if not whose(look, column) or CHOSEN & set(words_of(column)):
                continue
            said = said_first(look, persons, value)
            if said is None or (not makes and mine_beside(persons, node, called(value))):
                continue
            if not looked_at(function, said) and not below_right(look, persons, said):
                yield node
                return


def whose(look: Look, column: str) -> bool:
    return bool(column) and (says_whose(look, column) or column in held_columns(look))


def said_first(look: Look, persons: Persons, node: ast.expr) -> ast.expr | None:
    """What a request says, and else who is signed in, as it stands or by a name."""
    bound = [each.value for each in bindings_at(node, look.scope(node))] if isinstance(node, ast.Name) else []
    value = bound[0] if len(bound) == 1 and bound[0] is not None else node
    while isinstance(value, ast.Call) and called_function(value) in {"int", "str", "UUID"} and value.args:
        value = value.args[0]
    found = chosen(look, lambda one, _: persons.says_who(one, persons.names), value)
    return value if found and isinstance(value, ast.expr) else None


def looked_at(function: Function, said: ast.expr) -> bool:
    """Whether anything is asked of what a request says, before or after: by a comparison or by a check."""
    texts = {unparsed(each) for each in walk(said) if isinstance(each, READ) and called(each)}
    for node in function.nodes_of(ast.Compare, ast.Call):
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            sides = [] if any(isinstance(each, ast.Constant) for each in sides) else sides
        elif isinstance(node, ast.Call) and CHECKS & set(words_of(called_function(node))):
            sides = list(arguments(node))
        if texts & set(map(unparsed, sides)):
            return True
    return False


READ = (ast.Attribute, ast.Subscript, ast.Call, ast.Name)


@once
def held_columns(look: Look) -> frozenset[str]:
    """The columns that a project holds against who is signed in: ``user.id not in (row.sender, row.to)``."""
    return frozenset(
        name
        for inner in look.everywhere(*ASKS_WHO)
        for function in inner.module.functions
        for name in held_in(inner, function)
    )


def held_in(look: Look, function: Function) -> Iterator[str]:
    compared = function.nodes_of(ast.Compare)
    persons = persons_of(look, function)
    for node in compared if persons.anywhere else ():
        sides = [one for each in (node.left, *node.comparators) for one in getattr(each, "elts", [each])]
        if persons.is_presence(node) or not any(map(persons.has, sides)):
            continue
        columns = [each for each in sides if isinstance(each, ast.Attribute | ast.Subscript)]
        yield from (called(each) for each in columns if not persons.has(each) and says_owner(called(each)))
