"""Texts that are there to be read: examples, labels, and what a program is called with."""

from __future__ import annotations

import ast

from rescind.reading import Module, unparsed
from rescind.review.look import Setting
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

SHOWN = frozenset(["example", "examples", "sample", "samples"])


def is_option(node: ast.expr | None) -> bool:
    """``-t``, ``--bits``"""
    return isinstance(node, ast.Constant) and str(node.value).startswith("-")


def in_example(module: Module, node: ast.AST) -> bool:
    """Whether it stands below ``"example"``: documentation in a dictionary or an argument, or a name that
    says so."""
    below = node
    for above in module.above(node):
        if isinstance(above, ast.stmt):
            names = [called(each) for each in getattr(above, "targets", ())]
            return any(not SHOWN.isdisjoint(words_of(name)[:1]) for name in names)
        if isinstance(above, ast.keyword) and shows(module, above):
            return True
        if isinstance(above, ast.Dict):
            at = next((n for n, each in enumerate(above.values) if each is below), None)
            key = above.keys[at] if at is not None else None
            if isinstance(key, ast.Constant) and "example" in str(key.value):
                return True
        below = above
    return False


def shows(module: Module, node: ast.keyword) -> bool:
    """``example=``, ``sample_url=``, and the parts of a path: ``reverse("open", kwargs={...})``; whom a test
    signs in by its client."""
    above = module.parent_of(node)
    named = called_function(above) if isinstance(above, ast.Call) else ""
    if isinstance(above, ast.Call) and unparsed(above.func) == "self.client.login":
        return True
    return not SHOWN.isdisjoint(words_of(node.arg or "")) or (node.arg == "kwargs" and "reverse" in named)


def in_prose(module: Module, setting: Setting) -> bool:
    """``{"password": "..."}`` among texts for people: labels, messages, help."""
    above = module.parent_of(setting.node)
    if isinstance(setting.node, ast.Assign) and isinstance(setting.node.targets[0], ast.Subscript):
        words = words_of(called(setting.node.targets[0].value))
        return not {"errors", "messages", "labels", "help"}.isdisjoint(words)
    if not isinstance(above, ast.Dict):
        return False
    if is_complaint(module.parent_of(above)):
        return True
    values = [
        each.value for each in above.values if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    if len(values) > 1 and sum(value in KINDS for value in values) * 2 > len(values):
        return True  # ``{"Server": "string", "Secret": "password"}``: of which kind each field is
    return len(values) > 2 and sum(" " in value.strip() for value in values) * 2 > len(values)


def is_complaint(node: ast.AST | None) -> bool:
    """``ValidationError({"password": "required."})``: what is wrong with each field."""
    last = words_of(called_function(node))[-1:] if isinstance(node, ast.Call) else ()
    return not COMPLAINTS.isdisjoint(last)


COMPLAINTS = frozenset(["error", "errors", "exception", "invalid"])
KINDS = frozenset(
    ["bool", "boolean", "float", "hidden", "int", "integer", "number", "password", "string", "text"]
)
