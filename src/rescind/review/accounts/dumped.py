"""Rows that are made of everything somebody sent: ``User(**body.model_dump())``, a password as it was typed
among it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Call, Class, Function, walk
from rescind.review.accounts.hashing import HASHES, hashes_itself
from rescind.review.accounts.hooks import is_column, takes_password
from rescind.review.accounts.password_tables import MADE_BY, is_table, table_of
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of

# What gives all that an object has, by name.
DUMPS = frozenset(["model_dump", "dict", "asdict", "vars", "jsonable_encoder", "load", "to_dict"])
# Attributes of forms and serializers that hold all that was sent and found right.
HELD = frozenset(["validated_data", "cleaned_data"])
# What makes a row of an object with the same fields.
OF_OBJECT = frozenset(["model_validate", "from_orm", "parse_obj"])
PEOPLE = frozenset(["user", "users", "account", "accounts", "member", "members", "customers", "people"])
HASHED = frozenset(["hash", "hashed", "digest", "encrypted"])


def dumps_password(look: Look, call: Call) -> bool:
    """Whether a row is made, or a document put away, of all that an object has, a password among it."""
    function, given = look.function(call.node), given_whole(call)
    if function is None or not given or not is_row(look, call):
        return False
    if any(HASHES.search(called_function(each.node)) for each in function.calls):
        return False
    table = made(look, call)
    return any(
        not changed_here(function, each, column)
        and (table is None or (has(table, column) and not hashes_itself(look, table, column)))
        for each in given
        for source in sources(look, each, function)
        for column in columns(source)
        if not hashed_before(look, source, column)
    )


def set_each(look: Look, loop: ast.For) -> ast.Call | None:
    """``for name, value in validated_data.items(): setattr(person, name, value)``, a password among them."""
    function, given = look.function(loop), loop.iter
    sets = [each for each in walk(loop) if isinstance(each, ast.Call) and called_function(each) == "setattr"]
    if (
        function is None
        or not sets
        or not isinstance(given, ast.Call)
        or called_function(given) != "items"
        or not isinstance(given.func, ast.Attribute)
        or any(HASHES.search(called_function(each.node)) for each in function.calls)
        or any(isinstance(each, ast.Compare) for each in walk(loop))
    ):
        return None
    whole = given.func.value
    typed = any(
        not changed_here(function, whole, column) and not hashed_before(look, source, column)
        for source in sources(look, whole, function)
        for column in columns(source)
    )
    return sets[0] if typed else None


def is_row(look: Look, call: Call) -> bool:
    """Whether what is called makes a row; of a table that is not known it has to be one of people."""
    if made(look, call) is not None:
        return True
    func = call.node.func
    if called_function(call.node) not in MADE_BY - {"update", "replace", "build"}:
        return False
    return isinstance(func, ast.Attribute) and any(
        not PEOPLE.isdisjoint(words_of(called(each)))
        for each in walk(func.value)
        if isinstance(each, ast.Name | ast.Attribute | ast.Subscript)
    )


def made(look: Look, call: Call) -> Class | None:
    """The table whose row a call makes, ``Member.model_validate(body)`` included."""
    func = call.node.func
    if isinstance(func, ast.Attribute) and func.attr in OF_OBJECT:
        found = (each.definition for each in look.named(func.value))
        return next((each for each in found if isinstance(each, Class) and is_table(each)), None)
    return table_of(look, call)


def given_whole(call: Call) -> list[ast.expr]:
    name, args = called_function(call.node), call.node.args
    whole = [each.value for each in call.node.keywords if each.arg is None]
    return whole or (args[:1] if name.startswith("insert") or name in OF_OBJECT else [])


def sources(look: Look, node: ast.expr, function: Function, depth: int = 2) -> Iterator[Class]:
    """The classes of what is dumped: of ``body.model_dump()`` that of the body."""
    if isinstance(node, ast.Name) and node.id in HELD and function.cls is not None:
        yield function.cls
    elif isinstance(node, ast.Name) and depth:
        for one in bindings_at(node, look.scope(node)):
            if one.kind == "assign" and one.value is not None and one.scope.module is look.module:
                yield from sources(look, one.value, function, depth - 1)
        yield from classes(look, node)
    elif isinstance(node, ast.Attribute) and node.attr in HELD:
        yield from classes(look, node.value)
    elif isinstance(node, ast.Call) and called_function(node) in DUMPS and not leaves_out(node):
        of_method = isinstance(node.func, ast.Attribute) and called_function(node) != "asdict"
        whole = node.func.value if of_method else node.args[0] if node.args else None  # type: ignore[attr-defined]
        if isinstance(whole, ast.expr):
            yield from classes(look, whole)


def leaves_out(node: ast.Call) -> bool:
    return any(each.arg in {"exclude", "include", "only"} for each in node.keywords)


def classes(look: Look, node: ast.expr) -> Iterator[Class]:
    for each in look.project.types_of(node, look.scope(node)):
        if isinstance(each.definition, Class):
            yield each.definition


def columns(cls: Class) -> Iterator[str]:
    """The fields of a class that are called a password: its own, and those that its ``Meta`` lists."""
    for one in (each.definition for each in cls.mro if isinstance(each.definition, Class)):
        for node in one.node.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            names = [target.id] if isinstance(target, ast.Name) else []
            if isinstance(node, ast.ClassDef) and node.name == "Meta":
                names += listed(node)
            yield from (name for name in names if is_typed(name))


def listed(meta: ast.ClassDef) -> list[str]:
    return [
        each.value
        for node in meta.body
        if isinstance(node, ast.Assign) and called(node.targets[0]) == "fields"
        for each in walk(node.value)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def is_typed(name: str) -> bool:
    words = words_of(name)
    return is_column(ast.Constant(name)) and HASHED.isdisjoint(words) and not {"confirm", "2"} & set(words)


def has(table: Class, column: str) -> bool:
    member = table.member(column)
    return member is not None


def hashed_before(look: Look, source: Class, column: str) -> bool:
    """Whether the form or schema hashes what is typed, or a validator of it does."""
    above = [each.definition for each in source.mro if isinstance(each.definition, Class)]
    return hashes_itself(look, source, column) or any(
        takes_password(look, method) for each in above for method in each.methods
    )


def changed_here(function: Function, node: ast.expr, column: str) -> bool:
    """``row["password"] = ...``, ``row.pop("password")``, ``row.update(...)``: it does not stay as it was."""
    if not isinstance(node, ast.Name):
        return False
    for each in function.walk():
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store | ast.Del):
            holder, key = each.value, each.slice
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            if each.func.attr == "update" and getattr(each.func.value, "id", "") == node.id:
                return True
            holder, key = each.func.value, next(iter(each.args), each.func)
            if each.func.attr != "pop":
                continue
        else:
            continue
        if getattr(holder, "id", "") == node.id and getattr(key, "value", "") == column:
            return True
    return False
