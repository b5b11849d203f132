"""Hosts in addresses that stand in the source: which of them are here, or in a net of one's own."""

from __future__ import annotations

import ast
import re

from rescind.review.look import Look

PRIVATE = re.compile(
    r"^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|0\.0\.0\.0|\[|::|localhost)"
    r"|(?:^|\.)(?:localhost|local|internal|intern|intra|intranet|lan|home|corp|private|test|svc|consul|docker)$"
    r"|\.svc\.|^host\.docker\."
)
ADDRESS = re.compile(
    r"^(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/@\s]*@)?(?P<host>\[[^\]]*\]|[^/:?#\s{]*)(?P<more>\{?)"
)


def is_near(host: str) -> bool:
    """``localhost``, ``redis``, ``10.0.0.7``, ``auth.svc.cluster.local``; nobody else is on the way."""
    return "." not in host or PRIVATE.search(host.lower()) is not None


def host_of(text: str) -> tuple[str, str]:
    """The scheme and the host of an address; the host is empty where not all of it is known."""
    found = ADDRESS.match(text)
    if found is None:
        return "", ""
    return found["scheme"], "" if found["more"] else found["host"]


def leading(look: Look, node: ast.expr) -> str:
    """What an address begins with, as far as it stands in the source: ``http://api.example.com/{`` of
    ``f"{BASE}/{name}"``."""
    if isinstance(node, ast.JoinedStr):
        first = node.values[0] if node.values else None
        inner = first.value if isinstance(first, ast.FormattedValue) else first
        begun = leading(look, inner) if inner is not None else ""
        rest = node.values[1:2]
        return begun + "".join(str(each.value) if isinstance(each, ast.Constant) else "{" for each in rest)
    if isinstance(node, ast.BinOp):
        second = str(node.right.value) if isinstance(node.right, ast.Constant) else "{"
        return leading(look, node.left) + second
    return next(iter(look.values(node).texts), "")
