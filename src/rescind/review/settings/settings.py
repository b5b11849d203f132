"""Settings of an application: whether they are those that users meet."""

from __future__ import annotations

import ast

from rescind.reading import Module, last_name
from rescind.review.look import Look, Setting
from rescind.review.naming.words import words_of
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
    for module in look.project.modules:
        other = look.beside(module)
        if setting.name not in module.text or other.is_test:
            continue
        for each in other.settings:
            if each.name == setting.name and each.node is not setting.node and is_meant(other, each):
                own = other.scope(each.node).node
                if isinstance(cls, ast.ClassDef) and isinstance(own, ast.ClassDef):
                    if inherits(other, own, cls):
                        return True
                elif module is not look.module and takes_over(module, look.module):
                    return True
    return False


def takes_over(module: Module, other: Module) -> bool:
    """``from .base import *``."""
    return any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and module.absolute(node) == other.name
        for node in module.tree.body
    )


def inherits(look: Look, cls: ast.ClassDef, base: ast.ClassDef) -> bool:
    found = look.project.klass(look.module, cls)
    return any(getattr(each.definition, "node", None) is base for each in found.mro[1:])
