"""Rows that a handler finds by what a request says, and what it does with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Function, unparsed, walk
from rescind.review.access.persons import is_owner, persons_of
from rescind.review.access.proving import LOADS
from rescind.review.accounts.accounts import NO_INPUT
from rescind.review.flow import Part, Policy
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

KEY = Policy("key", frozenset(), (), frozenset(), numbers=False)
TABLE = re.compile(r"\b(?:from|update|into)\s+[\"`]?([a-z_][\w.]*)", re.IGNORECASE)
FINDS = frozenset(
    ["get", "first", "one", "get_or_404", "first_or_404", "one_or_404", "get_object_or_404",
     "aget_object_or_404", "aget", "afirst", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none",
     "get_or_none", "find_one", "fetchone", "fetchrow", "fetch_one", "filter", "filter_by", "find",
     "query", "execute", "exec", "all", "fetch", "fetchall", "fetch_all", "scalars", "get_by_id",
     "find_by_id", "get_by_pk", "by_id", "first_or_none", "one_or_error", "get_item"]
)  # fmt: skip
ENDS = frozenset(
    [
        "delete",
        "update",
        "delete_one",
        "update_one",
        "replace_one",
        "aupdate",
        "adelete",
        "find_one_and_update",
        "find_one_and_delete",
        "delete_item",
        "update_item",
    ]
)
# They give one row back: what is called on that is a method of its model.
ONE = frozenset(
    ["get", "first", "one", "get_or_404", "first_or_404", "one_or_404", "get_object_or_404", "one_or_none",
     "scalar_one", "scalar_one_or_none", "get_or_none", "first_or_none"]
)  # fmt: skip
CHANGES = frozenset(["delete", "save", "update", "remove", "set", "adelete", "asave"])


class Row(NamedTuple):
    """One row, or some: ``name``: the variable; empty: none. ``kind``: of which model or table.

    ``changed``: whether it is changed or deleted; ``key``: the expression that it is found by; ``of_owner``:
    whether that is whose it is; ``column``: the one that it is found by, where that is seen.
    """

    name: str
    kind: str
    call: ast.AST
    changed: bool
    key: ast.expr
    of_owner: bool
    column: str = ""


def rows(look: Look, function: Function) -> Iterator[Row]:
    """Those that are found by something of the request, and by nothing of who is signed in."""
    persons = persons_of(look, function)
    for each in function.calls:
        node = each.node
        if inner_part(look, node) or not asks_store(look, node) or persons.has(node):
            continue
        if of_table(node) or adds(look, node):
            continue
        kind = kind_of(look, node)
        found = key_of(look, node) if kind and not shown_to_all(node) else None
        if found is None:
            continue
        column, key = found
        names = held_by(look, node)
        ends = called_function(node) in ENDS or writes(look, node)
        changed = ends or any(changes(function, name) for name in names)
        if not changed and "slug" in words_of(called(key)):
            continue  # it is in every link
        yield Row(next(iter(names), ""), kind, node, changed, key, is_owner(column), column)


def asks_store(look: Look, node: ast.Call) -> bool:
    """By the name of what is called, or since it is given a statement: ``one("SELECT ...", note_id)``."""
    return called_function(node) in FINDS | ENDS or bool(given_statement(look, node))


def given_statement(look: Look, node: ast.Call) -> str:
    """``SELECT ...`` where that is what a call is given first."""
    first = node.args[0] if node.args else None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    return text if text.lstrip()[:6].upper() in {"SELECT", "UPDATE", "DELETE"} else ""


def of_table(node: ast.Call) -> bool:
    """``SORTED.get(request.args["by"], Order.id)``: a constant that is looked into."""
    return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "a").isupper()


def adds(look: Look, node: ast.Call) -> bool:
    """``INSERT INTO``: nothing is found by it."""
    found = statements(look, node)
    return bool(found) and all(each.lstrip()[:6].upper() == "INSERT" for each in found)


def shown_to_all(node: ast.Call) -> bool:
    """``get_object_or_404(Product, pk=pk, is_public=True)``"""
    return any(PUBLIC & set(words_of(column)) for column, _ in given(node))


PUBLIC = frozenset(["public", "published", "visible", "shared", "open"])


def inner_part(look: Look, node: ast.Call) -> bool:
    """``Order.query.filter(...)`` of ``Order.query.filter(...).first()``; ``get_or_404(Order, pk)`` of
    ``get_or_404(Order, pk).to_dict()`` is a row."""
    above = look.module.parent_of(node)
    if not isinstance(above, ast.Attribute):
        return False
    asks = look.module.parent_of(above)
    if not isinstance(asks, ast.Call) or asks.func is not above:
        return False
    if above.attr == "get" and called_function(node) == "get_item":
        return False  # ``table.get_item(Key={"id": pk}).get("Item")``
    return called_function(node) not in ONE or above.attr in FINDS | ENDS | QUERIES


def kind_of(look: Look, node: ast.Call) -> str:
    """The model or table that a call asks; empty: none that is seen."""
    documents = collection_of(node)
    if documents:
        return documents
    for each in walk(node):
        if (
            isinstance(each, ast.Name)
            and each.id[:1].isupper()
            and not each.id.isupper()
            and each.id not in PLAIN
        ):
            return each.id
        if isinstance(each, ast.Attribute) and each.attr[:1].isupper() and not each.attr.isupper():
            return each.attr
    for text in statements(look, node):
        found = TABLE.search(text)
        if found is not None:
            return found[1].lower()
    return of_class(look, node)


def of_class(look: Look, node: ast.Call) -> str:
    """``cls.objects.get(...)`` of a method of the model itself; ``self.model`` of a repository of any."""
    for each in walk(node):
        if (
            isinstance(each, ast.Attribute)
            and each.attr in MODELS
            and getattr(each.value, "id", "") == "self"
        ):
            return f"self.{each.attr}"
        if isinstance(each, ast.Name) and each.id == "cls":
            function = look.function(node)
            return function.cls.name if function is not None and function.cls is not None else ""
    return ""


MODELS = frozenset(["model", "_model", "model_class", "model_cls", "entity", "table"])


PLAIN = frozenset(["ObjectId", "UUID", "Decimal", "Path", "Q", "F", "Depends", "HTTPException"])
OF_DOCUMENTS = frozenset(
    ["find_one", "find", "insert_one", "update_one", "delete_one", "replace_one", "find_one_and_update",
     "find_one_and_delete", "update_many", "delete_many", "count_documents", "get_item", "put_item",
     "delete_item", "update_item"]
)  # fmt: skip


def collection_of(node: ast.Call) -> str:
    """``notes`` of ``db.notes.find_one(...)`` and ``db["notes"].find(...)``"""
    func = node.func
    if not isinstance(func, ast.Attribute) or func.attr not in OF_DOCUMENTS:
        return ""
    name = called(func.value)
    return name if name[:1].islower() and name not in {"self", "db", "session", "re", "text"} else ""


def statements(look: Look, node: ast.Call) -> tuple[str, ...]:
    """The texts of SQL that a call is given, or the one whose result it asks: ``execute().fetchone()``."""
    at: ast.expr = node
    while isinstance(at, ast.Call):
        first = at.args[0] if at.args else None
        if isinstance(first, ast.Call) and called_function(first) == "text" and first.args:
            first = first.args[0]
        found = tuple(look.values(first).texts) if isinstance(first, TEXTS) else ()
        if found:
            return found
        at = at.func.value if isinstance(at.func, ast.Attribute) else at.func
        at = at.value if isinstance(at, ast.Await) else at
    return ()


TEXTS = (ast.Constant, ast.Name, ast.BinOp, ast.JoinedStr)


def writes(look: Look, node: ast.Call) -> bool:
    return any(text.lstrip()[:6].upper() in {"UPDATE", "DELETE"} for text in statements(look, node))


def key_of(look: Look, node: ast.Call) -> tuple[str, ast.expr] | None:
    """What of the request a row is found by, an id in the path before any other, and in which column."""
    found: list[tuple[bool, str, ast.expr]] = []
    sets = set(map(id, values_set(node)))
    for column, each in given(node):
        if id(each) in sets:
            continue
        parts = parts_of(look, each)
        if parts & PARTS:
            found.append(("path" in parts, column, each))
    return max(found, key=lambda each: each[0])[1:] if found else None


def values_set(node: ast.Call) -> Iterator[ast.expr]:
    """Of ``Stop.objects.filter(pk=pk).update(position=position)`` what is written: nothing is found by it."""
    at: ast.expr = node
    while isinstance(at, ast.Call) and isinstance(at.func, ast.Attribute):
        if at.func.attr in {"update", "aupdate"}:
            yield from (each.value for each in at.keywords if each.arg is not None)
        at = at.func.value


def is_key(look: Look, node: ast.expr) -> bool:
    """Whether the sender of a request chooses it, and may guess others."""
    return not PARTS.isdisjoint(parts_of(look, node))


def parts_of(look: Look, node: ast.expr) -> set[str]:
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return set()
    if (isinstance(node, ast.Name) and node.id[:1].isupper()) or is_unguessed(called(node)):
        return set()
    if isinstance(node, ast.Call) and not called(node) and called_function(node) not in MAKES:
        return set()  # what something else has found by it
    if isinstance(node, ast.Name) and any(opens(each.value) for each in bindings_at(node, look.scope(node))):
        return set()
    parts = {str(origin.part) for origin in look.origins(node, KEY) if origin.kind == "request"}
    return parts | {part_of_parameter(look, node)}


def opens(node: ast.AST | None) -> bool:
    """``serializer.loads(token)``: only who was given that has it."""
    return isinstance(node, ast.Call) and LOADS.search(f"{unparsed(node.func)}(") is not None


# Methods that a framework gives a row, or what has been read of a body, and no id.
HOOKS = frozenset(["perform_create", "perform_update", "perform_destroy", "form_valid", "form_invalid"])


def is_unguessed(name: str) -> bool:
    """``token``, ``invite_code``; of ``token_id`` others may be guessed."""
    words = words_of(name)
    if words[-1:] in (("id",), ("pk",)):
        return not {"uuid", "guid", "hash"}.isdisjoint(words)
    return not UNGUESSED.isdisjoint(words)


UNGUESSED = {"uuid", "guid", "token", "hash", "secret", "key", "code"}
PARTS = {"path", "query", "body", "form"}


def given(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What the calls of a chain are given, with its column, out of comparisons, tuples and dictionaries,
    too."""
    at: ast.expr = node
    while isinstance(at, ast.Call):
        pairs = [("", each) for each in at.args] + [(each.arg or "", each.value) for each in at.keywords]
        for column, argument in pairs:
            if isinstance(argument, ast.Compare):
                yield from ((called(argument.left), each) for each in argument.comparators)
            elif isinstance(argument, ast.Tuple | ast.List):
                yield from (("", each) for each in argument.elts)
            elif isinstance(argument, ast.Dict):
                yield from (("", each) for each in argument.values)
            elif isinstance(argument, ast.Call) and called_function(argument) == "in_":
                yield from ((called(argument.func), each) for each in argument.args)
            elif isinstance(argument, ast.Call) and called_function(argument) in QUERIES:
                yield from given(argument)
            elif isinstance(argument, ast.Call) and called_function(argument) in MAKES:
                yield from ((column, each) for each in argument.args)
            else:
                yield column, argument
        at = at.func.value if isinstance(at.func, ast.Attribute) else at.func
        at = at.value if isinstance(at, ast.Await) else at


