"""The tables in which passwords are kept, and the calls that make their rows."""

from __future__ import annotations

import ast
import re

from rescind.reading import Call, Class
from rescind.review.look import Look
from rescind.review.naming.called import called_function

MODEL = re.compile(r"(?:^|\.)(?:Model|DeclarativeBase|Base|Document|SQLModel|declarative_base\(\)|Entity)$")
MADE_BY = frozenset(
    ["create", "acreate", "insert", "insert_one", "update", "get_or_create", "update_or_create",
     "model_construct", "aget_or_create", "aupdate_or_create", "replace", "build"]
)  # fmt: skip


def table_of(look: Look, call: Call) -> Class | None:
    """The table whose row a call makes: ``Person(...)``, ``Person.objects.create()``, ``cls.create()``."""
    func = call.node.func
    if isinstance(func, ast.Attribute) and called_function(call.node) in MADE_BY:
        base = func.value
        if isinstance(base, ast.Attribute) and base.attr in {"objects", "query", "manager"}:
            base = base.value
        function = look.function(call.node)
        if (
            isinstance(base, ast.Name)
            and base.id == "cls"
            and function is not None
            and function.cls is not None
        ):
            return function.cls if is_table(function.cls) else None
        named = look.named(base)
    else:
        named = call.named
    found = (each.definition for each in named if isinstance(each.definition, Class))
    return next((each for each in found if is_table(each)), None)


def is_table(cls: Class) -> bool:
    """No schema: of SQLModel only a class with ``table=True`` is a table."""
    if not any(MODEL.search(each.name) for each in cls.mro[1:]):
        return False
    schema = any(each.name.endswith("SQLModel") for each in cls.mro[1:])
    return not schema or any(each.arg == "table" for each in cls.node.keywords)
