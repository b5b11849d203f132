"""Literals that stand elsewhere than where a key is given: in settings, in a dictionary."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.review.look import Look
from rescind.review.settings.configured import named_settings, read_of
from rescind.review.settings.defaults import inner, values_behind
from rescind.review.settings.literals import Literal, texts


def set_elsewhere(look: Look, node: ast.expr) -> Iterator[Literal]:
    """What the settings of the project say for ``settings.LAB_KEY``, ``app.config["LAB_KEY"]``."""
    for home, setting in named_settings(look).get(read_of(inner(node)), ()):
        yield from texts(values_behind(home, setting.value).options)


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
