"""Models that hash a password by themselves when they are given one, or when they are stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Class, Function, walk
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.once import once

HASHES = re.compile(r"(?i)hash|set_pass|encrypt|crypt|scrypt|argon")
SAVES = frozenset(["save", "before_save", "pre_save", "clean", "before_insert", "before_create"])
# What a type of column does with a value on its way into the table.
WAYS_IN = frozenset(
    ["db_value", "process_bind_param", "bind_processor", "get_prep_value", "get_db_prep_value",
     "get_db_prep_save", "pre_save", "to_db_value", "to_mongo", "__set__"]
)  # fmt: skip
# Types of columns that hash: sqlalchemy-utils has one, and many write one themselves.
HASHING = re.compile(r"(?i)password(?:hash)?(?:type|field)|hashed|encrypted")


@once
def hashes_itself(look: Look, cls: Class, column: str) -> bool:
    """Whether a class of a table makes a hash of what its column is given."""
    above = [each.definition for each in cls.mro if isinstance(each.definition, Class)]
    return any(
        any(by_method(column, function) for function in one.methods)
        or any(by_column(value) or by_type(look.beside(one.module), value) for value in set_to(one, column))
        or by_listener(look, one)
        for one in above
    )


def by_method(column: str, function: Function) -> bool:
    """A property or a validator of the column, what makes an object, or what stores it."""
    if function.name == column:
        return True
    validates = any(
        each.call is not None
        and called_function(each.call) in {"validates", "field_validator", "validator"}
        and any(isinstance(one, ast.Constant) and one.value == column for one in each.call.args)
        for each in function.decorators
    )
    return (validates or function.name in {"__init__", "__setattr__", *SAVES}) and makes_hash(function)


def makes_hash(function: Function) -> bool:
    return any(HASHES.search(called_function(each.node)) is not None for each in function.calls)


def set_to(cls: Class, column: str) -> Iterator[ast.expr]:
    for node in cls.node.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.expr) and any(getattr(each, "id", "") == column for each in targets):
            yield value


def by_column(value: ast.expr) -> bool:
    """``synonym("_password", descriptor=property(...))``, ``Column(PasswordType(...))``"""
    if not isinstance(value, ast.Call):
        return False
    if called_function(value) in {"synonym", "property", "hybrid_property"}:
        return True
    kinds = [value.func, *value.args[:2], *(each.value for each in value.keywords)]
    names = [called_function(each) if isinstance(each, ast.Call) else called(each) for each in kinds]
    return any(HASHING.search(each) is not None for each in names)


def by_type(look: Look, value: ast.expr) -> bool:
    """``mapped_column(Hashed)`` of a type of the project that hashes on the way in."""
    return any(
        isinstance(named.definition, Class)
        and any(way.name in WAYS_IN and hashes_fully(way) for way in named.definition.methods)
        for each in walk(value)
        if isinstance(each, ast.Name | ast.Attribute)
        for named in look.named(each)
    )


def hashes_fully(function: Function) -> bool:
    names = [name for each in function.calls for name in (each.name, called_function(each.node))]
    return any(HASHES.search(name) is not None for name in names)


def by_listener(look: Look, cls: Class) -> bool:
    """``listen(User, "before_insert", hash_password)``"""
    return cls.name in listened(look)


@once
def listened(look: Look) -> frozenset[str]:
    """The classes for which something that hashes is called before they are stored."""
    found: set[str] = set()
    for module in look.project.modules:
        if "before_insert" not in module.text and "pre_save" not in module.text:
            continue
        beside = look.beside(module)
        for call in beside.calls:
            words = arguments(call.node)
            if called_function(call.node) not in {"listen", "listens_for", "connect", "receiver"} or not any(
                getattr(each, "value", "") in {"before_insert", "set"} or called(each) == "pre_save"
                for each in words
            ):
                continue
            names = {name for each in words if (name := called(each))}
            if any(HASHES.search(name) for name in names) or hashes_below(beside, call.node):
                found |= names
    return frozenset(found)


def hashes_below(look: Look, node: ast.Call) -> bool:
    """Of a decorator: whether the function below it makes a hash."""
    above = look.module.parent_of(node)
    return isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef) and makes_hash(
        look.project.function(look.module, above)
    )
