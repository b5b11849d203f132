"""All headers and all cookies of a request: as they are, and taken one after the other."""

from __future__ import annotations

import ast

from rescind.reading import Scope, walk
from rescind.review.flow import HARMLESS
from rescind.review.look import Look
from rescind.review.naming.called import called_function

WHOLE = {"header": "all headers of the request", "cookie": "all cookies of the request"}


def in_comprehension(
    look: Look, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope
) -> str:
    """``{k: request.cookies[k] for k in request.cookies}``: all of them; names alone are nothing, nor is what
    was chosen or covered by its name."""
    first = node.generators[0]
    part = look.shared.flow.web.part(first.iter, scope)
    keys = [each.id for each in walk(first.target) if isinstance(each, ast.Name)]
    said = node.value if isinstance(node, ast.DictComp) else node.elt
    if isinstance(said, ast.IfExp) and any(getattr(each, "id", "") in keys for each in walk(said.test)):
        return HARMLESS
    if part not in WHOLE or one_of_them(first.iter) or any(each.ifs for each in node.generators):
        return ""
    if not isinstance(first.target, ast.Name):
        return ""
    taken = any(
        isinstance(each, ast.Subscript | ast.Call)
        and called_key(each) == first.target.id
        and look.shared.flow.web.part(held_in(each), scope) == part
        for each in walk(said)
    )
    return WHOLE[part] if taken else HARMLESS


def held_in(node: ast.Subscript | ast.Call) -> ast.expr:
    """What something is taken out of: ``x`` of ``x[key]`` and ``x.get(key)``."""
    if isinstance(node, ast.Subscript):
        return node.value
    return node.func.value if isinstance(node.func, ast.Attribute) else node.func


def called_key(node: ast.Subscript | ast.Call) -> str:
    key = node.slice if isinstance(node, ast.Subscript) else node.args[0] if node.args else None
    return getattr(key, "id", "")


def one_of_them(node: ast.expr) -> bool:
    """``request.path`` is a part, ``request.headers`` are all of them; ``request.user_agent`` is one."""
    return asked_for(node) not in {
        "headers",
        "META",
        "environ",
        "cookies",
        "COOKIES",
        "authorization",
        "auth",
    }


def asked_for(node: ast.expr) -> str:
    """``headers`` of ``request.headers``, ``json`` of ``request.json()``"""
    if isinstance(node, ast.Attribute):
        return node.attr
    return called_function(node) if isinstance(node, ast.Call) else ""
