"""Literals that stand elsewhere than where a key is given: in settings, in a dictionary."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from rescind.review.look import Look, Setting
from rescind.review.naming.called import called_function
from rescind.review.once import once
from rescind.review.settings.configured import is_set, read_of
from rescind.review.settings.defaults import default_of, inner, values_behind
from rescind.review.settings.literals import Literal, texts
from rescind.review.settings.settings import overridden
from rescind.review.settings.stages import for_development


def set_elsewhere(look: Look, node: ast.expr) -> Iterator[Literal]:
    """What the settings of the project say for ``settings.LAB_KEY``, ``app.config["LAB_KEY"]``, and what is
    taken where a program is called without ``--lab-key``."""
    name = read_of(inner(node))
    for home, setting in all_settings(look).get(name, ()) if name else ():
        if not for_development(home, setting.node) and not overridden(home, setting):
            yield from texts(values_behind(home, setting.value).options)


@once
def all_settings(look: Look) -> dict[str, list[tuple[Look, Setting]]]:
    """What has a value once and for all, by its name; tables of defaults too."""
    found: dict[str, list[tuple[Look, Setting]]] = defaultdict(list)
    for home in look.everywhere():
        for setting in home.settings:
            if is_set(home, setting):
                found[setting.name].append((home, setting))
        for call in home.calls if home.speaks_of(FLAGS) else ():
            default = default_of(call.node) if called_function(call.node) in FLAGS else None
            if default is not None:
                name = default.name.lstrip("-").replace("-", "_")
                found[name].append((home, Setting(name, default.value, call.node)))
    return found


FLAGS = frozenset(["add_argument", "add_option", "define"])  # of argparse, optparse, Tornado


def held(look: Look, node: ast.expr) -> Iterator[Literal]:
    """The texts of a dictionary that something is taken from: ``USERS[name]``, ``USERS.get(name)``."""
    of = node.value if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        of = node.func.value
    for option in look.values(of).options if of is not None else ():
        if isinstance(option.node, ast.Dict):
            for each in option.node.values:
                if isinstance(each, ast.Constant) and isinstance(each.value, str | bytes):
                    text = each.value if isinstance(each.value, str) else each.value.decode("latin-1")
                    yield Literal(text, each, option.module, False)
