"""Who calls whom: also where only the name of a method is known, if one class of the project alone has it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from rescind.reading import Call, Class, Function, Project, Scope, last_name
from rescind.review.naming.words import words_of

# Methods that so much has that the name alone says nothing.
COMMON = frozenset(
    name
    for kind in (str, bytes, list, dict, set, int, tuple)
    for name in dir(kind)
) | {
    "execute", "save", "filter", "all", "first", "commit", "close", "open", "read", "write", "send",
    "load", "loads",
    "dump", "dumps", "run", "call", "start", "stop", "query", "delete", "post", "put", "patch", "set",
    "fetch", "create",
    "connect", "json", "form", "body", "text", "info", "debug", "warning", "error", "exception", "log",
    "main", "one",
    "count", "search", "match", "group", "flush", "verify", "check", "validate", "exists", "login",
    "logout", "handle",
}  # fmt: skip


@dataclass(eq=False, slots=True)
class Frame:
    """One call of a function that is being looked into: what its parameters were given, and by which
    frame."""

    function: Function
    given: dict[str, tuple[ast.expr, Scope]]
    above: Frame | None = None
    depth: int = field(default=1)


class Calls:
    """The calls of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._callees: dict[tuple[ast.Call, Scope], list[Function]] = {}

    @cached_property
    def _methods(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = defaultdict(list)
        for module in self.project.modules:
            for cls in module.classes:
                for method in cls.methods:
                    found[method.name].append(method)
        return found

    @cached_property
    def _unresolved(self) -> dict[str, list[Call]]:
        """Calls of methods that nobody knows, by the name of the method."""
        found: dict[str, list[Call]] = defaultdict(list)
        for module in self.project.modules:
            for function in module.functions:
                for call in function.calls:
                    if isinstance(call.node.func, ast.Attribute) and not any(
                        each.definition for each in call.named
                    ):
                        found[call.node.func.attr].append(call)
        return found

    @cached_property
    def _of_kind(self) -> dict[tuple[str, tuple[str, ...]], list[Call]]:
        """The same by the words of what they are called on, too."""
        found: dict[tuple[str, tuple[str, ...]], list[Call]] = defaultdict(list)
        for name, calls in self._unresolved.items():
            for call in calls:
                if isinstance(call.node.func, ast.Attribute):
                    found[name, words_of(last_name(call.node.func.value))].append(call)
        return found

    def callees(self, node: ast.Call, scope: Scope) -> list[Function]:
        """The functions of the project that a call may call; of a class what makes its objects."""
        found = self._callees.get((node, scope))
        if found is None:
            found = self._callees[node, scope] = self._find_callees(node, scope)
        return found

    def _find_callees(self, node: ast.Call, scope: Scope) -> list[Function]:
        found: list[Function] = []
        for each in self.project.callee(node, scope):
            definition = each.definition
            if isinstance(definition, Class):
                made = definition.member("__init__")
                definition = made.definition if made is not None else None
            if isinstance(definition, Function):
                found.append(definition)
        if not found and isinstance(node.func, ast.Attribute):
            return (
                self.sent(node.func, scope) or self.by_name(node.func.attr) or self.by_kind(node.func, scope)
            )
        return found

    def sent(self, func: ast.Attribute, scope: Scope) -> list[Function]:
        """``resize`` of ``resize.delay(photo_id)``: a task that a worker runs with what it is given here."""
        if func.attr not in {"delay", "send"} or not isinstance(func.value, ast.Name | ast.Attribute):
            return []
        tasks = [each.definition for each in self.project.resolve(func.value, scope)]
        return [each for each in tasks if isinstance(each, Function) and each.decorators]

    def by_name(self, name: str) -> list[Function]:
        if name in COMMON or name.startswith("__"):
            return []
        found = self._methods.get(name, [])
        return found if len(found) == 1 else []

    def by_kind(self, func: ast.Attribute, scope: Scope) -> list[Function]:
        """``self.sessions.open(request)`` of a class ``Sessions``: of what nobody says what it is, and which
        is called as one class of the project that has such a method."""
        methods = self._methods.get(func.attr, [])
        words = words_of(last_name(func.value))
        if not methods or not words or func.attr.startswith("__"):
            return []
        found = [each for each in methods if each.cls is not None and words_of(each.cls.name) == words]
        return found if len(found) == 1 and not self.project.types_of(func.value, scope) else []

    def callers(self, function: Function) -> Iterator[Call]:
        """The calls of a function, inside of functions."""
        name = function.qualname
        if function.cls is not None and function.name == "__init__":
            name = function.cls.qualname
        yield from (call for _, call in self.project.callers(name))
        for declared in declarations(function):
            yield from (call for _, call in self.project.callers(declared.qualname))
        if function.cls is None:
            return
        if self.by_name(function.name) == [function]:
            yield from self._unresolved.get(function.name, ())
        else:
            of_kind = self._of_kind.get((function.name, words_of(function.cls.name)), ())
            yield from (each for each in of_kind if self.is_of_kind(each, function))

    def is_of_kind(self, call: Call, function: Function) -> bool:
        func = call.node.func
        named = isinstance(func, ast.Attribute) and not self.by_name(func.attr)
        return named and self.by_kind(func, call.module.scope_of(call.node)) == [function]  # type: ignore[arg-type]


def declarations(function: Function) -> Iterator[Function]:
    """The methods of an interface that a method makes good: those above it that do nothing."""
    if function.cls is None or function.name.startswith("__"):
        return
    for each in function.cls.mro[1:]:
        for method in each.definition.methods if isinstance(each.definition, Class) else ():
            if method.name == function.name and all(map(is_nothing, method.node.body)):
                yield method


def is_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass | ast.Raise) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def bind(function: Function, call: ast.Call, scope: Scope) -> dict[str, tuple[ast.expr, Scope]]:
    """What each parameter is given in a call, as far as it is; the rest of it for ``*args`` and
    ``**kwargs``."""
    plain = [each.name for each in function.parameters if each.kind == "plain"]
    if (
        function.cls is not None
        and not function.is_static
        and isinstance(call.func, ast.Attribute | ast.Name)
    ):
        plain = plain[1:]
    elif function.cls is None and plain[:1] == ["self"]:
        plain = plain[1:]  # of a task that is given itself: ``bind=True``
    given: dict[str, tuple[ast.expr, Scope]] = {}
    rest: list[ast.expr] = []
    for at, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            given.update((name, (argument.value, scope)) for name in plain[at:])
            rest.append(argument.value)
            break
        if at < len(plain):
            given[plain[at]] = (argument, scope)
        else:
            rest.append(argument)
    names = {each.name for each in function.parameters}
    more: list[ast.keyword] = []
    for keyword in call.keywords:
        if keyword.arg in names:
            given[str(keyword.arg)] = (keyword.value, scope)
        else:
            more.append(keyword)
    for each in function.parameters:
        if rest and each.kind == "star":
            given[each.name] = (ast.Tuple(rest, ast.Load()), scope)
        elif more and each.kind == "stars":
            keys: list[ast.expr | None] = [ast.Constant(one.arg) if one.arg else None for one in more]
            given[each.name] = (ast.Dict(keys, [one.value for one in more]), scope)
    return given
