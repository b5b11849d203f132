"""Answers that say how many accounts a statement found: ``rowcount``, ``matched_count``, ``UPDATE 0``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Function, unparsed, walk
from rescind.review.accounts.accounts import ACCOUNTS
from rescind.review.enumeration.lookups import asks_somebody
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import secret_kind, words_of

RUNS = frozenset(["execute", "exec", "run", "execute_update", "fetchval"])
CHANGES = frozenset(["update", "aupdate", "delete", "adelete", "update_one", "update_many", "delete_one"])
WHERE = re.compile(r"(?is)^\s*(?:update|insert|delete)\b.*?\bwhere\b(.*)")
COLUMN = re.compile(r"(\w+)\W?\s*=\s*(?:\?|%s|\$\d|:\w|%\(|lower\()")


def counted(look: Look, function: Function) -> Iterator[ast.AST]:
    """Where a function answers whether a statement about whom somebody named found anybody."""
    for node in function.walk():
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if not isinstance(node, ast.Assign) or not isinstance(target, ast.Name):
            continue
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call) and about_somebody(look, value):
            found = told_of(look, function, target.id, node.lineno)
            if found is not None:
                yield found


def about_somebody(look: Look, node: ast.Call) -> bool:
    """Whether it changes rows of accounts, or makes letters to them, by what a request names them by."""
    name = called_function(node)
    if name in RUNS and node.args:
        inner = node.args[0]
        inner = inner.args[0] if isinstance(inner, ast.Call) and inner.args else inner
        return any(by_name(text) for text in look.values(inner).texts) and is_typed(look, node)
    if name not in CHANGES or not isinstance(node.func, ast.Attribute):
        return False
    asked = node.args[0] if name.endswith("_one") and node.args else node.func.value
    people = not ACCOUNTS.isdisjoint(words_of(unparsed(node.func.value)))
    return people and asks_somebody(asked) and not by_secret(asked) and is_typed(look, node)


def by_name(text: str) -> bool:
    found = WHERE.match(text)
    if found is None:
        return False
    columns = COLUMN.findall(found[1])
    return bool(columns) and not any(secret_kind(each) or each.lower() in {"id", "token"} for each in columns)


def by_secret(node: ast.expr) -> bool:
    names = [each.arg or "" for each in walk(node) if isinstance(each, ast.keyword)]
    names += [key.value for each in walk(node) if isinstance(each, ast.Dict) for key in each.keys
              if isinstance(key, ast.Constant) and isinstance(key.value, str)]  # fmt: skip
    return any(secret_kind(each) for each in names)


def is_typed(look: Look, node: ast.Call) -> bool:
    return any(
        one.kind == "request" and one.part in {"body", "form", "query"}
        for each in walk(node)
        if isinstance(each, ast.Name | ast.Call | ast.Subscript) and each is not node
        for one in look.origins(each)
    )


def told_of(look: Look, function: Function, name: str, line: int) -> ast.AST | None:
    """Where an answer holds what came of it, or is another one for it."""
    for value in function.returns:
        if any(is_question(look, each, name) for each in walk(value)):
            return value
    for node in function.walk():
        if isinstance(node, ast.If) and node.lineno > line and speaks_of(node.test, name):
            answer = node.body[-1]
            last = function.node.body[-1]
            if isinstance(answer, ast.Raise) or (
                isinstance(answer, ast.Return) and unparsed(answer) != unparsed(last)
            ):
                return node
    return None


def is_question(look: Look, node: ast.AST, name: str) -> bool:
    """``done.matched_count > 0``, ``bool(changed)``, ``not queued.endswith(" 0")``"""
    if isinstance(node, ast.Compare):
        return speaks_of(node, name)
    if not isinstance(node, ast.Call):
        return False
    if called_function(node) == "bool":
        return speaks_of(node, name)
    return called_function(node) in {"endswith", "startswith"} and speaks_of(node.func, name)


def speaks_of(node: ast.AST, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in walk(node))
