"""Functions that tell a log whatever they are given: where some of their callers give a secret and others
do not, it is the callers who tell it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Call, Function, walk
from rescind.review.flow import Origin
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.once import once
from rescind.review.secrets.telling import told
from rescind.review.uses.revealing import secrets

MOST = 40  # callers that are looked at


class Handed(NamedTuple):
    """A secret that a call hands to a function which tells it."""

    call: Call
    origin: Origin
    where: str


def told_by_callers(look: Look) -> dict[tuple[str, int], Handed]:
    """Where in a project secrets are handed to such functions, by file and line."""
    return {
        (each.call.module.file, each.call.node.lineno): each
        for handed in tellers(look).values()
        for each in handed
    }


def is_of_some_caller(look: Look, node: ast.AST, origin: Origin) -> bool:
    """Whether a secret that is told at a node was handed in by one of the callers that are named instead."""
    function = look.function(node)
    places = {
        (each.call.module.file, each.call.node.lineno)
        for each in (tellers(look).get(function.qualname, ()) if function is not None else ())
    }
    return any((step.file, step.line) in places for step in origin.steps)


@once
def tellers(look: Look) -> dict[str, list[Handed]]:
    """What is handed to each function of a project that tells it, by its name, if only some callers do so."""
    found: dict[str, list[Handed]] = {}
    for home in look.everywhere():
        for function in home.module.functions:
            given = dict(parameters_told(home, function))
            callers = list(look.shared.flow.calls.callers(function))[:MOST] if given else []
            handed = [each for call in callers for each in handed_by(look, function, call, given)[:1]]
            if len(callers) > 1 and 0 < len(handed) < len(callers):
                found[function.qualname] = handed
    return found


def parameters_told(look: Look, function: Function) -> Iterator[tuple[str, str]]:
    """The parameters of a function with which it does nothing but tell them, and to whom."""
    names = {each.name for each in function.parameters} - {"self", "cls"}
    inside: dict[str, int] = {}
    where: dict[str, str] = {}
    for node in function.nodes_of(ast.Call) if names else ():
        said = told(look, node)
        for part in (one for each in said.what for one in walk(each)) if said is not None else ():
            if isinstance(part, ast.Name) and part.id in names and said is not None:
                inside[part.id] = inside.get(part.id, 0) + 1
                where[part.id] = said.where
    for name, times in inside.items():
        used = sum(isinstance(each, ast.Name) and each.id == name for each in function.walk())
        if used == times and where[name] != "an error":
            yield name, where[name]


def handed_by(look: Look, function: Function, call: Call, given: dict[str, str]) -> list[Handed]:
    home = look.beside(call.module)
    found = []
    for name, (value, _) in bind(function, call.node, home.scope(call.node)).items():
        for part in parts_of(value) if name in given else ():
            found += [
                Handed(call, each, given[name])
                for each in home.origins(part, secrets(look))
                if each.kind == "named"
            ]
    return found


def parts_of(value: ast.expr) -> list[ast.expr]:
    """What was put together of the rest of a call, for ``*args`` and ``**facts``."""
    if isinstance(value, ast.Tuple) and not hasattr(value, "lineno"):
        return value.elts
    return value.values if isinstance(value, ast.Dict) and not hasattr(value, "lineno") else [value]
