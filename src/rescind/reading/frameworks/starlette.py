"""Routes of Starlette, from the lists of ``Route``, ``WebSocketRoute`` and ``Mount`` that applications and
routers are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading.definitions import Call, Class, Function, Named, Variable
from rescind.reading.frameworks.facts import Before, RouteFact, calls_of, text, texts
from rescind.reading.project import Project
from rescind.reading.scopes import Scope

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
MADE = ("Starlette", "Router", "FastAPI", "APIRouter")
KINDS = ("Route", "WebSocketRoute", "Mount", "Host")
DEEPEST = 12


def routes(project: Project) -> list[RouteFact]:
    """In the order in which they are tried, those of mounted applications with the path of their mount."""
    reader = Reader(project)
    made = [
        call
        for call in calls_of(project, *MADE)
        if is_of(call.name, MADE) and "routes" in keywords(call.node)
    ]
    inner = {id(each) for call in made for each in reader.mounted(call.node, call.module.scope_of(call.node))}
    tops = [call for call in made if id(call.node) not in inner]
    return [
        fact
        for call in tops
        for fact in reader.of_list(keywords(call.node)["routes"], call.module.scope_of(call.node))
    ]


def is_of(name: str, kinds: tuple[str, ...]) -> bool:
    return name.startswith(("starlette.", "fastapi.")) and name.rpartition(".")[2] in kinds


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {each.arg: each.value for each in call.keywords if each.arg}


class Reader:
    """Follows lists of routes through names, sums and mounts."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def of_list(
        self, node: ast.expr, scope: Scope, prefix: str = "", left: int = DEEPEST
    ) -> Iterator[RouteFact]:
        for each, inside in self.elements(node, scope):
            yield from self.of_route(each, inside, prefix, left)

    def elements(self, node: ast.expr, scope: Scope, left: int = DEEPEST) -> Iterator[tuple[ast.Call, Scope]]:
        """The calls in a list, also by way of names, ``+`` and ``*``."""
        if not left:
            return
        if isinstance(node, ast.List | ast.Tuple):
            for each in node.elts:
                yield from self.elements(each, scope, left - 1)
        elif isinstance(node, ast.Starred):
            yield from self.elements(node.value, scope, left - 1)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.elements(node.left, scope, left - 1)
            yield from self.elements(node.right, scope, left - 1)
        elif isinstance(node, ast.Call):
            yield node, scope
        else:
            for value, inside in self.values(node, scope):
                yield from self.elements(value, inside, left - 1)

    def values(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """What a name was given where it was bound last."""
        for named in self.project.resolve(node, scope):
            bindings = named.definition.bindings if isinstance(named.definition, Variable) else []
            if bindings and bindings[-1].value is not None:
                yield bindings[-1].value, bindings[-1].scope

    def of_route(self, call: ast.Call, scope: Scope, prefix: str, left: int) -> Iterator[RouteFact]:
        name = self.project.name_of(call.func, scope)
        if not is_of(name, KINDS) or not left:
            return
        given = Call(call, scope.module, (Named(name),))
        kind, own = name.rpartition(".")[2], text(self.project, given.argument("path", 0), scope)
        if kind in {"Mount", "Host"}:
            outer = prefix if kind == "Host" else f"{prefix}{own.rstrip('/')}"
            for node, inside in self.lists(given, scope):
                yield from self.of_list(node, inside, outer, left - 1)
            return
        endpoint = given.argument("endpoint", 1)
        verbs = (
            ["websocket"]
            if kind == "WebSocketRoute"
            else texts(self.project, given.argument("methods"), scope)
        )
        for verb, function, before in self.endpoints(endpoint, scope, verbs):
            name, path = function.name if function else "", f"{prefix}{own}" or "/"
            yield RouteFact(
                "starlette", verb.upper(), path, name, function, scope.module, call.lineno, before
            )  # fmt: skip

    def lists(self, given: Call, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """``Mount("/x", routes=[...])``, ``Mount("/x", Starlette(routes=[...]))``, or by way of a name."""
        routes_of, app = given.argument("routes"), given.argument("app", 1)
        if routes_of is not None:
            yield routes_of, scope
        for node, inside in [] if app is None else [(app, scope), *self.values(app, scope)]:
            if isinstance(node, ast.Call) and "routes" in keywords(node):
                yield keywords(node)["routes"], inside

    def mounted(self, call: ast.Call, scope: Scope) -> Iterator[ast.Call]:
        """The applications that are mounted in the routes of one."""
        for each, inside in self.elements(keywords(call)["routes"], scope):
            given = Call(each, inside.module, ())
            app = given.argument("app", 1) if is_of(self.project.name_of(each.func, inside), KINDS) else None
            for node, _ in [] if app is None else [(app, inside), *self.values(app, inside)]:
                if isinstance(node, ast.Call):
                    yield node
            if "routes" in keywords(each):
                yield from self.mounted(each, inside)

    def endpoints(
        self, node: ast.expr | None, scope: Scope, verbs: list[str]
    ) -> Iterator[tuple[str, Function | None, tuple[Before, ...]]]:
        """A function, or each method of a class that answers."""
        found = () if node is None else self.project.resolve(node, scope)
        made = next(
            (each.definition for each in found if isinstance(each.definition, Function | Class)), None
        )
        if isinstance(made, Class):
            own = [each for each in made.methods if each.name in VERBS]
            if verbs == ["websocket"]:
                own = [
                    each for each in made.methods if each.name in {"on_connect", "on_receive", "dispatch"}
                ][:1]
            for each in own:
                yield (verbs[0] if verbs == ["websocket"] else each.name), each, decorators(each)
            if own:
                return
        function = made if isinstance(made, Function) else None
        for verb in verbs or ["get"]:
            yield verb, function, () if function is None else decorators(function)


def decorators(function: Function) -> tuple[Before, ...]:
    return tuple(Before(each.node, function.outer) for each in function.decorators)
