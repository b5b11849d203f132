"""Routers of REST framework: what ``register`` makes of a set of views."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rescind.reading.definitions import Call, Class, Function, Variable
from rescind.reading.frameworks.facts import calls_of, text, texts
from rescind.reading.project import Project
from rescind.reading.scopes import Scope

if TYPE_CHECKING:
    from rescind.reading.frameworks.django import Around, Pattern

MODULE = "rest_framework."
LIST = (("GET", "list"), ("POST", "create"))
ONE = (("GET", "retrieve"), ("PUT", "update"), ("PATCH", "partial_update"), ("DELETE", "destroy"))
GIVEN = {
    "ModelViewSet": {"list", "create", "retrieve", "update", "partial_update", "destroy"},
    "ReadOnlyModelViewSet": {"list", "retrieve"},
    "ListModelMixin": {"list"},
    "CreateModelMixin": {"create"},
    "RetrieveModelMixin": {"retrieve"},
    "UpdateModelMixin": {"update", "partial_update"},
    "DestroyModelMixin": {"destroy"},
}


def of_router(project: Project, node: ast.expr, scope: Scope, around: Around) -> Iterator[Pattern]:
    """The patterns of ``router.urls``, in the order in which a router makes them."""
    from rescind.reading.frameworks.django import Pattern

    for named in project.resolve(node, scope):
        made = named.definition
        values = made.values if isinstance(made, Variable) else []
        call = next((each for each in values if isinstance(each, ast.Call)), None)
        if call is None:
            continue
        is_default = project.name_of(call.func, scope).endswith(
            "DefaultRouter"
        ) or "DefaultRouter" in ast.unparse(call)
        slash = "" if any(k.arg == "trailing_slash" and is_false(k.value) for k in call.keywords) else "/"
        for prefix, cls, line in registered(project, named.name):
            for path, actions in routes_of(project, cls, slash):
                whole = f"{around.prefix}{prefix}{path}" if prefix else f"{around.prefix}{path.lstrip('/')}"
                for suffix in ("", r"\.(?P<format>[a-z0-9]+)/?") if is_default else ("",):
                    written = f"{whole.rstrip('/')}{suffix}" if suffix else whole
                    yield Pattern(written, around.space, None, scope, line, "router", cls, actions)
        if is_default:
            for root in ("", "<drf_format_suffix:format>"):
                yield Pattern(
                    f"{around.prefix}{root}", f"{around.space}api-root", None, scope, call.lineno, "root"
                )


def is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def registered(project: Project, router: str) -> Iterator[tuple[str, Class, int]]:
    """Prefix and set of views of each ``router.register(...)``."""
    for call in calls_of(project, "register"):
        base = getattr(call.node.func, "value", None)
        scope = call.module.scope_of(call.node)
        if base is None or router not in {each.name for each in project.resolve(base, scope)}:
            continue
        view = call.argument("viewset", 1)
        for named in () if view is None else project.resolve(view, scope):
            if isinstance(named.definition, Class):
                yield text(project, call.argument("prefix", 0), scope), named.definition, call.node.lineno


def routes_of(project: Project, cls: Class, slash: str) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Path behind the prefix, and which method calls which action."""
    has = actions_of(cls)
    extra = list(actions(project, cls))
    lookup = attribute(project, cls, "lookup_url_kwarg") or attribute(project, cls, "lookup_field") or "pk"
    value = attribute(project, cls, "lookup_value_regex") or "[^/.]+"
    one = f"/(?P<{lookup}>{value})"
    for table, path, detail in ((LIST, slash, False), (ONE, f"{one}{slash}", True)):
        found = tuple((method, name) for method, name in table if name in has)
        if detail:
            yield from ((f"/{each}{slash}", methods) for is_detail, each, methods in extra if not is_detail)
        if found:
            yield path, found
    yield from ((f"{one}/{each}{slash}", methods) for is_detail, each, methods in extra if is_detail)


def actions_of(cls: Class) -> set[str]:
    """The standard ones that a set of views has, by itself or by what it stands on."""
    found: set[str] = set()
    for each in cls.mro:
        if each.name.startswith(MODULE):
            found |= GIVEN.get(each.name.rpartition(".")[2], set())
        if isinstance(each.definition, Class):
            found |= {method.name for method in each.definition.methods}
    return found | {method.name for method in cls.methods}


def actions(project: Project, cls: Class) -> Iterator[tuple[bool, str, tuple[tuple[str, str], ...]]]:
    """Each ``@action``: whether it is about one object, its path, its methods."""
    for method in methods_of(cls):
        for applied in method.decorators:
            if (
                not applied.name.startswith(MODULE)
                or not applied.name.endswith(".action")
                or applied.call is None
            ):
                continue
            call = Call(applied.call, method.module, applied.named)
            detail = call.argument("detail", 1)
            verbs = texts(project, call.argument("methods", 0), method.outer) or ["get"]
            path = text(project, call.argument("url_path"), method.outer) or method.name
            is_detail = isinstance(detail, ast.Constant) and bool(detail.value)
            yield is_detail, path, tuple((verb.upper(), method.name) for verb in verbs)


def methods_of(cls: Class) -> Iterator[Function]:
    seen: set[str] = set()
    for each in (cls, *(named.definition for named in cls.mro)):
        for method in each.methods if isinstance(each, Class) else ():
            if method.name not in seen:
                seen.add(method.name)
                yield method


def attribute(project: Project, cls: Class, name: str) -> str:
    """The text of a class attribute."""
    member = cls.member(name)
    made = None if member is None else member.definition
    for binding in made.bindings if isinstance(made, Variable) else ():
        found = text(project, binding.value, binding.scope)
        if found:
            return found
    return ""
