"""Functions before a route that can turn somebody away, whether or not it was understood for what."""

from __future__ import annotations

import ast
import re

from rescind.paths.following.refusing import status_of
from rescind.reading import Function
from rescind.reading.nodes import last_name, walk

STATUS = {401, 403}
NAMES = re.compile(
    r"unauthori[sz]ed|forbidden|permission_?denied|not_?authenticated|not_?authori[sz]ed|access_?denied"
    r"|auth(?:entication)?_?(?:error|failed|required)",
    re.IGNORECASE,
)


def denial(function: Function) -> ast.AST | None:
    """The first place in a function where it answers that somebody may not."""
    return next((node for node in walk(function.node) if denies(node)), None)


def denies(node: ast.AST) -> bool:
    """``abort(403)``, ``raise HTTPException(401)``, ``raise PermissionDenied``, ``return "", 401``"""
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if raised is not None and NAMES.search(last_name(raised)):
            return True
        return isinstance(node.exc, ast.Call) and has_status(node.exc)
    if isinstance(node, ast.Return):
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Tuple):
            return any(status_of(each) in STATUS for each in value.elts)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Call):  # Response(...)(scope, ...)
            value = value.func
        return isinstance(value, ast.Call) and (
            has_status(value) or NAMES.search(last_name(value.func)) is not None or to_sign_in(value)
        )
    return isinstance(node, ast.Call) and last_name(node.func) == "abort" and has_status(node)


def has_status(node: ast.Call) -> bool:
    return any(status_of(each) in STATUS for each in (*node.args, *(k.value for k in node.keywords)))


def to_sign_in(node: ast.Call) -> bool:
    """``redirect("/login")``, ``redirect(url_for("auth.login"))``"""
    texts = (each.value for each in walk(node) if isinstance(each, ast.Constant))
    return "redirect" in last_name(node.func).lower() and any(
        isinstance(text, str) and re.search(r"log_?in|sign_?in", text, re.IGNORECASE) for text in texts
    )