QUERIES = frozenset(
    ["where", "filter", "filter_by", "options", "order_by", "limit", "select", "values", "join",
     "with_for_update"]
)  # fmt: skip
MAKES = frozenset(["str", "int", "UUID", "ObjectId"])


def part_of_parameter(look: Look, node: ast.expr) -> Part:
    """What of the request a parameter of a handler is, numbers too; one of a handler whose path is not seen
    is of the path."""
    function = look.function(node)
    if not isinstance(node, ast.Name) or node.id in NO_INPUT or function is None or function.name in HOOKS:
        return ""
    if not any(one.kind == "parameter" for one in bindings_at(node, look.scope(node))):
        return ""
    entries = look.shared.flow.entries
    parameter = next((each for each in function.parameters if each.name == node.id), None)
    if parameter is None or not entries.is_handler(function):
        return "" if parameter is None else "path"
    given = entries.given(function, parameter)
    return given.part if given is not None and given.depends is None else ""


def held_by(look: Look, node: ast.expr) -> set[str]:
    """The variables that a call goes into, and those of ``result.scalars().first()`` after it."""
    statement = look.module.statement_of(node)
    if not isinstance(statement, ast.Assign) or not is_whole(statement.value, node):
        return set()
    names = [
        each for one in statement.targets for each in (one.elts if isinstance(one, ast.Tuple) else [one])
    ]
    return {each.id for each in names if isinstance(each, ast.Name)}


