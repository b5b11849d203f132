"""Columns by what they hold: numbers and moments are no secrets, whatever they are called."""

from __future__ import annotations

import ast

from rescind.reading import walk
from rescind.review.look import Look
from rescind.review.naming.called import called
from rescind.review.naming.words import words_of
from rescind.review.once import once

NUMBERS = frozenset(
    [
        "integer",
        "int",
        "float",
        "boolean",
        "bool",
        "date",
        "datetime",
        "time",
        "timedelta",
        "decimal",
        "interval",
    ]
)


@once
def columns_of_numbers(look: Look) -> frozenset[str]:
    """The fields of classes that hold a number, a moment or a truth, and nowhere anything else."""
    numbers: set[str] = set()
    others: set[str] = set()
    for module in look.project.modules:
        for cls in module.classes:
            for each in cls.node.body:
                target = each.targets[0] if isinstance(each, ast.Assign) else getattr(each, "target", None)
                if not isinstance(target, ast.Name) or not isinstance(each, ast.Assign | ast.AnnAssign):
                    continue
                said = [part for part in (each.value, getattr(each, "annotation", None)) if part is not None]
                (numbers if any(map(is_of_numbers, said)) else others).add(target.id)
    return frozenset(numbers - others)


def is_of_numbers(node: ast.expr) -> bool:
    return any(
        not NUMBERS.isdisjoint(words_of(called(each)))
        for each in walk(node)
        if isinstance(each, ast.Name | ast.Attribute)
    )
