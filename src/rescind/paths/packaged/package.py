"""What is known of a package, and how one of its functions of the application is followed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from rescind.paths.following import Facts, Follower
from rescind.paths.following.facts import At, Origins
from rescind.reading import Function

if TYPE_CHECKING:
    from rescind.paths.guards import Guards
    from rescind.paths.proving import Case

Row = Mapping[str, Any]


class Package(NamedTuple):
    """One package.

    Attributes:
        file: what the names of its files hold.
        facts: what a decorator of it does before the view.
        shut: whether it lets nobody by in a case.
    """

    file: str
    facts: Callable[[Guards, Row], Facts]
    shut: Callable[[Guards, Row, Case], bool]

    def made(self, row: Row) -> bool:
        return self.file in str(row.get("file", "")).replace("\\", "/")


def asked(guards: Guards, function: Function, *given: Origins) -> Facts:
    """What a function of the application does with what the package hands to it, one after the other."""
    follower = Follower(guards.project, guards.index.overridden)
    names = [each.name for each in function.parameters if each.name not in {"self", "cls"}]
    found = follower.follow(function, dict(zip(names, given, strict=False)))
    guards.index.add(follower.facts, follower.seen)
    follower.facts.returned = found
    return follower.facts


def place(guards: Guards, row: Row) -> At | None:
    """Where the decorator stands: at the view that it was put around."""
    view = None if row.get("wraps") is None else guards.function(row["wraps"])
    if view is not None:
        return At(view.node, view.module)
    module = next(iter(guards.project.modules), None)
    return None if module is None else At(ast.Pass(lineno=1), module)
