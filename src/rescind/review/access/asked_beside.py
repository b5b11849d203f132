"""What a request names, and handlers ask a helper whether it is theirs who sent it: all but one."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, walk
from rescind.review.access.persons import CHECKS, persons_of
from rescind.review.access.who import refuses
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of

LEAST = 2
# They go, or are not in yet: nobody asks that of them.
COMES_AND_GOES = frozenset(
    ["leave", "left", "part", "quit", "unsubscribe", "unwatch", "disconnect", "stop", "close", "join",
     "enter", "ask", "apply", "accept", "decline", "public", "preview", "request", "follow", "unfollow",
     "login", "create", "ping"]
)  # fmt: skip


class Asking(NamedTuple):
    """A function: what a request names in it, and which of that it asks a helper about, by which helper."""

    function: Function
    named: dict[str, set[str]]  # the variables of each
    asked: dict[str, str]


def unasked(look: Look) -> Iterator[tuple[Function, str]]:
    """Functions beside others, that take the same from a request and ask nobody; and what it is."""
    groups: dict[str, list[Asking]] = defaultdict(list)
    for function in look.module.functions:
        named = dict(named_in(look, function))
        if named:
            group = function.cls.qualname if function.cls is not None else "functions"
            groups[group].append(Asking(function, named, dict(asked_in(look, function, named))))
    for own in groups.values():
        for each in own:
            if each.asked or COMES_AND_GOES & set(words_of(each.function.name)) or looks(look, each.function):
                continue
            for what in each.named:
                beside = [one for one in own if one is not each and what in one.asked]
                others = [one for one in own if what in one.named and what not in one.asked]
                helpers = {one.asked[what] for one in beside}
                if (
                    len(beside) >= LEAST
                    and len(helpers) == 1
                    and len(others) <= len(beside)
                    and does(each, what)
                ):
                    yield each.function, what
                    break


def looks(look: Look, function: Function) -> bool:
    """Whether it holds anything against who is signed in by itself, or asks a helper that does."""
    persons = persons_of(look, function)
    if any(persons.one_holds(each, set(), "") for each in function.walk()):
        return True
    return any(
        isinstance(each, ast.Call) and (persons.finds_own(each) or of_check(each)) for each in function.walk()
    )


def of_check(node: ast.AST) -> bool:
    """``ensure_open(table)``, ``self._may(message)``"""
    return isinstance(node, ast.Call) and bool(
        (CHECKS - {"is", "has", "test", "validate", "scope", "visible"})
        & set(words_of(called_function(node)))
    )


def does(asking: Asking, what: str) -> bool:
    """Whether it does anything with what is named, but compare it."""
    names = asking.named[what]
    return any(
        isinstance(node, ast.Call | ast.Subscript)
        and any(getattr(each, "id", "") in names for each in walk(node))
        for node in asking.function.walk()
    )


def named_in(look: Look, function: Function) -> Iterator[tuple[str, set[str]]]:
    """``message["room"]`` with ``room`` of ``room = int(message["room"])``; of the path its names."""
    for route in look.shared.flow.entries.routes(function):
        for each in function.parameters:
            if (
                f"{{{each.name}" in route.path
                or f":{each.name}>" in route.path
                or f"<{each.name}>" in route.path
            ):
                yield each.name, {each.name}
    parameters = {each.name for each in function.parameters} - {"self", "cls"}
    found: dict[str, set[str]] = defaultdict(set)
    for node in function.walk():
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        pairs = [(node.targets[0], node.value)]
        if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(node.targets[0].elts, node.value.elts, strict=False))
        for target, value in pairs:
            key = field_of(value, parameters)
            if key and isinstance(target, ast.Name):
                found[key].add(target.id)
    yield from found.items()


def field_of(node: ast.expr, parameters: set[str]) -> str:
    """``message['room']`` of ``int(message["room"])``; empty: no field of what a function was given."""
    while isinstance(node, ast.Call) and called_function(node) in {"int", "str", "UUID"} and node.args:
        node = node.args[0]
    base = node.value if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and called_function(node) == "get" and isinstance(node.func, ast.Attribute):
        base = node.func.value
    if not isinstance(base, ast.Name) or base.id not in parameters or not called(node):
        return ""
    return f"{base.id}[{called(node)!r}]"


def asked_in(look: Look, function: Function, named: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """What is given to a helper together with somebody, where the function refuses by its answer."""
    for node in function.walk():
        if isinstance(node, ast.If) and ends_or_refuses(node):
            calls = [each for each in walk(node.test) if isinstance(each, ast.Call)]
        elif isinstance(node, ast.Expr):
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            calls = [value] if isinstance(value, ast.Call) and of_check(value) else []
        else:
            continue
        for call in calls:
            parts = arguments(call)
            for what, names in named.items():
                given = [each for each in parts if getattr(each, "id", "") in names]
                others = [each for each in parts if each not in given and of_somebody(look, function, each)]
                helper = isinstance(call.func, ast.Name) or look.shared.flow.calls.callees(
                    call, look.scope(call)
                )
                if given and others and helper:
                    yield what, called_function(call)


def of_somebody(look: Look, function: Function, node: ast.expr) -> bool:
    """``user``, ``g.member``, ``desk.operator``: no store and no part of a message."""
    if persons_of(look, function).has(node):
        return True
    parameters = {each.name for each in function.parameters} - {"self", "cls"}
    return (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in parameters
    )


def ends_or_refuses(node: ast.If) -> bool:
    return isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue) or any(
        refuses(each) for each in node.body
    )
