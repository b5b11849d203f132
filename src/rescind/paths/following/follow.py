"""Through the statements of a guard, and into what it calls."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rescind.paths.following.facts import NOTHING, At, Check, Facts, Origin, Origins, Write
from rescind.paths.following.known import LIVE, ROLES
from rescind.paths.following.refusing import alternatives, refuses, swallows, together
from rescind.paths.following.stores import ranged
from rescind.paths.following.values import Values
from rescind.reading import Function, Project

DEEPEST = 10
CONCERNED = {"raw", "claim", "session", "row", "request", "part", "store", "model", "now"}
MOST = 300  # functions in one guard; those of an application are rarely more than ten


@dataclass(frozen=True)
class Begun:
    """What was noted of a dependency that is the first of an endpoint, for the next one that it is the first
    of."""

    facts: Facts
    done: dict[tuple[object, ...], Origins]
    returned: Origins

    def leads_to(self, function: Function) -> bool:
        return any(key[0] is function for key in self.done)


class Follower(Values):
    """Follows one function at a time. Its facts are those of all functions that were followed since it was
    made."""

    def __init__(
        self, project: Project, overridden: Container[Function] = (),
        begun: dict[Function, Begun] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(project)
        self.overridden = overridden
        self.facts = Facts()
        self.stack: list[Function] = []
        self.done: dict[tuple[object, ...], Origins] = {}
        self.doubts = 0
        self.begun = {} if begun is None else begun
        self.met: set[Function] = set()

    def follow(self, function: Function, given: dict[str, Origins] | None = None) -> Origins:
        """Go through a function with the origins of its arguments; where what it returns comes from."""
        if function in self.stack:
            self.met.add(function)
            return NOTHING
        if function in self.overridden or len(self.stack) >= DEEPEST:
            return NOTHING
        key = (function, self.cached, self.doubts, frozenset((given or {}).items()))
        if key in self.done or len(self.done) >= MOST:
            return self.done.get(key, NOTHING)
        first = len(self.stack) == 1 and self.is_untouched() and not given
        begun = self.begun.get(function) if first else None
        if begun is not None and not begun.leads_to(self.stack[0]):
            self.facts, self.done = begun.facts.copy(), dict(begun.done)
            return begun.returned
        outer = self.enter(function, given or {})
        try:
            self.block(function.node.body)
            found = self.done[key] = frozenset(self.returned)
        finally:
            self.leave(outer)
        if first and self.stack[0] not in self.met:
            self.begun[function] = Begun(self.facts.copy(), dict(self.done), found)
        return found

    def is_untouched(self) -> bool:
        """Whether nothing was noted yet, and nothing is in doubt."""
        return not self.done and self.cached is None and not self.doubts and self.facts == Facts()

    # statements

    def block(self, body: Iterable[ast.stmt]) -> None:
        rest = list(body)
        for at, node in enumerate(rest):
            if isinstance(node, ast.If):
                self.branch(node, rest[at + 1 :])
            else:
                self.statement(node)

    def statement(self, node: ast.stmt) -> None:
        handler = getattr(self, f"_{type(node).__name__}", None)
        if handler is not None:
            handler(node)
        else:
            for each in ast.iter_child_nodes(node):
                if isinstance(each, ast.expr):
                    self.of(each)

    def _Assign(self, node: ast.Assign) -> None:
        found = self.of(node.value)
        for target in node.targets:
            self.bind(target, found, node.value)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.bind(node.target, self.of(node.value), node.value)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        self.bind(node.target, self.of(node.value) | self.of(node.target), node.value)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.bind(node.target, self.of(node.iter), None)
        self.block([*node.body, *node.orelse])

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        self.of(node.test)
        self.block([*node.body, *node.orelse])

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            found = self.of(item.context_expr)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, found, None)
        self.block(node.body)

    _AsyncWith = _With

    def _Try(self, node: ast.Try) -> None:
        before, raising = len(self.facts.lookups), len(self.raising)
        with self.doubting(swallows(node, self)):
            self.block(node.body)
        caught = [handler for handler in node.handlers if refuses(handler.body, self)]
        self.facts.refusals += [At(handler, self.module) for handler in caught]
        tried = self.env
        for number in range(before, len(self.facts.lookups)):
            lookup = self.facts.lookups[number]
            if caught and isinstance(lookup.at.node, ast.Subscript):  # KeyError
                self.facts.checks.append(Check("missing", number, "", NOTHING, False, lookup.at))
        for origin, read in self.raising[raising:] if caught else ():
            at = At(read, self.module)
            self.facts.checks.append(Check("content", -1, origin.name, NOTHING, False, at, origin.source))
        for handler in node.handlers:
            self.env = dict(tried)
            self.block(handler.body)
            tried = tried if ends(handler.body) else joined(tried, self.env)
        self.env = tried
        self.block([*node.orelse, *node.finalbody])

    _TryStar = _Try

    def _Match(self, node: ast.Match) -> None:
        self.of(node.subject)
        for case in node.cases:
            self.block(case.body)

    def _Raise(self, node: ast.Raise) -> None:
        if node.exc is not None:
            self.of(node.exc)
        self.facts.refusals.append(At(node, self.module))

    def _Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.returned |= self.of(node.value)

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.removed(self.of(target.value), self.of(target.slice), node)

    def _FunctionDef(self, node: ast.AST) -> None:
        """Runs when it is called, if it is."""

    _AsyncFunctionDef = _ClassDef = _FunctionDef

    # conditions

    def branch(self, node: ast.If, rest: list[ast.stmt]) -> None:
        if refuses(node.body, self):
            self.facts.refusals.append(At(node, self.module))
            self.condition(node.test, when=True)
        elif refuses(node.orelse, self) or (ends(node.body) and refuses(rest[:1], self)):
            self.facts.refusals.append(At(node, self.module))
            self.condition(node.test, when=False)
        else:
            self.of(node.test)
        with self.doubting(not self.concerns(node.test)):
            before, writes = self.env, len(self.facts.writes)
            after = self.taken(node.body)
            self.env = before
            other = self.taken(node.orelse)
            self.env = other if ends(node.body) else after if ends(node.orelse) else joined(after, other)
        if ranged(node.test):
            self.uncertain(writes)

    def taken(self, body: list[ast.stmt]) -> dict[str, Origins]:
        """A branch, and what names stand for after it."""
        self.env = dict(self.env)
        self.block(body)
        return self.env

    @contextmanager
    def doubting(self, doubtful: bool) -> Iterator[None]:
        """What happens inside may never happen: no refusal counts, and no write that should end something."""
        checks, writes = len(self.facts.checks), len(self.facts.writes)
        self.doubts += doubtful
        yield
        self.doubts -= doubtful
        if doubtful:
            del self.facts.checks[checks:]
            self.uncertain(writes)

    def uncertain(self, start: int) -> None:
        self.facts.writes[start:] = [replace(each, certain=False) for each in self.facts.writes[start:]]

    def concerns(self, test: ast.expr) -> bool:
        """Whether a condition is about the request or what is looked up for it, or is certainly true."""
        if any(each.kind in CONCERNED for each in self.of(test)):
            return True
        only = self.project.values_of(test, self.scope).only
        return only is not None and bool(only.value)

    def condition(self, test: ast.expr, *, when: bool) -> None:
        """Note what refuses where the test is ``when``."""
        parts = together(test, when)
        before = len(self.facts.checks)
        with self.doubting(not all(self.concerns(each) for each, _ in parts)):
            for part, wanted in parts:
                for atom, truth in alternatives(part, wanted):
                    self.atom(atom, when=truth)
        if len(parts) > 1:  # only all of them together refuse
            self.facts.checks[before:] = alone(self.facts.checks[before:])

    def atom(self, node: ast.expr, *, when: bool) -> None:
        at = At(node, self.module)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            if self.comparison(node, at, when=when):
                return
        elif isinstance(node, ast.Call) and self.compared_by_call(node, at):
            return
        for origin in self.of(node):
            if origin.kind in {"raw", "claim", "session"}:
                self.facts.checks.append(Check("content", -1, origin.name, NOTHING, when, at, origin.source))
                self.role(origin)
            elif origin.kind == "row" and origin.name:
                self.attribute(origin, at, when=when)
            elif origin.kind == "row":
                truth = when != origin.negated
                self.facts.checks.append(
                    Check("present" if truth else "missing", origin.row, "", NOTHING, truth, at)
                )

    def comparison(self, node: ast.Compare, at: At, *, when: bool) -> bool:
        """Two values held against each other; False: it is about whether something is there."""
        if is_presence(node):
            return False
        right = node.comparators[0]
        sides = (self.of(node.left), self.of(right))
        self.held_against(sides, at, when=when)
        return True

    def held_against(self, sides: tuple[Origins, Origins], at: At, *, when: bool) -> None:
        for mine, other in (sides, sides[::-1]):
            timed = any(each.kind == "now" for each in other)
            for origin in mine:
                if origin.kind == "row" and (origin.name or timed):
                    if timed:
                        self.facts.checks.append(Check("expiry", origin.row, origin.name, other, when, at))
                    else:
                        self.attribute(origin, at, when=when, other=other)
                elif origin.kind in {"raw", "claim", "session"}:
                    self.facts.checks.append(
                        Check("expiry" if timed else "equal", -1, origin.name, other, when, at, origin.source)
                    )
                    self.role(origin)

    def attribute(self, origin: Origin, at: At, *, when: bool, other: Origins = NOTHING) -> None:
        self.facts.checks.append(Check("attribute", origin.row, origin.name, other, when, at))
        self.role(origin)

    def role(self, origin: Origin) -> None:
        if ROLES.search(origin.name) and origin.name.rpartition(".")[2] not in LIVE:
            self.facts.roles.add(origin)

    # targets

    def bind(self, target: ast.expr, found: Origins, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            self.env[target.id] = found
        elif isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self.bind(each, found, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, found, value)
        elif isinstance(target, ast.Subscript):
            self.kept(target, found, value)
        elif isinstance(target, ast.Attribute):
            self.set_on(self.of(target.value), target.attr, value, target)

    def kept(self, target: ast.Subscript, found: Origins, value: ast.expr | None) -> None:
        """``STORE[key] = value`` and ``row["name"] = value``."""
        base, key = self.of(target.value), self.of(target.slice)
        at = At(target, self.module)
        for origin in base:
            if origin.kind == "store":
                self.facts.writes.append(Write(origin.source, "add", "", key | found, value, at))
        name = target.slice.value if isinstance(target.slice, ast.Constant) else ""
        self.set_on(base, str(name), value, target)

    def set_on(self, base: Origins, name: str, value: ast.expr | None, node: ast.AST) -> None:
        for origin in base:
            if origin.kind == "row" and not origin.copied:
                lookup = self.facts.lookups[origin.row]
                if lookup.kind == "cache" or lookup.store.startswith("table "):
                    continue  # what was read from there is a copy
                dotted = ".".join(filter(None, (origin.name, name)))
                self.facts.writes.append(
                    Write(lookup.store, "set", dotted, lookup.keys, value, At(node, self.module))
                )


def alone(checks: list[Check]) -> list[Check]:
    """Of conditions that refuse only together: an attribute counts if it is the only one looked at."""
    names = {(each.row, each.name) for each in checks if each.kind in {"attribute", "expiry"}}
    timed = any(each.kind == "expiry" for each in checks)
    return [each for each in checks if each.kind != "attribute" or (len(names) == 1 and not timed)]


def is_presence(node: ast.Compare) -> bool:
    """Whether it is about something being there, and not about its value."""
    right = node.comparators[0]
    return isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot) or (
        isinstance(right, ast.Constant) and right.value is None
    )


def joined(one: dict[str, Origins], other: dict[str, Origins]) -> dict[str, Origins]:
    """What names may stand for after either of two branches."""
    return {name: one.get(name, NOTHING) | other.get(name, NOTHING) for name in {**one, **other}}


def ends(body: list[ast.stmt]) -> bool:
    """Whether nothing after it runs."""
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)
