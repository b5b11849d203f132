"""Columns that say whose a row is, and calls that make a row with one."""

from __future__ import annotations

import ast

from rescind.reading import Class
from rescind.review.access.owned import owner_columns
from rescind.review.access.persons import is_owner
from rescind.review.access.rows import statements
from rescind.review.flow.entries import is_model
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of


def adds(look: Look, call: ast.Call) -> bool:
    """Whether a row is added: that one column says who is signed in tells nothing of another."""
    return called_function(call) in {"execute", "insert", "insert_one", "create", "add"} and not any(
        text.lstrip()[:6].upper() in {"SELECT", "UPDATE", "DELETE"} for text in statements(look, call)
    )


def says_whose(look: Look, column: str) -> bool:
    """Whether a column has the owner: by its name, or because others are asked for with who is signed in."""
    known = forms(column) & owner_columns(look)
    return is_owner(column) or (bool(known) and column not in {"id", "pk", ""})


def forms(column: str) -> set[str]:
    """``client`` and ``client_id``, of which one points to the row of the other."""
    return {column, column.removesuffix("_id"), f"{column}_id"}


def makes_row(look: Look, call: ast.Call) -> bool:
    """``Post(author_id=...)``: an object that is kept; no model of a body or an answer."""
    name = called_function(call)
    owner = any(says_whose(look, each.arg or "") for each in call.keywords)
    if not name[:1].isupper() or not owner or NO_ROWS & set(words_of(name)):
        return False
    return not any(
        isinstance(each.definition, Class) and is_model(each.definition)
        for each in look.project.callee(call, look.scope(call))
    )


NO_ROWS = frozenset(
    ["exception", "error", "response", "form", "schema", "serializer", "event", "out", "request", "q",
     "filter", "log", "dto", "command", "query", "task", "job", "invitation", "invite", "membership",
     "share"]
)  # fmt: skip
