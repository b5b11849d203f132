"""Routes of FastAPI, from its decorators, routers and what they are included in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from rescind.reading.definitions import Call, Function
from rescind.reading.frameworks.facts import (
    Before,
    RouteFact,
    calls_of,
    function_of,
    made_by,
    owner,
    text,
    texts,
    variable,
)
from rescind.reading.project import Project
from rescind.reading.scopes import Scope

METHODS = (
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "trace",
    "websocket",
    "api_route",
    "route",
)
ADDED = ("add_api_route", "add_api_websocket_route", "add_route")
OWNERS = ("fastapi.FastAPI", "fastapi.APIRouter", "fastapi.applications.FastAPI", "fastapi.routing.APIRouter")
DEPENDS = {"fastapi.Depends", "fastapi.Security"}
DEEPEST = 12


def routes(project: Project) -> list[RouteFact]:
    """Each method of each route, with what the routers around it add."""
    included = Included(project)
    found: list[RouteFact] = []
    for module in project.modules:
        for function in module.functions if "@" in module.text else ():
            for applied in function.decorators:
                method = applied.name.rpartition(".")[2]
                if applied.call is not None and method in METHODS and applied.name.startswith(OWNERS):
                    call = Call(applied.call, module, applied.named)
                    found += written(project, call, method, function, included)
    for call in calls_of(project, *ADDED):
        if call.name.startswith(OWNERS):
            scope = call.module.scope_of(call.node)
            endpoint = function_of(project, call.argument("endpoint", 1), scope)
            found += written(project, call, call.name.rpartition(".")[2], endpoint, included)
    return found


def written(
    project: Project, call: Call, method: str, endpoint: Function | None, included: Included
) -> Iterator[RouteFact]:
    scope = call.module.scope_of(call.node)
    path = text(project, call.argument("path", 0), scope)
    own = dependencies(project, call.node, scope)
    methods = texts(project, call.argument("methods"), scope) or [method]
    if method in {"websocket", "add_api_websocket_route"}:
        methods = ["websocket"]
    elif methods[0] in {"api_route", "add_api_route", "route", "add_route"}:
        methods = ["get"]
    name = endpoint.name if endpoint is not None else ""
    for prefix, before in included.around(owner(project, call)):
        for each in methods:
            yield RouteFact("fastapi", each.upper(), f"{prefix}{path}" or "/", name, endpoint, call.module,
                            call.node.lineno, (*before, *own))  # fmt: skip


def dependencies(project: Project, call: ast.Call, scope: Scope) -> tuple[Before, ...]:
    """``dependencies=[Depends(a), Security(b)]``"""
    given = next((k.value for k in call.keywords if k.arg == "dependencies"), None)
    elements = given.elts if isinstance(given, ast.List | ast.Tuple) else []
    return tuple(
        Before(each.args[0], scope)
        for each in elements
        if isinstance(each, ast.Call) and each.args and project.name_of(each.func, scope) in DEPENDS
    )


class Included:
    """Which router is included where, with which prefix and dependencies; applications that are mounted."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.into: dict[str, list[tuple[str, str, tuple[Before, ...]]]] = {}
        for call in calls_of(project, "include_router", "mount"):
            scope = call.module.scope_of(call.node)
            mounted = call.name.endswith(".mount")
            inner = variable(
                project, call.argument("app", 1) if mounted else call.argument("router", 0), scope
            )
            given = call.argument("path", 0) if mounted else call.argument("prefix")
            added = dependencies(project, call.node, scope)
            self.into.setdefault(inner, []).append((owner(project, call), text(project, given, scope), added))

    def around(self, name: str, left: int = DEEPEST) -> list[tuple[str, tuple[Before, ...]]]:
        """Prefix and dependencies for each place where a router ends up."""
        prefix, own = self.of_itself(name)
        outer = self.into.get(name)
        if not outer or not left:
            return [(prefix, own)]
        return [
            (f"{above}{given}{prefix}", (*before, *added, *own))
            for outside, given, added in outer
            for above, before in self.around(outside, left - 1)
        ]

    def of_itself(self, name: str) -> tuple[str, tuple[Before, ...]]:
        made = made_by(self.project, name)
        if made is None:
            return "", ()
        call, scope = made
        read = partial(text, self.project, scope=scope)
        prefix = next((read(k.value) for k in call.keywords if k.arg == "prefix"), "")
        return prefix, dependencies(self.project, call, scope)
