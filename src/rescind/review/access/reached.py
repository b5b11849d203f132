"""Rows that a handler finds by way of a helper, a repository or a dependency of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Class, Function, walk
from rescind.review.access.persons import Persons, is_owner, persons_of
from rescind.review.access.rows import (
    CHANGES,
    ENDS,
    Row,
    asks_store,
    changes,
    given,
    held_by,
    inner_part,
    is_key,
    kind_of,
    writes,
)
from rescind.review.access.who import finds_out, of_parameters
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

DEEPEST = 3  # helpers, one behind the other


class Reach(NamedTuple):
    """What a function finds by one of its parameters."""

    kind: str
    changed: bool
    of_owner: bool
    column: str = ""


def by_helpers(look: Look, function: Function) -> Iterator[Row]:
    """Rows that helpers find by what a handler gives them of the request, and of nobody who is signed in."""
    persons = persons_of(look, function)
    for each in function.calls:
        node = each.node
        helpers = look.shared.flow.calls.callees(node, look.scope(node))
        if len(helpers) != 1 or helpers[0] is function:
            continue
        if persons.has(node) and not forgets(persons, helpers[0], node):
            continue
        for name, (value, _) in bind(helpers[0], node, look.scope(node)).items():
            found = reach(look, helpers[0], name) if is_key(look, value) else None
            if found is not None:
                names = held_by(look, node)
                changed = found.changed or any(changes(function, one) for one in names)
                if not changed and "slug" in words_of(called(value)):
                    continue  # it is in every link
                kind = kind_for(look, node, found.kind)
                yield Row(next(iter(names), ""), kind, node, changed, value, found.of_owner, found.column)
                break


def forgets(persons: Persons, helper: Function, node: ast.Call) -> bool:
    """Whether a helper is given who is signed in, and does nothing with that: ``pause(user, order_id)``."""
    if isinstance(node.func, ast.Attribute) and persons.has(node.func.value):
        return False
    if any(not each.name.endswith(HARMLESS) for each in helper.decorators):
        return False  # which may ask
    bound = bind(helper, node, persons.look.scope(node))
    given = {name for name, (value, _) in bound.items() if persons.has(value)}
    values = [value for value, _ in bound.values()]
    if not given or any(persons.has(each) for each in arguments(node) if each not in values):
        return False
    used = {each.id for each in helper.walk() if isinstance(each, ast.Name)}
    return not given & used and persons_of(persons.look.beside(helper.module), helper).anywhere is False


HARMLESS = ("atomic", "staticmethod", "classmethod")


def kind_for(look: Look, node: ast.Call, kind: str) -> str:
    """Of ``self.model`` the model of the repository that a method is called on."""
    if not kind.startswith("self.") or not isinstance(node.func, ast.Attribute):
        return kind
    for each in look.project.types_of(node.func.value, look.scope(node)):
        for one in each.definition.mro if isinstance(each.definition, Class) else ():
            made = one.definition
            for line in made.node.body if isinstance(made, Class) else ():
                target = line.targets[0] if isinstance(line, ast.Assign) else None
                if getattr(target, "id", "") == kind.removeprefix("self.") and isinstance(line, ast.Assign):
                    return called(line.value)
            for base in made.node.bases if isinstance(made, Class) else ():
                if isinstance(base, ast.Subscript) and called(base.slice)[1:]:
                    return called(base.slice)
    return kind


def by_dependencies(look: Look, function: Function) -> Iterator[Row]:
    """``note: Note = Depends(note_or_404)``: rows that a framework has a function find for a handler."""
    entries = look.shared.flow.entries
    for each in function.parameters if "epends" in look.module.text else ():
        given_to = entries.marked(function, each)
        if given_to is None or given_to.depends is None:
            continue
        node, scope = given_to.depends
        for one in look.project.resolve(node, scope):
            made = one.definition
            if not isinstance(made, Function) or finds_out(look, made) or of_parameters(look, made):
                continue
            for inner in made.parameters:
                found = reach(look, made, inner.name) if entries.marked(made, inner) is None else None
                if found is not None:
                    changed = found.changed or changes(function, each.name)
                    mark = ast.Name(each.name, ast.Load())
                    at = each.default if isinstance(each.default, ast.Call) else each.node
                    yield Row(each.name, found.kind, at, changed, mark, found.of_owner, found.column)


@once
@in_circles(lambda: None)
def reach(look: Look, function: Function, name: str, depth: int = DEEPEST) -> Reach | None:
    """What a function finds by a parameter, if it asks nobody whose it is and tells more than its kind."""
    if tells_kind(function):
        return None
    return found_in(look.beside(function.module), function, name, depth)


def tells_kind(function: Function) -> bool:
    """``return page.type or "plain"``: of what kind a row is, and nothing else of it."""
    parts = [
        one
        for each in function.returns
        for one in (each.values if isinstance(each, ast.BoolOp) else [each])
        if not isinstance(one, ast.Constant)
    ]
    return (
        bool(parts)
        and all(isinstance(each, ast.Attribute) and each.attr in KINDS for each in parts)
        and not any(called_function(each.node) in ENDS | CHANGES for each in function.calls)
        and not any(isinstance(getattr(each, "ctx", None), ast.Store) for each in attributes(function))
    )


def attributes(function: Function) -> Iterator[ast.Attribute]:
    return (each for each in function.walk() if isinstance(each, ast.Attribute))


KINDS = frozenset(["type", "kind", "content_type", "mimetype", "__class__"])


def found_in(look: Look, function: Function, name: str, depth: int) -> Reach | None:
    persons = persons_of(look, function)
    for each in function.calls:
        node = each.node
        kind = kind_of(look, node) if asks_store(look, node) else ""
        if kind:
            if inner_part(look, node):
                continue
            column = next((col for col, value in given(node) if named(value) == name), None) if kind else None
            if column is None or persons.has(node) or more(node, name):
                continue
            rows = held_by(look, node)
            if persons.holds(rows, name):
                return None
            changed = called_function(node) in ENDS or writes(look, node)
            changed = changed or any(changes(function, one) for one in rows)
            return Reach(kind, changed, is_owner(column), column)
        helpers = look.shared.flow.calls.callees(node, look.scope(node)) if depth else []
        if len(helpers) == 1 and helpers[0] is not function and not persons.has(node):
            bound = bind(helpers[0], node, look.scope(node))
            inner = next((one for one, (value, _) in bound.items() if named(value) == name), None)
            found = reach(look, helpers[0], inner, depth - 1) if inner is not None else None
            rows = held_by(look, node)
            if found is not None and not persons.holds(rows, name):
                return found._replace(changed=found.changed or any(changes(function, one) for one in rows))
    return None


def named(node: ast.AST) -> str:
    """Of ``note_id`` and ``int(note_id)`` the name."""
    if (
        isinstance(node, ast.Call)
        and len(node.args) == 1
        and called_function(node) in {"int", "str", "UUID", "ObjectId"}
    ):
        return named(node.args[0])
    return node.id if isinstance(node, ast.Name) else ""


def more(node: ast.Call, name: str) -> bool:
    """Whether a row has to be somebody's, too: ``find(id=note_id, owner_id=user_id)``."""
    for column, value in given(node):
        if named(value) != name and is_owner(column):
            return True
    texts = [one.value for one in walk(node.args[0]) if isinstance(one, ast.Constant)] if node.args else []
    return bool(texts) and " and " in str(texts[0]).lower()
