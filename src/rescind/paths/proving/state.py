"""What is known on one path, and what it has done so far."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Literal, NamedTuple

from rescind.paths.proving.values import Value

MOST = 160  # paths that are followed side by side; a guard rarely has more than a dozen


class Undecided(Exception):
    """There are too many paths."""


class Event(NamedTuple):
    """``write``, ``commit`` and ``rollback``, or ``passed``: the request went on to what stands behind."""

    kind: Literal["write", "commit", "rollback", "passed"]
    node: ast.AST | None = None


class State(NamedTuple):
    """Names with what they stand for, and what was done, in order."""

    env: dict[str, Value]
    done: tuple[Event, ...] = ()

    def bound(self, name: str, value: Value) -> State:
        return State({**self.env, name: value}, self.done)

    def did(self, *events: Event) -> State:
        return State(self.env, (*self.done, *events))


Results = list[tuple[Value, State]]


class Exit(NamedTuple):
    """How a statement ends: it goes on, or leaves the block with a value.

    Attributes:
        kind: ``yield``: what stands behind it runs later, when the answer has been given.
    """

    kind: Literal["next", "return", "yield", "raise", "break", "continue"]
    value: Value
    state: State


def unique(found: Iterable[tuple[Value, State]]) -> Results:
    """Each once.

    Raises:
        Undecided: they are too many.
    """
    kept = {(value, frozenset(state.env.items()), state.done): (value, state) for value, state in found}
    if len(kept) > MOST:
        raise Undecided
    return list(kept.values())


def unique_exits(found: Iterable[Exit]) -> list[Exit]:
    kept = {
        (each.kind, each.value, frozenset(each.state.env.items()), each.state.done): each for each in found
    }
    if len(kept) > MOST:
        raise Undecided
    return list(kept.values())
