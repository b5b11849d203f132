"""Which generator draws: also where it is a parameter, or an attribute that was given one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from rescind.reading import Binding, Call, Function
from rescind.review.flow.calls import bind
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.once import once

WEAK = re.compile(r"^(?:numpy\.)?random(?:\.(?:Random|RandomState|default_rng|Generator)(?:\(\))?)?$")
STRONG = re.compile(r"(?:^|\.)SystemRandom(?:\(\))?$|^secrets$")
DRAWS = frozenset(
    ["random", "randint", "randrange", "choice", "choices", "sample", "getrandbits", "uniform", "randbytes",
     "shuffle", "integers", "bytes"]
)  # fmt: skip
CALLERS = 8


def is_weak(look: Look, call: Call) -> bool:
    """Whether it draws from something whose next output is known from the last ones."""
    kinds = drawn_from(look, call)
    return bool(kinds) and all(map(WEAK.match, kinds))


def is_strong(look: Look, call: Call) -> bool:
    """Whether it draws from the system's own generator, wherever that is known."""
    kinds = drawn_from(look, call)
    return bool(kinds) and all(map(STRONG.search, kinds))


def drawn_from(look: Look, call: Call) -> set[str]:
    """The generators, by name, whose method a call may be; nothing: not known."""
    func = call.node.func
    if not isinstance(func, ast.Attribute) or called_function(call.node) not in DRAWS:
        return set()
    return set(generators(look, func.value))


def is_handed_weak(look: Look, call: Call) -> bool:
    """``spell(10)`` of ``def spell(length, source=random)``, where others hand in the system's generator."""
    return any(
        bool(kinds) and all(map(WEAK.match, kinds))
        for each in call.named
        if isinstance(each.definition, Function)
        for name in drawn_parameters(look, each.definition)
        for kinds in (set(handed(look, call, each.definition, name)),)
    )


def handed(look: Look, call: Call, function: Function, name: str) -> Iterator[str]:
    """The generators that a call gives for a parameter, or its default."""
    given = bind(function, call.node, look.scope(call.node)).get(name)
    default = next((each.default for each in function.parameters if each.name == name), None)
    if given is not None:
        yield from generators(look, given[0])
    elif default is not None:
        yield from generators(look.beside(function.module), default)


@once
def drawn_parameters(look: Look, function: Function) -> frozenset[str]:
    """The parameters from which a function draws what it gives back, where some give what is strong."""
    if not function.returns or "random" not in function.module.text:
        return frozenset()
    home, names = look.beside(function.module), {each.name for each in function.parameters}
    return frozenset(
        each.node.func.value.id
        for each in function.calls
        if called_function(each.node) in DRAWS
        and isinstance(each.node.func, ast.Attribute)
        and isinstance(each.node.func.value, ast.Name)
        and each.node.func.value.id in names
        and not is_weak(home, each)
    )


def generators(look: Look, node: ast.expr, depth: int = 4) -> Iterator[str]:
    if not depth:
        return
    if isinstance(node, ast.BoolOp):
        for each in node.values:
            yield from generators(look, each, depth)
    elif isinstance(node, ast.IfExp):
        yield from generators(look, node.body, depth)
        yield from generators(look, node.orelse, depth)
    elif isinstance(node, ast.Call):
        yield from known([look.name(node.func)])
        for keyword in node.keywords:  # field(default_factory=SystemRandom)
            if keyword.arg in {"default", "default_factory", "factory"}:
                yield from generators(look, keyword.value, depth - 1)
    elif isinstance(node, ast.Name):
        found = bindings_at(node, look.scope(node))
        yield from of_bindings(look, found, depth)
        if not found or any(each.kind == "import" for each in found):
            yield from known([look.name(node)])
    elif isinstance(node, ast.Attribute):
        named = list(known([look.name(node)]))
        yield from named or of_attribute(look, node, depth)


def known(names: list[str]) -> Iterator[str]:
    return (each for each in names if WEAK.match(each) or STRONG.search(each))


def of_bindings(look: Look, bindings: tuple[Binding, ...], depth: int) -> Iterator[str]:
    for one in bindings:
        home = look.beside(one.scope.module)
        if one.kind == "parameter":
            yield from of_parameter(home, one, depth - 1)
        elif one.kind in {"assign", "declared"} and one.value is not None:
            yield from generators(home, one.value, depth - 1)


def of_parameter(look: Look, binding: Binding, depth: int) -> Iterator[str]:
    """What callers give for a parameter, and its default where one gives nothing."""
    node = binding.scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    function = look.project.function(look.module, node)
    calls = list(islice(callers(look, function), CALLERS))
    for call in calls:
        home = look.beside(call.module)
        given = bind(function, call.node, home.scope(call.node)).get(binding.name)
        if given is not None:
            yield from generators(home, given[0], depth)
        elif binding.value is not None:
            yield from generators(look, binding.value, depth)
    if not calls and binding.value is not None:
        yield from generators(look, binding.value, depth)


def callers(look: Look, function: Function) -> Iterator[Call]:
    found = look.shared.flow.calls.callers(function)
    return (each for each in found if not look.beside(each.module).is_test)


def of_attribute(look: Look, node: ast.Attribute, depth: int) -> Iterator[str]:
    """``self._rng``: what the methods of the class, and its body, give it."""
    function = look.function(node)
    cls = function.cls if function is not None else None
    if cls is None or getattr(node.value, "id", "") not in {"self", "cls"}:
        return
    for each in cls.on_instances.get(node.attr, ()):
        yield from of_bindings(look, (each,), depth)
    yield from of_bindings(look, tuple(cls.scope.bindings.get(node.attr, ())), depth)
