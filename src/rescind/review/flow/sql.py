"""SQL in Python: what runs it, what of a text is SQL, and what makes a value harmless inside of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rescind.reading import Call, walk
from rescind.review.flow import Origin, Policy
from rescind.review.flow.origin import Built
from rescind.review.flow.policy import DIGESTS, NUMBER_METHODS, listed
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of

# Methods that take a statement, whatever they are called on; the text must look like SQL.
RUNS = frozenset(
    [
        "execute", "executemany", "executescript", "execute_sql", "exec_driver_sql", "fetch", "fetchrow",
        "fetchval",
        "fetch_all", "fetch_one", "fetch_val", "iterate", "raw", "raw_sql", "query", "scalar", "scalars",
        "run", "sql",
        "execute_query", "execute_query_dict", "read_sql", "read_sql_query", "select_by_sql",
        "get_by_sql", "prepare",
        "mogrify", "callproc", "stream", "select", "do", "fetchone", "fetchall", "one", "all", "exec",
        "copy_expert",
        "from_statement", "declare", "execute_raw", "query_raw", "queryset",
    ]
)  # fmt: skip
# Functions and classes whose argument is SQL for certain.
TEXTS = re.compile(
    r"^(?:sqlalchemy\.(?:\w+\.)*(?:text|literal_column|TextClause)|flask_sqlalchemy\.SQLAlchemy\.text|sqlmodel\.text"
    r"|django\.db\.models\.(?:expressions\.)?RawSQL|django\.db\.models\.expressions\.RawSQL|psycopg2?\.sql\.SQL|peewee\.SQL|pypika\.CustomFunction)$"
)
BUILDERS = (
    "sqlalchemy.", "flask_sqlalchemy.", "sqlmodel.", "django.db.models.", "peewee.", "pypika.",
    "psycopg.sql.", "psycopg2.sql.", "tortoise.", "pony.", "aiosql.",
)  # fmt: skip
QUOTES = frozenset(
    [
        "quote_name", "quote_ident", "quote_identifier", "quote_literal", "escape_string", "escape_literal",
        "escape_identifier", "mogrify", "literal", "adapt", "quoted", "escape_sql", "quote_sql",
        "quote_table_name", "format_identifier",
    ]
)  # fmt: skip
LOOKS = re.compile(
    r"(?i)\b(?:select\b.*?(?:\bfrom\b|\*|$)|insert\s+into|update\s+\S+\s+set|delete\s+from|where\s|order\s+by|group\s+by|having\s"
    r"|union\s+(?:all\s+)?select|drop\s+(?:table|database|index|user|role)|alter\s+(?:table|user|role)|create\s+(?:table|index|user|role|database)"
    r"|truncate\s+table|limit\s+\S*|i?like\s|inner\s+join|left\s+join|join\s+\w+\s+on|replace\s+into|grant\s+\w+\s+on|set\s+role|pragma\s"
    r"|call\s+\w+\s*\(|exec(?:ute)?\s+\w+|(?:and|or)\s+[\w.\"`]+\s*(?:=|<|>|i?like\b|in\b|is\b|between\b))",
    re.DOTALL,
)  # fmt: skip
# Right behind this a value begins, in quotes.
QUOTED = re.compile(r"(?i)(?:=|<|>|like|in|\(|,|values)\s*\(?\s*['\"]%?[^'\"]*$")


BEGINS = frozenset(["select", "insert", "update", "delete", "upsert"])


def is_construct(node: ast.Call) -> bool:
    """``insert(Order).values(note=note)``, by whatever dialect: values are bound, whatever they are."""
    while isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        node = node.func.value
    verb = called_function(node).rpartition("_")[2]
    table = node.args[0] if node.args else None
    return (
        verb in BEGINS
        and isinstance(table, ast.Name | ast.Attribute)
        and (table.id if isinstance(table, ast.Name) else table.attr)[:1].isupper()
    )


def special(node: ast.Call, names: list[str]) -> bool:
    """``re.sub`` that leaves letters and digits, slugs, and statements that are no texts."""
    if is_construct(node):
        return True
    if any(name in {"re.sub", "regex.sub"} for name in names) and node.args:
        pattern = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
        return isinstance(pattern, str) and ("\\W" in pattern or pattern.startswith("[^"))
    return any(name.rpartition(".")[2] in {"slugify", "secure_filename"} for name in names)


SQL = Policy(
    "sql",
    prefixes=(*DIGESTS, *BUILDERS),
    methods=NUMBER_METHODS | QUOTES,
    guard=listed,
    special=special,
)


class Statement(NamedTuple):
    """An expression that is run as SQL. ``certain``: nothing else could be meant."""

    text: ast.expr
    call: Call
    certain: bool


def statements(calls: Iterable[Call]) -> Iterator[Statement]:
    """What calls run as SQL, or may."""
    for call in calls:
        func = call.node.func
        attr = called_function(call.node)
        named = next((found for each in GIVEN if (found := call.argument(each)) is not None), None)
        first = named or call.argument("sql", 0)
        if any(TEXTS.match(each.name) for each in call.named):
            text = call.argument("text", 0) or first
            if text is not None:
                yield Statement(text, call, certain=True)
        elif attr == "extra" and isinstance(func, ast.Attribute):
            given = [
                each for each in call.node.keywords if each.arg in {"where", "select", "tables", "order_by"}
            ]
            yield from (Statement(each.value, call, certain=True) for each in given)
        elif isinstance(func, ast.Attribute) and first is not None and runs(attr):
            yield Statement(first, call, certain=False)


GIVEN = ("sql", "query", "statement", "Sql", "QueryString", "Statement", "sql_query")


def runs(name: str) -> bool:
    """``execute_statement``, ``query_and_wait``, ``run_query`` too, of drivers and of services with an API of
    their own."""
    return name in RUNS or not {"execute", "query"}.isdisjoint(words_of(name))


def constant_text(node: ast.AST) -> str:
    """The constant pieces of a text that is put together, in their order."""
    return " ".join(
        each.value for each in walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def looks_like_sql(built: Iterable[Built]) -> bool:
    return any(LOOKS.search(constant_text(each.node)) for each in built)


def is_quoted(origin: Origin) -> bool:
    """Whether quotes in the text stand around what comes from there: a value, not a name of a column."""
    return any(quoted_part(each.node) for each in origin.built)


def quoted_part(node: ast.AST) -> bool:
    if isinstance(node, ast.AugAssign):
        return quoted_part(node.value)
    if isinstance(node, ast.JoinedStr):
        texts = [each.value if isinstance(each, ast.Constant) else None for each in node.values]
        return any(
            isinstance(text, str) and QUOTED.search(text) and at + 1 < len(texts) and texts[at + 1] is None
            for at, text in enumerate(texts)
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left = node.left.right if isinstance(node.left, ast.BinOp) else node.left
        text = left.value if isinstance(left, ast.Constant) else ""
        return quoted_part(node.left) or (isinstance(text, str) and QUOTED.search(text) is not None)
    text = constant_text(node)
    return re.search(r"(?i)['\"]%?%?(?:%s|\{\w*\})", text) is not None
