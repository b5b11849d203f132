"""Class-based views of Django and of REST framework: what runs before the method that answers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from rescind.paths.running.callables import Table, name_of
from rescind.paths.running.django_layers import Layer, Layers, code_of, held, is_library, module_of, wished

STATIC = {"django.views.static.serve", "django.contrib.staticfiles.views.serve"}
VERBS = ("get", "post", "put", "patch", "delete", "trace")
OWN = "rescind.django.urls._view.<locals>.view"
WRAPPER = "django.utils.decorators._multi_decorate.<locals>._wrapper"
AUTH = "django.contrib.auth.mixins."
MIXINS = {
    f"{AUTH}{name}.dispatch": f"{AUTH}{name}"
    for name in ("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin")
}
MIXINS["rescind.django.guard.RequireMixin.dispatch"] = "rescind.django.RequireMixin"
ENDS = ("django.views.generic.base.View.dispatch", "rest_framework.views.APIView.dispatch")
APIVIEW = "rest_framework.views.APIView"
ASKED = (
    "get_permissions",
    "check_permissions",
    "get_authenticators",
    "perform_authentication",
    "initial",
    "initialize_request",
    "dispatch",
)
RUN = (
    "dispatch",
    "setup",
    "initial",
    "get_queryset",
    "get_object",
    "get_context_data",
    "form_valid",
    "perform_create",
    "perform_update",
    "perform_destroy",
)


class Views:
    """Rows of views: one for each method that they answer."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.layers = Layers(table)
        self._known: dict[int, tuple[Any, list[dict[str, Any]]]] = {}

    def rows(self, callback: Any) -> list[dict[str, Any]]:
        if id(callback) not in self._known:
            self._known[id(callback)] = (callback, list(self._rows(callback)))
        return [dict(row) for row in self._known[id(callback)][1]]

    def _rows(self, callback: Any) -> Iterator[dict[str, Any]]:
        around, inner = self.layers.of(callback)
        exempt = not getattr(callback, "login_required", True)
        if code_of(inner) == OWN:
            yield from own_routes(inner, around, self.table)
            return
        cls = getattr(inner, "cls", None) or getattr(inner, "view_class", None)
        allowed = [set(each["methods"]) for each in around if each["is"] == "methods"]
        around = [each for each in around if each["is"] != "methods"]
        base = {"kind": kind_of(inner, cls, around), "exempt": exempt, "layers": around}
        if cls is None:
            answers = sorted(set.intersection(*allowed) - {"HEAD", "OPTIONS"}) if allowed else ["ANY"]
            number = self.table.number(inner)
            yield from ({**base, "method": method, "endpoint": number} for method in answers or ["ANY"])
            return
        for method, action in self.actions(inner, cls):
            if not allowed or method in set.intersection(*allowed):
                yield {**base, "method": method, **self.answer(inner, cls, action, around)}

    def actions(self, view: Any, cls: Any) -> Iterator[tuple[str, str]]:
        """Methods that it answers, each with the name of the function that does."""
        given = getattr(view, "actions", None)
        if isinstance(given, dict):
            yield from ((verb.upper(), name) for verb, name in given.items() if verb in VERBS)
            return
        found = [
            verb for verb in VERBS if verb in cls.http_method_names and callable(getattr(cls, verb, None))
        ]
        yield from ((verb.upper(), verb) for verb in found)
        if not found:
            yield "ANY", "dispatch"

    def answer(self, view: Any, cls: Any, action: str, around: list[Layer]) -> dict[str, Any]:
        """Endpoint and layers of one method of a class."""
        handler = inspect.getattr_static(cls, action, None)
        inner = [*around, *self.before(cls)]
        if is_api_view(cls):
            inner.append(self.of_rest(view, cls, action))
        more, function = self.method(handler)
        inside = getattr(function, "__closure__", None) and held(function).get("func")
        if code_of(function) == "rest_framework.decorators.api_view.<locals>.decorator.<locals>.handler":
            more, function = self.layers.of(inside)
        own = inspect.isfunction(function) and not is_library(function)
        endpoint = self.table.number(function if own else cls)
        runs = [
            self.table.number(vars(owner)[name])
            for name in RUN
            for owner in cls.__mro__
            if name in vars(owner)
            and inspect.isfunction(vars(owner)[name])
            and not is_library(vars(owner)[name])
        ]
        return {
            "endpoint": endpoint,
            "layers": [*inner, *more],
            "action": action,
            "runs": runs,
            "view": name_of(cls),
            "bases": [name_of(each) for each in cls.__mro__],
        }

    def method(self, function: Any) -> tuple[list[Layer], Any]:
        """Without what ``method_decorator`` has put around it."""
        found: list[Layer] = []
        while inspect.isfunction(function) and code_of(function) == WRAPPER:
            inside = held(function)
            found += self.layers.decorator(inside["decorators"])
            function = inside["method"]
        if inspect.isfunction(function) and not is_library(function):
            more, function = self.layers.of(function)
            found += more
        return [each for each in found if each["is"] != "methods"], function

    def before(self, cls: Any) -> list[Layer]:
        """What ``dispatch`` does in the classes that it goes through, in that order."""
        found: list[Layer] = []
        for owner in cls.__mro__:
            function = vars(owner).get("dispatch")
            if function is None:
                continue
            more, function = self.method(function)
            found += more
            code = code_of(function)
            if code in ENDS:
                break
            if code in MIXINS:
                found.append(self.mixin(MIXINS[code], cls))
            elif not is_library(function):
                found.append({"is": "own", "call": self.table.number(function), "inside": "dispatch"})
                if "super" not in function.__code__.co_names:
                    break
            elif not code.startswith(("django.", "rest_framework.")):
                found.append({"is": "library", "name": code})
        return found

    def mixin(self, name: str, cls: Any) -> Layer:
        layer: Layer = {"is": name}
        if name.endswith("RequireMixin"):
            return {**wished(cls._wish), "is": "rescind.django.require"}
        if name.endswith("PermissionRequiredMixin"):
            given = cls.permission_required or ()
            layer["perms"] = [given] if isinstance(given, str) else [str(each) for each in given]
            own = cls.has_permission
        else:
            own = getattr(cls, "test_func", None) if name.endswith("UserPassesTestMixin") else None
        if own is not None and not is_library(own):
            layer["call"] = self.table.number(own)
        return layer

    def of_rest(self, view: Any, cls: Any, action: str) -> Layer:
        given = getattr(view, "initkwargs", None) or getattr(view, "view_initkwargs", None) or {}
        authentication = given.get("authentication_classes", cls.authentication_classes)
        permissions = given.get("permission_classes", cls.permission_classes)
        own = {}
        for name in ASKED:
            function = getattr(cls, name, None)
            if function is not None and not is_library(function):
                own[name] = self.table.number(function)
        return {
            "is": "rest_framework",
            "own": own,
            "action": action,
            "authentication": [
                self.described(each, "authenticate", "authenticate_credentials", "get_user")
                for each in authentication
            ],
            "permissions": [self.permission(each) for each in permissions],
        }

    def permission(self, made: Any) -> dict[str, Any]:
        operator = getattr(made, "operator_class", None)
        if operator is None:
            return self.described(made, "has_permission")
        parts = [getattr(made, name) for name in ("op1_class", "op2_class") if hasattr(made, name)]
        return {"op": operator.__name__, "of": [self.permission(each) for each in parts]}

    def described(self, cls: Any, *names: str) -> dict[str, Any]:
        kind = cls if inspect.isclass(cls) else type(cls)
        own = {}
        for name in names:
            function = getattr(kind, name, None)
            if function is not None and not is_library(function):
                own[name] = self.table.number(function)
        plain = {}
        for name in ("keyword", "model"):
            value = getattr(kind, name, None)
            plain[name] = (
                name_of(value) if inspect.isclass(value) else value if isinstance(value, str) else None
            )
        return {"name": name_of(kind), "bases": [name_of(each) for each in kind.__mro__], "own": own, **plain}


def is_api_view(cls: Any) -> bool:
    return any(name_of(each) == APIVIEW for each in cls.__mro__)


def own_routes(view: Any, around: list[Layer], table: Table) -> Iterator[dict[str, Any]]:
    """Those of rescind at one path."""
    path = held(view)["pattern"]
    for route in import_module("rescind.web.surface").ROUTES:
        if route.path == path:
            layer = {"is": "rescind.django.urls", "name": route.name, "credential": route.credential}
            yield {
                "kind": "library",
                "exempt": False,
                "layers": [*around, layer],
                "method": route.method,
                "endpoint": table.number(route.handler),
            }


def kind_of(view: Any, cls: Any, around: list[Layer]) -> str:
    """``static``, ``admin`` or ``route``."""
    if code_of(view) in STATIC:
        return "static"
    admin = module_of(view if cls is None else cls).startswith("django.contrib.admin.")
    return (
        "admin"
        if admin or any(each["is"].startswith("django.contrib.admin.sites.") for each in around)
        else "route"
    )
