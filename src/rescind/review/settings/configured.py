"""What a setting says where it is used: ``settings.rounds``, ``app.config["ROUNDS"]``, ``**HASHING``."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rescind.reading import Call, Named, Values, Variable
from rescind.review.look import Look, Setting
from rescind.review.naming.called import GETTERS, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.settings.defaults import FIELDS, inner
from rescind.review.settings.settings import is_meant, overridden

# What settings are read from, by the last of its names.
READ_FROM = frozenset(
    ["app", "conf", "config", "configuration", "configs", "einstellungen", "env", "environ", "options",
     "params", "preferences", "registry", "secrets", "settings", "cfg", "ajustes", "konfiguration",
     "nastaveni", "instellingen", "configuracion", "impostazioni", "ustawienia"]
)  # fmt: skip
DEEPEST = 3


def configured(look: Look, node: ast.expr, depth: int = DEEPEST) -> Values:
    """The values of an expression, fields opened, and of a setting that is read what the project gives it."""
    name = read_of(node) if depth else ""
    found = Values()
    for home, setting in named_settings(look).get(name, ()) if name else ():
        found |= configured(home, setting.value, depth - 1)
    for one in look.scope(node).lookup(node.id) if depth and isinstance(node, ast.Name) else ():
        if one.kind == "assign" and one.value is not None and read_of(one.value):
            found |= configured(look.beside(one.scope.module), one.value, depth - 1)
    return found if found.options else found | opened(look, look.values(node), depth)


def opened(look: Look, found: Values, depth: int) -> Values:
    """With what stands in ``Field(default=4)`` for the field."""
    places = [*((each.node, each.module) for each in found.options),
              *((each.node, each.module) for each in found.gaps)]  # fmt: skip
    for node, module in places:
        if depth and isinstance(node, ast.Call) and called_function(node) in FIELDS:
            within = inner(node)
            if within is not node:
                found |= configured(look.beside(module), within, depth - 1)
    return found


def read_of(node: ast.expr) -> str:
    """The name under which a setting is read; empty: it is none."""
    if isinstance(node, ast.Call) and called_function(node) in {"int", "str", "float"} and node.args:
        return read_of(node.args[0])
    if isinstance(node, ast.Attribute):
        base: ast.expr = node.value
    elif isinstance(node, ast.Subscript):
        base = node.value
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and called_function(node) in GETTERS
    ):
        base = node.func.value
    else:
        return ""
    holder = called_function(base) if isinstance(base, ast.Call) else called(base)
    return called(node) if not READ_FROM.isdisjoint(words_of(holder)) else ""


@once
def named_settings(look: Look) -> dict[str, list[tuple[Look, Setting]]]:
    """What has a value where users are, by its name: at the top of modules, in classes, in mappings."""
    found: dict[str, list[tuple[Look, Setting]]] = defaultdict(list)
    for home in look.everywhere():
        for setting in home.settings:
            if is_set(home, setting) and is_meant(home, setting) and not overridden(home, setting):
                found[setting.name].append((home, setting))
    return found


def is_set(look: Look, setting: Setting) -> bool:
    """Whether it is set once and for all, and is no variable or argument of a function."""
    if isinstance(setting.node, ast.keyword):
        call = look.module.parent_of(setting.node)
        name = called_function(call) if isinstance(call, ast.Call) else ""
        base = (
            call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
        )
        held = base is not None and not READ_FROM.isdisjoint(words_of(called(base)))
        return name == "dict" or (held and name in {"update", "from_mapping", "configure", "setdefault"})
    if isinstance(setting.node, ast.Assign) and isinstance(setting.node.targets[0], ast.Subscript):
        return not READ_FROM.isdisjoint(words_of(called(setting.node.targets[0].value)))
    if isinstance(setting.node, ast.Constant):  # of a dictionary
        return True
    return not isinstance(look.scope(setting.node).node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def given_values(look: Look, call: Call, name: str, position: int | None = None) -> list[Any]:
    """The plain values that an argument may have, also out of ``**mapping``."""
    given = call.argument(name, position)
    found = [each.value for each in configured(look, given).options] if given is not None else []
    for keyword in call.node.keywords:
        if keyword.arg is None and given is None:
            for home, value in entries(look, keyword.value, name):
                found += [each.value for each in configured(home, value).options]
    return [each for each in found if not isinstance(each, Named)]


def entries(look: Look, node: ast.expr, key: str, depth: int = DEEPEST) -> Iterator[tuple[Look, ast.expr]]:
    """What stands under a key in a mapping: ``{...}``, ``dict(...)``, or a name for one of these."""
    if isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                yield look, value
            elif name is None and depth:
                yield from entries(look, value, key, depth - 1)
    elif isinstance(node, ast.Call) and called_function(node) == "dict":
        yield from ((look, each.value) for each in node.keywords if each.arg == key)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and depth:
        yield from (*entries(look, node.left, key, depth - 1), *entries(look, node.right, key, depth - 1))
    elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call) and depth:
        made = [each.definition for each in look.named(node) if isinstance(each.definition, Variable)]
        values = [(look.beside(each.module), value) for each in made for value in each.values]
        setting = read_of(node)
        if not values and setting:
            values = [(home, each.value) for home, each in named_settings(look).get(setting, ())]
        for home, value in values:
            yield from entries(home, inner(value), key, depth - 1)
