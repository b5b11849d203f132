"""Into functions, with what a framework or a caller gives them."""

from __future__ import annotations

import ast

from rescind.paths.following import known
from rescind.paths.following.parameters import markers, without_markers
from rescind.paths.proving.case import Case, Index
from rescind.paths.proving.state import Exit, State, unique_exits
from rescind.paths.proving.statements import Statements
from rescind.paths.proving.values import THERE, UNKNOWN, Value
from rescind.reading import Class, Function, Parameter, Project, Variable
from rescind.reading.scopes import Scope

DEEPEST = 14
Closed = tuple[tuple[str, Value], ...]


class Machine(Statements):
    """Goes through functions in one case."""

    def __init__(self, project: Project, index: Index, case: Case) -> None:
        self.project = project
        self.index = index
        self.case = case
        self.stack: list[Function] = []
        self.known: dict[tuple[object, ...], list[Exit]] = {}

    # functions

    def enter(self, function: Function, given: dict[str, Value], closed: dict[str, Value]) -> list[Exit]:
        """How a function may end; its names are gone then, what it did is kept.

        Raises:
            Undecided: it has too many paths.
        """
        if function in self.stack or function in self.index.overridden or len(self.stack) >= DEEPEST:
            return unknown()
        key = (function, frozenset(given.items()), frozenset(closed.items()))
        if key not in self.known:
            outer = (
                getattr(self, "module", None),
                getattr(self, "scope", None),
                getattr(self, "function", None),
            )
            self.stack.append(function)
            self.module, self.scope, self.function = function.module, function.scope, function
            try:
                starts, refused = self.starts(function, given, closed)
                found = [each for state in starts for each in self.block(function.node.body, state)]
                found += refused
            finally:
                self.stack.pop()
                self.module, self.scope, self.function = outer  # type: ignore[assignment]
            self.known[key] = unique_exits(each._replace(state=State({}, each.state.done)) for each in found)
        return self.known[key]

    def starts(
        self, function: Function, given: dict[str, Value], closed: dict[str, Value]
    ) -> tuple[list[State], list[Exit]]:
        """Its parameters; what a framework gives is worked out first, and may refuse."""
        states = [State(dict(closed))]
        refused: list[Exit] = []
        for parameter in function.parameters:
            if parameter.name in given:
                states = [each.bound(parameter.name, given[parameter.name]) for each in states]
                continue
            further: list[State] = []
            for state in states:
                for each in self.provided(parameter, function):
                    done = state.did(*each.state.done)
                    if each.kind == "raise":
                        refused.append(Exit("raise", each.value, done))
                    else:
                        further.append(done.bound(parameter.name, each.value))
            states = further
        return states, refused

    def provided(self, parameter: Parameter, function: Function) -> list[Exit]:
        """What FastAPI gives a parameter: the answer of a dependency, or part of a request."""
        for call, scope in markers(self.project, parameter, function):
            name = self.project.name_of(call.func, scope)
            if name in known.DEPENDS:
                given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "dependency")]
                node = given[0] if given else without_markers(parameter.annotation)
                return unknown() if node is None else self.dependency(node, scope)
            if name in known.PARTS:
                kind = known.PARTS[name]
                wanted = parameter.name.replace("_", "-") if kind == "header" else parameter.name
                alias = [
                    self.project.values_of(k.value, scope).texts for k in call.keywords if k.arg == "alias"
                ]
                mine = f"{kind}:{alias[0][0] if alias and alias[0] else wanted}" == self.case.source
                return [Exit("return", THERE if mine else UNKNOWN, State({}))]
        return unknown()

    def dependency(self, node: ast.expr, scope: Scope, left: int = 4) -> list[Exit]:
        """How a dependency may end: a function, an object that is called, or what a function makes."""
        if isinstance(node, ast.Call):
            for named in self.project.callee(node, scope):
                made = named.definition
                if isinstance(made, Function):
                    names = {each.id for each in made.returns if isinstance(each, ast.Name)}
                    inner = [each for each in made.inner if each.name in names]
                    return self.answer(inner[0], ()) if len(inner) == 1 == len(names) else unknown()
                if isinstance(made, Class):
                    return self.member(made, "__call__")
            return unknown()
        for named in self.project.resolve(node, scope):
            if isinstance(named.definition, Function):
                return self.answer(named.definition)
            if isinstance(named.definition, Class):
                return [each._replace(value=THERE) if each.kind != "raise" else each
                        for each in self.member(named.definition, "__init__")]  # fmt: skip
            if isinstance(named.definition, Variable) and left:
                values = named.definition.values
                return (
                    self.dependency(values[-1], named.definition.bindings[-1].scope, left - 1)
                    if values
                    else unknown()
                )
        return unknown()

    def member(self, cls: Class, name: str) -> list[Exit]:
        found = cls.member(name)
        return (
            self.answer(found.definition)
            if found is not None and isinstance(found.definition, Function)
            else unknown()
        )

    def answer(self, function: Function, closed: Closed | None = None) -> list[Exit]:
        """How it ends when a framework calls it; without `closed` what its decorators made of it."""
        made = self.decorated(function) if closed is None else Value("function", (function, closed))
        if made is None:
            return unknown()
        inner, held = made.data
        return self.enter(inner, {}, dict(held or ()))


def unknown() -> list[Exit]:
    return [Exit("return", UNKNOWN, State({}))]
