"""Cookies that a function of the project sets for whoever calls it, who gives the name."""

from __future__ import annotations

import ast
from typing import NamedTuple

from rescind.reading import Call, Function, walk
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.once import once
from rescind.review.sessions.cookies import FLAGS, UNKNOWN, Put, plain, preset, put_by

DEEPEST = 2  # functions, one that calls the other


class Helper(NamedTuple):
    """A function that sets a cookie of the name that it is given; ``inner``: its call that does."""

    function: Function
    inner: Call
    put: Put
    name: str
    preset: dict[str, object]


def handed(look: Look, call: Call, depth: int = DEEPEST) -> Put | None:
    """What is set by a call of a function of the project that takes the name of a cookie."""
    for function in look.shared.flow.calls.callees(call.node, look.scope(call.node)):
        helper = helper_of(look, function, depth)
        if helper is None:
            continue
        given = {name: value for name, (value, _) in bind(function, call.node, look.scope(call.node)).items()}
        if helper.name not in given:
            continue
        value = helper.put.value
        if isinstance(value, ast.Name) and function.scope.bindings.get(value.id) is not None:
            value = given.get(value.id)
        elif value is not None and function.module is not look.module:
            value = None  # it is judged where it stands
        flags = helper.put.flags | rest_in(look, helper, call.node) | flags_in(look, helper, given)
        return Put(given[helper.name], value, flags, helper.put.signed)
    return None


@once
def helpers(look: Look) -> frozenset[str]:
    """The names of the functions of a project that set a cookie of a name that they are given, and of those
    that give it on to one of them."""
    found: set[str] = set()
    known = True
    while known:
        known = False
        for module in look.project.modules:
            if "cookie" not in module.text.lower() and not any(each in module.text for each in found):
                continue
            for function in module.functions:
                if function.name not in found and helper_of(look, function, DEEPEST) is not None:
                    found.add(function.name)
                    known = True
    return frozenset(found)


@once
def helper_of(look: Look, function: Function, depth: int = DEEPEST) -> Helper | None:
    """The cookie that a function sets, if its name is one of its parameters."""
    home = look.beside(function.module)
    names = {each.name for each in function.parameters}
    for inner in function.calls:
        put = put_by(home, inner)
        if put is None and depth:
            put = handed(home, inner, depth - 1)
        name = put.name if put is not None else None
        inside = walk(name) if name is not None else ()
        given = next((each.id for each in inside if isinstance(each, ast.Name) and each.id in names), "")
        if put is not None and given:
            return Helper(function, inner, put, given, preset(home, called_function(inner.node)))
    return None


def flags_in(look: Look, helper: Helper, given: dict[str, ast.expr]) -> dict[str, object]:
    """The flags that the parameters of a helper decide, in one call of it."""
    found: dict[str, object] = {}
    for each in helper.inner.node.keywords:
        if each.arg is None:
            continue
        node, turned = each.value, False
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node, turned = node.operand, True
        known = parameter_in(look, helper.function, node, given) if isinstance(node, ast.Name) else None
        if known is not None:
            found[plain(each.arg)] = known if known is UNKNOWN or not turned else not known
    return found


def parameter_in(look: Look, function: Function, node: ast.Name, given: dict[str, ast.expr]) -> object | None:
    """What a parameter is in one call; None: it is no parameter."""
    own = next((each for each in function.parameters if each.name == node.id), None)
    if own is None:
        return None
    home, value = (look, given[node.id]) if node.id in given else (look.beside(function.module), own.default)
    only = home.values(value).only if value is not None else None
    return UNKNOWN if only is None else only.value


def rest_in(look: Look, helper: Helper, call: ast.Call) -> dict[str, object]:
    """Of a helper's ``**options``, which it gives on, what one call says; nothing is said where nothing
    is given."""
    stars = next((each.name for each in helper.function.parameters if each.kind == "stars"), "")
    spread = [each.value for each in helper.inner.node.keywords if each.arg is None]
    if not stars or not any(isinstance(each, ast.Name) and each.id == stars for each in spread):
        return {}
    if any(each.arg is None for each in call.keywords):
        return {}
    own = {plain(each.arg) for each in helper.inner.node.keywords if each.arg is not None}
    rest: dict[str, object] = {flag: helper.preset.get(flag, False) for flag in FLAGS if flag not in own}
    taken = {each.name for each in helper.function.parameters}
    for each in call.keywords:
        if each.arg is not None and each.arg not in taken:
            only = look.values(each.value).only
            rest[plain(each.arg)] = UNKNOWN if only is None else only.value
    return rest