def is_whole(value: ast.expr, node: ast.expr) -> bool:
    if isinstance(value, ast.Attribute):  # ``get_object_or_404(Page, pk=pk).specific``
        value = value.value
    if (
        isinstance(node, ast.Call) and called_function(node) == "get_item"
    ):  # ``table.get_item(Key={"id": pk})["Item"]``
        func = value.func if isinstance(value, ast.Call) and value is not node else value
        value = func.value if isinstance(func, ast.Attribute | ast.Subscript) else value
    return value is node or (isinstance(value, ast.Await) and value.value is node)


def changes(function: Function, name: str) -> bool:
    """``row.title = ...``, ``row.delete()``, ``session.delete(row)``"""
    return any(changes_it(node, name) for node in function.walk())


def changes_it(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return isinstance(node.value, ast.Name) and node.value.id == name
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    if isinstance(func, ast.Attribute) and func.attr in CHANGES and getattr(func.value, "id", "") == name:
        return True
    first = getattr(node.args[0], "id", "") if node.args else ""
    given = {each.arg: each.value for each in node.keywords}
    if getattr(given.get("instance"), "id", "") == name or (first == name and "data" in given):
        return True  # ``NoteForm(request.POST, instance=note)``, ``NoteSerializer(note, data=...)``
    return first == name and bool(set(words_of(called_function(node))) & {"delete", "remove", "setattr"})
