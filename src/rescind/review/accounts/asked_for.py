"""Digests that another server asks for: what signs in there, and is kept nowhere here."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function, walk
from rescind.review.look import Look
from rescind.review.naming.called import called_function

SENDS = frozenset(["get", "patch", "post", "put", "request", "urlopen", "ws_connect"])
CLIENTS = re.compile(r"^(?:requests|httpx|aiohttp|urllib3?|http\.client)\.")
ADDRESS = re.compile(r"://|^/|/$|\w/\w")


def is_sent(look: Look, node: ast.AST, function: Function) -> bool:
    """Whether what is made there, or the name that it gets, is given to a request to an address."""
    statement = look.module.statement_of(node)
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    name = target.id if isinstance(target, ast.Name) else ""
    return any(
        called_function(each.node) in SENDS
        and (CLIENTS.match(each.name) is not None or is_address(each.node))
        and any(one is node or (bool(name) and getattr(one, "id", "") == name) for one in walk(each.node))
        for each in function.calls
    )


def is_address(call: ast.Call) -> bool:
    """``session.post(f"https://{host}/login", ...)``"""
    texts = [
        one.value for each in call.args[:2] for one in walk(each)
        if isinstance(each, ast.Constant | ast.JoinedStr | ast.BinOp) and isinstance(one, ast.Constant)
    ]  # fmt: skip
    return any(isinstance(each, str) and ADDRESS.search(each) is not None for each in texts)
