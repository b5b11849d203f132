"""Statements of SQL that look for an account by its password, or store one, as it was typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Binding, Call, walk
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import WRAPPERS, called_function
from rescind.review.naming.words import secret_kind

COLUMN = re.compile(
    r"(?i)\b(?P<column>\w+)[`\"\]]?\s*=\s*(?:\?|['\"]?%s|:\w+|\$\d|['\"]?\{\w*\}|%\(\w+\)s|['\"]$)"
)
INSERT = re.compile(r"(?i)\b(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+\S+?\s*\((?P<columns>[^)]*)\)")
STATEMENT = re.compile(r"(?is)^\s*(?:select\s.*\sfrom|insert\s+into|replace\s+into|update\s+\S+\s+set)\s")
# Without names of columns: whatever is called a password among the values is kept.
WHOLE = re.compile(r"(?i)\binsert\s+(?:or\s+\w+\s+)?into\s+\S+\s+values\b")
# Whatever the column is called, a password is looked for, or kept.
KEEPS = re.compile(r"(?is)\binsert\s+(?:or\s+\w+\s+)?into\s|\bupdate\s+\S+\s+set\s|\bselect\s.*\bwhere\s")
SLOW = re.compile(r"(?i)\b(?:crypt|gen_salt|pgp_sym_encrypt|aes_encrypt)\s*\(")
EXECUTES = frozenset(
    ["execute", "executemany", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "raw", "text",
     "query", "exec_driver_sql", "run", "insert", "do", "query_db", "execute_query", "exec", "get_one",
     "run_query", "fetchone", "fetchall", "mogrify", "executescript"]
)  # fmt: skip


def statements(look: Look, node: ast.expr) -> list[ast.expr]:
    """A statement, and what its name was assigned where it has one."""
    if not isinstance(node, ast.Name):
        return [node]
    found = look.scope(node).in_force(node.id, node.lineno)
    return [one.value for one in found if one.value is not None and one.scope.module is look.module] or [node]


def joined(node: ast.expr) -> Iterator[ast.expr]:
    """What is put between the pieces of a text: by ``+``, ``%`` and ``format``."""
    for each in walk(node):
        if isinstance(each, ast.BinOp):
            yield from (one for one in (each.left, each.right) if not isinstance(one, ast.Constant))
        elif isinstance(each, ast.Call) and called_function(each) == "format":
            yield from each.args


def given_to_passwords(look: Look, call: Call) -> list[ast.expr]:
    """What a statement that names a column of passwords is given: ``WHERE name = ? AND password = ?``."""
    if not call.node.args or not (called_function(call.node) in EXECUTES or is_statement(call.node.args[0])):
        return []
    made, rest = statements(look, call.node.args[0]), call.node.args[1:]
    nodes = [each for statement in made for each in walk(statement)]
    texts = [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if not any(names_password(text) or KEEPS.search(text) for text in texts) or any(map(SLOW.search, texts)):
        return []
    inside = [each for argument in rest for each in walk(argument)]
    parts = [*rest]
    for each in (*nodes, *inside):
        if isinstance(each, ast.Tuple | ast.List):
            parts += each.elts
        elif isinstance(each, ast.Dict):
            parts += each.values
        elif isinstance(each, ast.FormattedValue):
            parts.append(each.value)
    parts += [part for statement in made for part in joined(statement)]
    return parts + [value for each in parts for value in carried(look, each)]


def is_statement(node: ast.expr) -> bool:
    """Whether it is a statement by itself, whatever the function is called that runs it."""
    text = node.value if isinstance(node, ast.Constant) else ""
    return isinstance(text, str) and STATEMENT.match(text) is not None


def carried(look: Look, node: ast.expr) -> Iterator[ast.expr]:
    """Of ``word`` that was assigned ``str(sent["password"])`` what is in it."""
    if not isinstance(node, ast.Name) or secret_kind(node.id):
        return
    for one in bindings_at(node, look.scope(node)):
        value = part_of(one) if one.kind in {"assign", "unpacked"} else None
        while isinstance(value, ast.Call) and called_function(value) in WRAPPERS and value.args:
            value = value.args[0]
        if isinstance(value, ast.Subscript | ast.Call):
            yield value


def part_of(binding: Binding) -> ast.expr | None:
    """What a name gets: of ``a, b = x, y`` its part."""
    target = binding.node.targets[0] if isinstance(binding.node, ast.Assign) else None
    value = binding.value
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple):
        return value if binding.kind == "assign" else None
    pairs = zip(target.elts, value.elts, strict=False)
    return next((part for one, part in pairs if getattr(one, "id", "") == binding.name), None)


def names_password(text: str) -> bool:
    columns = [each["column"] for each in COLUMN.finditer(text)]
    for each in INSERT.finditer(text):
        columns += [name.strip(' `"[]') for name in each["columns"].split(",")]
    return any(secret_kind(column) == "password" for column in columns) or WHOLE.search(text) is not None
