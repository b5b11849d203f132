"""How long what an application issues is good for, read where it is issued."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rescind.paths.following import Decode, Encode
from rescind.paths.following.facts import At
from rescind.reading import Function, Parameter, Project, Seconds, Variable
from rescind.reading.scopes import Scope

DEEPEST = 8


class Life(NamedTuple):
    """Seconds (None: not known, infinite: no end) and where that stands."""

    seconds: float | None
    at: At | None = None


class Lifetimes:
    """Finds the durations in expressions such as ``now() + timedelta(minutes=MINUTES)``."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def of_token(self, encode: Encode) -> Life:
        """Of what is signed there: the longest end that its payload may be given."""
        found = [
            Life(seconds, At(value, encode.function.module))
            for value in entries(encode.function, "exp")
            for seconds in self.durations(value, encode.function.scope)
        ]
        if found:
            return max(found, key=lambda each: each.seconds or 0)
        given = entries(encode.function, "exp")
        return Life(None, At(given[0], encode.function.module)) if given else Life(float("inf"), encode.at)

    def of_signer(self, decode: Decode) -> Iterator[float]:
        """``signer.loads(token, max_age=3600)``"""
        call, scope = decode.at.node, decode.at.module.scope_of(decode.at.node)
        for each in call.keywords if isinstance(call, ast.Call) else ():
            if each.arg == "max_age":
                yield from self.durations(each.value, scope)

    def constant(self, encode: Encode, name: str) -> list[object]:
        """The constants that a claim of the payload may have."""
        return [
            option.value
            for value in entries(encode.function, name)
            for option in self.project.values_of(value, encode.function.scope).options
        ]

    def of_store(self, name: str) -> float | None:
        """Seconds after which a ``TTLCache`` forgets; 0 where it forgets when it is full, as a ``deque`` may;
        None: it does not."""
        for named in self.project.find(name):
            for binding in named.definition.bindings if isinstance(named.definition, Variable) else ():
                call = binding.value
                if not isinstance(call, ast.Call):
                    continue
                name = self.project.name_of(call.func, binding.scope)
                if name.endswith("deque") and (len(call.args) > 1 or call.keywords):
                    return 0.0
                if name.endswith("Cache"):
                    given = [each.value for each in call.keywords if each.arg == "ttl"] or call.args[1:2]
                    return max(
                        (each for node in given for each in self.durations(node, binding.scope)), default=0.0
                    )
        return None

    def durations(self, node: ast.expr, scope: Scope, left: int = DEEPEST) -> Iterator[float]:
        """Every number of seconds that a point in time may lie ahead."""
        if not left:
            return
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.durations(node.left, scope, left - 1)
            yield from self.durations(node.right, scope, left - 1)
            return
        if isinstance(node, ast.BoolOp | ast.IfExp):
            parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            for each in parts:
                yield from self.durations(each, scope, left - 1)
            return
        if isinstance(node, ast.Call):
            yield from self.of_call(node, scope, left)
            return
        if isinstance(node, ast.Name):
            found = list(self.of_name(node, scope, left))
            if found:
                yield from found
                return
        for option in self.project.values_of(node, scope).options:
            if isinstance(option.value, int | float) and not isinstance(option.value, bool):
                yield float(option.value)

    def of_call(self, node: ast.Call, scope: Scope, left: int) -> Iterator[float]:
        for option in self.project.values_of(node, scope).options:
            if isinstance(option.value, Seconds):
                yield float(option.value)
        if isinstance(node.func, ast.Attribute) and node.func.attr in {
            "timestamp",
            "replace",
            "isoformat",
            "total_seconds",
        }:
            yield from self.durations(node.func.value, scope, left - 1)
        elif isinstance(node.func, ast.Name) and node.func.id in {"int", "float", "round"} and node.args:
            yield from self.durations(node.args[0], scope, left - 1)

    def of_name(self, node: ast.Name, scope: Scope, left: int) -> Iterator[float]:
        for binding in scope.lookup(node.id):
            if binding.kind == "parameter":
                yield from self.of_parameter(node.id, binding.scope, left)
            elif binding.kind == "assign" and binding.value is not None and binding.scope.parent is not None:
                yield from self.durations(binding.value, binding.scope, left - 1)

    def of_parameter(self, name: str, scope: Scope, left: int) -> Iterator[float]:
        """What the callers give, and the default."""
        function = scope.module.function_of(scope.node.body[0])  # type: ignore[attr-defined]
        if not isinstance(function, Function):
            return
        own: Parameter | None = next((each for each in function.parameters if each.name == name), None)
        if own is not None and own.default is not None:
            yield from self.durations(own.default, function.outer, left - 1)
        for caller, call in self.project.callers(function.qualname):
            given = call.bound().get(name)
            if given is not None and caller is not None:
                yield from self.durations(given, caller.scope, left - 1)


def entries(function: Function, name: str) -> list[ast.expr]:
    """What a function puts into dictionaries under a name."""
    return [value for key, value in all_entries(function.walk()) if key == name]


def all_entries(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
            "update",
            "dict",
        }:
            yield from ((k.arg, k.value) for k in node.keywords if k.arg)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                    yield str(target.slice.value), node.value
