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
    for other, each in settings_by_name(look).get(setting.name, ()):
        if each.node is setting.node:
            continue
        own = other.scope(each.node).node
        if isinstance(cls, ast.ClassDef) and isinstance(own, ast.ClassDef):
            above = inherits(other, own, cls)
        else:
            above = look.module.name in taken_over(look).get(other.module.name, ())
        if above and is_meant(other, each):
            return True
    return False


@once
def settings_by_name(look: Look) -> dict[str, list[tuple[Look, Setting]]]:
    """Every setting outside tests."""
    found: dict[str, list[tuple[Look, Setting]]] = defaultdict(list)
    for other in look.everywhere():
        for each in other.settings:
            found[each.name].append((other, each))
    return found


@once
def taken_over(look: Look) -> dict[str, set[str]]:
    """``from .base import *``: by the name of each module those whose names it takes over."""
    return {
        module.name: {
            module.absolute(node)
            for node in module.tree.body
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        }
        - {module.name}
        for module in look.project.modules
    }


def inherits(look: Look, cls: ast.ClassDef, base: ast.ClassDef) -> bool:
    if not cls.bases:
        return False
    found = look.project.klass(look.module, cls)
    return any(getattr(each.definition, "node", None) is base for each in found.mro[1:])
