"""What becomes of origins on the way: copies, other shapes, too many."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from rescind.paths.following.facts import CREDENTIAL, Kind, Origin, Origins
from rescind.reading import Named, Variable

MOST = 16
DIGEST = "#"
IMPORTANT: tuple[Kind, ...] = (
    "raw",
    "claim",
    "session",
    "row",
    "request",
    "part",
    "store",
    "model",
    "now",
    "constant",
)


def copies(found: Iterable[Origin]) -> Origins:
    """What is set on them is not set on the rows."""
    return frozenset(each._replace(copied=True) if each.kind == "row" else each for each in found)


def shaped(found: Iterable[Origin], around: str) -> Origins:
    if not around:
        return frozenset(found)
    return frozenset(each._replace(shape=around) if each.kind in CREDENTIAL else each for each in found)


def without_word(origin: Origin) -> Origin:
    """The token of a whole header."""
    return origin._replace(shape="") if origin.shape == "whole" else origin


def is_of_class(named: Named) -> bool:
    return isinstance(named.definition, Variable) and any(
        isinstance(each.scope.node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for each in named.definition.bindings
    )


def fewer(found: Iterable[Origin]) -> Origins:
    """What says most of a value that comes from everywhere: beyond that nobody could say where it comes
    from."""
    return frozenset(sorted(found, key=lambda each: (IMPORTANT.index(each.kind), each))[:MOST])
