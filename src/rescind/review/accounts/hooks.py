"""Functions that are given a password by what stands around them, and not by a call: validators, converters,
listeners and types of columns."""

from __future__ import annotations

import ast

from rescind.reading import Class, Function, walk
from rescind.review.accounts.hashing import WAYS_IN
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import PASSWORDS, secret_kind, words_of
from rescind.review.once import once

# Decorators and calls that name the column whose values a function is given.
OF_COLUMN = frozenset(["validates", "validator", "field_validator", "listens_for"])
# Methods that frameworks call for a field by their name: ``validate_password``, ``clean_password``.
BY_NAME = frozenset(["validate", "clean"])
# What puts a function on the way of a field's value.
ON_THE_WAY = frozenset(["AfterValidator", "BeforeValidator", "PlainValidator", "listen"])
KEYWORDS = frozenset(["converter", "filters", "type"])


@once
def takes_password(look: Look, function: Function) -> bool:
    """Whether a framework gives a function what is called a password: a validator of a field, a listener or a
    type of a column."""
    if any(
        each.call is not None
        and called_function(each.call) in OF_COLUMN
        and any(is_column(one) for one in each.call.args)
        for each in function.decorators
    ):
        return True
    cls, words = function.cls, words_of(function.name)
    if cls is not None and words[0] in BY_NAME and secret_kind("_".join(words[1:])) == "password":
        return bool(function.returns)
    if cls is not None and function.name in WAYS_IN:
        return not PASSWORDS.isdisjoint(words_of(cls.name)) or gets_passwords(look, cls)
    return function.qualname in on_the_way(look)


def is_column(node: ast.expr) -> bool:
    """``"password"``, ``Person.password``"""
    name = node.value if isinstance(node, ast.Constant) else called(node)
    return isinstance(name, str) and secret_kind(name) == "password"


@once
def on_the_way(look: Look) -> frozenset[str]:
    """The functions that stand on the way of a password into a field, by name: ``AfterValidator(digest)``,
    ``field(converter=digest)``, ``add_argument("--password", type=digest)``."""
    found: set[str] = set()
    for home in look.everywhere(*(each.lower() for each in ON_THE_WAY), *(f"{each}=" for each in KEYWORDS)):
        for call in home.module.nodes_of(ast.Call):
            given = [each.value for each in call.keywords if each.arg in KEYWORDS]
            if called_function(call) in ON_THE_WAY:
                given += call.args
            inner = [one for each in given for one in getattr(each, "elts", [each])]
            names = {home.name(each) for each in inner if isinstance(each, ast.Name | ast.Attribute)}
            if names and is_of_password(home, call):
                found |= names
    return frozenset(found)


def is_of_password(look: Look, call: ast.Call) -> bool:
    """Whether a call stands for a field of passwords, or names one first."""
    if call.args and is_column(call.args[0]):
        return True
    above = look.module.statement_of(call)
    targets = above.targets if isinstance(above, ast.Assign) else [getattr(above, "target", None)]
    return any(isinstance(each, ast.expr) and is_column(each) for each in targets)


def gets_passwords(look: Look, cls: Class) -> bool:
    """Whether a column of passwords is of this type: ``password = Digested(max_length=64)``."""
    return cls.qualname in types_of_columns(look)


@once
def types_of_columns(look: Look) -> frozenset[str]:
    found: set[str] = set()
    for module in look.project.modules:
        home = look.beside(module)
        for cls in module.classes:
            for node in cls.node.body:
                target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
                value = getattr(node, "value", None)
                if isinstance(value, ast.Call) and isinstance(target, ast.Name) and is_column(target):
                    parts = [each for each in walk(value) if isinstance(each, ast.Name | ast.Attribute)]
                    found |= {home.name(each) for each in parts}
    return frozenset(found)
