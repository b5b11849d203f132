"""Helpers that read what is signed and ask for its age only where a caller says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Call, Function, unparsed, walk
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import called
from rescind.review.naming.words import words_of
from rescind.review.once import once

TIMED = re.compile(
    r"^(?:itsdangerous\.(?:\w+\.)*(?:URLSafeTimedSerializer|TimedSerializer|TimestampSigner)(?:\(\))?\.(?:loads|unsign)"
    r"|django\.core\.signing\.(?:loads|TimestampSigner(?:\(\))?\.unsign(?:_object)?))$"
)


def ageless(look: Look, lets_in: frozenset[str], harmless: frozenset[str]) -> Iterator[ast.Call]:
    """The calls of such helpers that give no age, for what lets in.

    Args:
        lets_in: words of which one has to be said at the call, or by the function that it stands in.
        harmless: words that make it something else.
    """
    for function, name in helpers(look):
        for call in look.shared.flow.calls.callers(function):
            if call.module is not look.module or any(each.arg is None for each in call.node.keywords):
                continue
            given = bind(function, call.node, look.scope(call.node)).get(name)
            if given is not None and not is_nothing(given[0]):
                continue
            said = words_at(look, call)
            if said & lets_in and not said & harmless:
                yield call.node


@once
def helpers(look: Look) -> list[tuple[Function, str]]:
    """The functions with such a parameter, and what it is called."""
    return [
        found
        for home in look.everywhere("max_age")
        for call in home.calls
        if (found := optional(home, call)) is not None
    ]


def optional(look: Look, call: Call) -> tuple[Function, str] | None:
    age, function = call.argument("max_age", 1), look.function(call.node)
    if not isinstance(age, ast.Name) or function is None or not reads_signed(look, call):
        return None
    for each in function.parameters:
        if each.name == age.id and each.default is not None and is_nothing(each.default):
            return function, each.name
    return None


def reads_signed(look: Look, call: Call) -> bool:
    """Whether it is the reading of a timed serializer, also of one that a helper makes."""
    if any(TIMED.match(each.name) for each in call.named):
        return True
    func = call.node.func
    if not isinstance(func, ast.Attribute) or func.attr not in {"loads", "unsign"}:
        return False
    made = (
        look.shared.flow.calls.callees(func.value, look.scope(func.value))
        if isinstance(func.value, ast.Call)
        else []
    )
    return any(
        "Timed" in unparsed(value) or "Timestamp" in unparsed(value)
        for each in made
        for value in each.returns
    )


def is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def words_at(look: Look, call: Call) -> set[str]:
    function = look.function(call.node)
    said = set(words_of(function.name)) if function is not None else set()
    for each in walk(call.node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            said |= set(words_of(each.value))
        said |= set(words_of(called(each)))
    return said
