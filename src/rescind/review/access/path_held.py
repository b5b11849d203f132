"""What a path names, that one handler holds against who is signed in, and another one beside it does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Function
from rescind.review.access.guards import OTHERS, guards
from rescind.review.access.persons import persons_of
from rescind.review.access.routers import of_router
from rescind.review.access.siblings import changes
from rescind.review.access.who import refuses
from rescind.review.flow.entries import HANDLERS, in_path, is_view
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called_function

NO_PATH = frozenset(["self", "request", "req", "resp"])
# It answers, or makes another of a value, and asks no store.
ANSWERS = frozenset(
    ["str", "int", "json", "jsonify", "render", "redirect", "info", "debug", "warning", "Response"]
)


def unheld(look: Look) -> Iterator[tuple[Function, ast.Call]]:
    """``/children/{number}/excuse``, that asks nobody, where ``/children/{number}`` refuses what is not among
    ``me.children``."""
    named = [(each, name, where) for each in look.module.functions for name, where in in_paths(look, each)]
    if len(named) < 2:
        return
    holders = [one for one in named if holds(look, one[0], one[1])]
    for function, name, where in named if holders else ():
        beside = [each for each, other, there in holders if (other, there) == (name, where)]
        if not beside or function in beside or (not changes(function) and all(map(changes, beside))):
            continue  # what is shown to all, its owner alone changes
        asked = guards(look, function) | of_router(look, function)
        found = next((each.node for each in function.calls if is_given(each.node, name)), None)
        if found is None or not asked or asked & OTHERS:
            continue
        if not persons_of(look, function).holds({name}, name, without=found):
            yield function, found


def in_paths(look: Look, function: Function) -> Iterator[tuple[str, str]]:
    """The parameters that are of the path, with what stands before them there; of a class the class."""
    if function.cls is not None and function.name in HANDLERS and is_view(function.cls):
        yield from (
            (each.name, function.cls.qualname) for each in function.parameters if each.name not in NO_PATH
        )
        return
    for route in look.shared.flow.entries.routes(function):
        for name in in_path(route.path):
            before = route.path.partition(name)[0]
            if before.strip("/<{("):
                yield name, f"{router_of(function)} {before}"


def router_of(function: Function) -> str:
    """``bp`` of ``@bp.get("/children/<number>")``"""
    owners = [each.call.func for each in function.decorators if each.call is not None]
    return next((getattr(each.value, "id", "") for each in owners if isinstance(each, ast.Attribute)), "")


def holds(look: Look, function: Function, name: str) -> bool:
    """Whether a handler refuses what a parameter names, unless it is of who is signed in."""
    persons = persons_of(look, function)
    return any(
        isinstance(test, ast.Compare)
        and len(test.comparators) == 1
        and any(refuses(each) for each in node.body)
        and isinstance(test.left, ast.Name)
        and test.left.id == name
        and persons.has(test.comparators[0])
        for node in function.nodes_of(ast.If)
        for test in (node.test,)
    )


def is_given(node: ast.Call, name: str) -> bool:
    """Whether a store, or whoever asks it, is given what a parameter holds."""
    if called_function(node) in ANSWERS or not isinstance(node.func, ast.Attribute):
        return False
    parts = [
        one for each in arguments(node) for one in (each.values if isinstance(each, ast.Dict) else [each])
    ]
    return any(getattr(each, "id", "") == name for each in parts)
