"""What comparisons and mappings of a handler say of its rows."""

from __future__ import annotations

import ast

from rescind.reading import Function, unparsed, walk
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of


def of_others(node: ast.Compare, names: set[str], given: str, beside: frozenset[str]) -> bool:
    """Whether a comparison is about another row, or about whether two are the same."""
    sides = (node.left, *node.comparators)
    about = {each.id for side in sides for each in walk(side) if isinstance(each, ast.Name)}
    if not beside & about:
        return False
    if names & about:
        return all(is_itself(each) for each in sides)
    return given not in {unparsed(each) for each in sides}


def is_itself(node: ast.expr) -> bool:
    """``note``, ``note.pk``"""
    base = node.value if isinstance(node, ast.Attribute) and node.attr in {"id", "pk"} else node
    return isinstance(base, ast.Name)


def puts_into(node: ast.Assign | ast.AnnAssign, name: str, given: str) -> bool:
    """``data = {"id": pk}``, ``data["id"] = pk``"""
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(target, ast.Subscript) and getattr(target.value, "id", "") == name:
            return node.value is not None and unparsed(node.value) == given
        if getattr(target, "id", "") == name and isinstance(node.value, ast.Dict):
            return any(unparsed(each) == given for each in node.value.values)
    return False


def only_told(function: Function) -> set[ast.AST]:
    """What conditions ask whose answer is written to a log, and changes nothing; what is written to a log or
    an audit without any condition."""
    found: set[ast.AST] = set()
    for line in function.nodes_of(ast.Expr):
        if isinstance(line, ast.Expr) and (is_told(line) or is_kept_track_of(line.value)):
            found.update(walk(line))
    for each in function.nodes_of(ast.If):
        if not each.orelse and all(is_told(one) for one in each.body):
            found.update(walk(each.test))
    return found


def is_told(node: ast.stmt) -> bool:
    """``log.warning("...")``, ``pass``"""
    if isinstance(node, ast.Pass):
        return True
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Call) and called_function(value) in TELLS


def is_kept_track_of(node: ast.expr) -> bool:
    """``audit(user, note_id)``, ``await track_event(user.id, "deleted", note_id)``"""
    node = node.value if isinstance(node, ast.Await) else node
    return isinstance(node, ast.Call) and not TRACKS.isdisjoint(words_of(called_function(node)))


TRACKS = frozenset(["audit", "track", "log", "notify", "record", "metric"])
TELLS = frozenset(["debug", "info", "warning", "warn", "error", "critical", "print"])
