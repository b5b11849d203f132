"""Settings of an application: whether they are those that users meet."""

from __future__ import annotations

import ast
from collections import defaultdict

from rescind.reading import last_name
from rescind.review.look import Look, Setting
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.settings.stages import for_development


def is_meant(look: Look, setting: Setting) -> bool:
    """Whether a setting holds where users are: not only in development, and no table of defaults."""
    statement = look.module.statement_of(setting.node)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    name = getattr(target, "id", getattr(target, "attr", "")).lower()
    if for_development(look, setting.node) or without_tls(look, setting.node):
        return False
    return not name.startswith("default")


def without_tls(look: Look, node: ast.AST) -> bool:
    """Below ``if not ssl``: somebody has asked for plain HTTP."""
    below = node
    for above in look.module.above(node):
        if isinstance(above, ast.If) and below in above.body and isinstance(above.test, ast.UnaryOp):
            words = set(words_of(last_name(above.test.operand)))
            if isinstance(above.test.op, ast.Not) and words & {"ssl", "tls", "https", "secure"}:
                return True
        below = above
    return False


def overridden(look: Look, setting: Setting) -> bool:
    """Whether a module, or a class, that takes these settings over sets this one anew."""
    cls = look.scope(setting.node).node
    if isinstance(cls, ast.ClassDef):
        for other, each, own in set_by_classes(look).get(setting.name, ()):
            if each.node is not setting.node and inherits(other, own, cls) and is_meant(other, each):
                return True
    return any(
        each.name == setting.name
        and not (isinstance(cls, ast.ClassDef) and isinstance(other.scope(each.node).node, ast.ClassDef))
        and is_meant(other, each)
        for other in taken_over_by(look).get(look.module.name, ())
        for each in other.settings
    )


@once
def set_by_classes(look: Look) -> dict[str, list[tuple[Look, Setting, ast.ClassDef]]]:
    """Every setting that a class has, outside tests, by its name."""
    found: dict[str, list[tuple[Look, Setting, ast.ClassDef]]] = defaultdict(list)
    for other in look.everywhere():
        for each in other.settings:
            own = other.scope(each.node).node
            if isinstance(own, ast.ClassDef):
                found[each.name].append((other, each, own))
    return found


@once
def taken_over_by(look: Look) -> dict[str, list[Look]]:
    """``from .base import *``: by the name of a module those that take its names over, outside tests."""
    found: dict[str, list[Look]] = defaultdict(list)
    for other in look.everywhere():
        module = other.module
        for node in module.tree.body:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                name = module.absolute(node)
                if name != module.name:
                    found[name].append(other)
    return found


def inherits(look: Look, cls: ast.ClassDef, base: ast.ClassDef) -> bool:
    if not cls.bases:
        return False
    found = look.project.klass(look.module, cls)
    return any(getattr(each.definition, "node", None) is base for each in found.mro[1:])
