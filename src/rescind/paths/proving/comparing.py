"""Comparisons: of what is supposed, of times, and of the request."""

from __future__ import annotations

import ast

from rescind.paths.proving.expressions import Expressions
from rescind.paths.proving.state import Results, State
from rescind.paths.proving.values import EMPTY, Value, equal, of_truth, ordered

PATHS = {"path", "endpoint", "url", "url_rule", "blueprint"}


class Comparing(Expressions):
    """Evaluates comparisons; `Calls` adds calls."""

    def ev_Compare(self, node: ast.Compare, state: State) -> Results:
        if len(node.ops) != 1:
            return self.ev_parts(node, state)
        found: Results = []
        for values, after in self.each([node.left, node.comparators[0]], state):
            if values[-1].kind == "raised":
                found.append((values[-1], after))
            else:
                found.append((of_truth(self.compared(node, values[0], values[1])), after))
        return found

    def compared(self, node: ast.Compare, left: Value, right: Value) -> bool | None:
        op = node.ops[0]
        negative = isinstance(op, ast.NotEq | ast.NotIn | ast.IsNot)
        if isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn):
            same = self.by_request(node)
            if same is None:
                same = self.by_row(node)
            if same is not None:
                return same != negative
        if isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
            same = equal(left, right)
        elif isinstance(op, ast.In | ast.NotIn):
            same = within(left, right)
        else:
            sides = ((node.left, left), (node.comparators[0], right))
            (mine, less), (other, more) = sides if isinstance(op, ast.Lt | ast.LtE) else sides[::-1]
            if self.is_now(mine) != self.is_now(other):  # what was written then lies behind
                stored = less if self.is_now(other) else more
                return self.is_now(other) if is_past(stored) else None
            return ordered(less, more, strictly=isinstance(op, ast.Lt | ast.Gt))
        return None if same is None else same != negative

    def by_request(self, node: ast.Compare) -> bool | None:
        """A path that is let by is left out before; OPTIONS comes without a credential."""
        names = {each.name for each in self.index.origins.get(node.left, ()) if each.kind == "part"}
        if names & PATHS:
            return False
        if "method" in names:
            told: set[object] = set()
            for each in self.project.values_of(node.comparators[0], self.scope).options:
                told |= set(each.value) if isinstance(each.value, list | tuple | set) else {each.value}
            if told == {"OPTIONS"}:
                return False
        return None

    def by_row(self, node: ast.Compare) -> bool | None:
        """In a loop over what is kept one comes to the row that is meant."""
        if self.case.what != "found":
            return None
        sides = (node.left, node.comparators[0])
        rows = [
            any(
                each.kind == "row" and each.source == self.case.store
                for each in self.index.origins.get(side, ())
            )
            for side in sides
        ]
        return True if any(rows) and self.in_loop(node) else None

    def in_loop(self, node: ast.AST) -> bool:
        for above in self.module.above(node):
            over = [above] if isinstance(above, ast.For | ast.AsyncFor) else getattr(above, "generators", [])
            if over:
                return any(self.is_over(each.iter) for each in over)
        return False

    def is_over(self, node: ast.expr) -> bool:
        """Whether it goes over the store."""
        return any(
            each.source == self.case.store and each.kind in {"row", "store"}
            for part in ast.walk(node)
            for each in self.index.origins.get(part, ())
        )

    def is_now(self, node: ast.expr) -> bool:
        return any(each.kind == "now" for each in self.index.origins.get(node, ()))


def within(value: Value, several: Value) -> bool | None:
    if several == EMPTY:
        return False
    if several.kind != "several":
        return None
    same = [equal(value, each) for each in several.data]
    return True if True in same else None if None in same else False


def is_past(stored: Value) -> bool:
    """Whether a time lies before any that the clock will show."""
    number = stored.data if stored.kind == "constant" and isinstance(stored.data, int | float) else None
    return stored.kind == "later" or (number is not None and number <= 0)
