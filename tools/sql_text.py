"""Finds SQL that is put together from strings in a syntax tree.

An expression is turned into a *template*: its constant text with a gap for each part that is not constant. It
is a finding when it has both text and a gap and either reads like SQL or is handed to a call that takes SQL.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

GAP = "\x00"
TAKES_SQL = {
    "execute",
    "executemany",
    "executescript",
    "exec_driver_sql",
    "text",
    "literal_column",
    "RawSQL",
    "DDL",
}
READS_LIKE_SQL = re.compile(
    r"""\s*(?:
        (?-i:SELECT|INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|PRAGMA|WITH|ATTACH|VACUUM|LISTEN|NOTIFY|SET)\s
        | select\s.*\bfrom\s | insert\s+into\s | update\s+\S+\s+set\s | delete\s+from\s | pragma\s+\w+\s*[=(]
        | (?:create|drop|alter)\s+(?:table|index|trigger|view|unique)\s
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def template(node: ast.AST) -> str | None:
    """The constant text with GAP for the rest, or None when no part of it is text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else GAP for p in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = template(node.left), template(node.right)
        return None if left is None and right is None else (left or GAP) + (right or GAP)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        text = template(node.left)
        return None if text is None else text + GAP
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return method_template(node.func, node)
    return None


def method_template(method: ast.Attribute, call: ast.Call) -> str | None:
    """``"...".format(x)`` and ``", ".join(xs)`` have gaps; ``.strip()`` and the like keep their text."""
    text = template(method.value)
    if text is None:
        return None
    if method.attr in {"format", "format_map", "replace"} and (call.args or call.keywords):
        return text + GAP
    if method.attr == "join":
        return GAP + text
    return text


def is_built(node: ast.AST) -> bool:
    text = template(node)
    return text is not None and GAP in text and bool(text.strip(GAP))


def reads_like_sql(node: ast.AST) -> bool:
    text = template(node)
    return text is not None and READS_LIKE_SQL.match(text) is not None


def built_names(scope: ast.AST) -> set[str]:
    """Names that are given a built string, or have one added, anywhere in a scope."""
    names = set()
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and is_built(node.value):
            names |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and node.value is not None and is_built(node.value):
            names |= {node.target.id} if isinstance(node.target, ast.Name) else set()
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and is_built(node.value):
            names.add(node.target.id)
    return names


def handed_over(scope: ast.AST) -> Iterator[ast.AST]:
    """Built text, or a name that holds it, as the first argument of a call that takes SQL."""
    names = built_names(scope)
    for node in ast.walk(scope):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if called in TAKES_SQL and (is_built(first) or (isinstance(first, ast.Name) and first.id in names)):
            yield node


def built_sql(tree: ast.Module) -> Iterator[ast.AST]:
    """Every place where SQL is put together from strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and is_built(node) and reads_like_sql(node):
            yield node
    yield from handed_over(tree)
