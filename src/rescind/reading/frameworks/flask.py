"""Routes of Flask, from its decorators, ``add_url_rule`` and blueprints."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading.definitions import Call, Class, Function
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

METHODS = ("route", "get", "post", "put", "patch", "delete")
OWNERS = ("flask.Flask", "flask.Blueprint", "flask.app.Flask", "flask.blueprints.Blueprint")
HOOKS = ("before_request", "before_app_request")
VIEWS = ("flask.views.MethodView", "flask.views.View")
DEEPEST = 12


def routes(project: Project) -> list[RouteFact]:
    """Each method of each rule."""
    blueprints = Blueprints(project)
    found: list[RouteFact] = []
    for module in project.modules:
        for function in module.functions if "@" in module.text else ():
            for at, applied in enumerate(function.decorators):
                method = applied.name.rpartition(".")[2]
                if applied.call is not None and method in METHODS and applied.name.startswith(OWNERS):
                    call = Call(applied.call, module, applied.named)
                    own = tuple(Before(each.node, function.outer) for each in function.decorators[at + 1 :])
                    found += written(project, call, method, function, own=own, blueprints=blueprints)
    for call in calls_of(project, "add_url_rule"):
        if call.name.startswith(OWNERS):
            found += added(project, call, blueprints)
    return found


def written(
    project: Project,
    call: Call,
    method: str,
    endpoint: Function | None,
    *,
    own: tuple[Before, ...],
    blueprints: Blueprints,
) -> Iterator[RouteFact]:
    scope = call.module.scope_of(call.node)
    path = text(project, call.argument("rule", 0), scope)
    methods = texts(project, call.argument("methods"), scope)
    methods = methods or ["get" if method == "route" else method]
    name = endpoint.name if endpoint is not None else ""
    for prefix, before in blueprints.around(owner(project, call)):
        for each in methods:
            yield RouteFact(
                "flask", each.upper(), f"{prefix}{path}", name, endpoint, call.module, call.node.lineno,
                (*before, *own),
            )  # fmt: skip


def added(project: Project, call: Call, blueprints: Blueprints) -> Iterator[RouteFact]:
    """``app.add_url_rule("/x", view_func=view)``, also with ``Class.as_view("x")``."""
    scope = call.module.scope_of(call.node)
    view = call.argument("view_func", 2)
    if isinstance(view, ast.Call) and isinstance(view.func, ast.Attribute) and view.func.attr == "as_view":
        for named in project.resolve(view.func.value, scope):
            if isinstance(named.definition, Class):
                yield from of_class(project, call, named.definition, blueprints)
        return
    yield from written(
        project, call, "route", function_of(project, view, scope), own=(), blueprints=blueprints
    )


def of_class(project: Project, call: Call, cls: Class, blueprints: Blueprints) -> Iterator[RouteFact]:
    member = cls.member("decorators")
    own: tuple[Before, ...] = ()
    for binding in getattr(member.definition, "bindings", ()) if member is not None else ():
        if isinstance(binding.value, ast.List | ast.Tuple):
            own = tuple(Before(each, binding.scope) for each in binding.value.elts)
    for method in cls.methods:
        if method.name in METHODS or method.name == "dispatch_request":
            name = "route" if method.name == "dispatch_request" else method.name
            yield from written(project, call, name, method, own=own, blueprints=blueprints)


class Blueprints:
    """Where blueprints are registered, and what runs before their routes."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.into: dict[str, list[tuple[str, str | None]]] = {}
        for call in calls_of(project, "register_blueprint"):
            scope = call.module.scope_of(call.node)
            inner = variable(project, call.argument("blueprint", 0), scope)
            given = call.argument("url_prefix", 1)
            prefix = None if given is None else text(project, given, scope)
            self.into.setdefault(inner, []).append((owner(project, call), prefix))
        self.hooks: dict[str, list[Before]] = {}
        self.everywhere: list[Before] = []
        for module in project.modules:
            for function in module.functions if "before_" in module.text else ():
                self.hook(function)

    def hook(self, function: Function) -> None:
        for applied in function.decorators:
            kind = applied.name.rpartition(".")[2]
            if kind in HOOKS and applied.name.startswith(OWNERS) and isinstance(applied.node, ast.Attribute):
                before = Before(
                    ast.copy_location(ast.Name(function.name, ast.Load()), function.node), function.outer
                )
                if kind == "before_app_request":
                    self.everywhere.append(before)
                else:
                    name = self.project.name_of(applied.node.value, function.outer)
                    self.hooks.setdefault(name, []).append(before)

    def around(self, name: str, left: int = DEEPEST) -> list[tuple[str, tuple[Before, ...]]]:
        """Prefix and hooks for each place where a blueprint is registered."""
        own = (*self.everywhere, *self.hooks.get(name, ()))
        prefix = self.prefix(name)
        outer = self.into.get(name)
        if not outer or not left:
            return [(prefix, own)]
        return [
            (f"{above}{prefix if given is None else given}", (*before, *own))
            for outside, given in outer
            for above, before in self.around(outside, left - 1)
        ]

    def prefix(self, name: str) -> str:
        made = made_by(self.project, name)
        if made is None:
            return ""
        call, scope = made
        return next((text(self.project, k.value, scope) for k in call.keywords if k.arg == "url_prefix"), "")
