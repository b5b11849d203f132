"""Views of Django from their source alone: decorators, mixins and permission classes as layers."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from rescind.paths.django.reading_rest import (
    FUNCTION,
    VIEWS,
    of_function,
    of_packaged,
    of_rest,
    standard_methods,
)
from rescind.paths.django.reading_settings import Settings
from rescind.paths.reading_only import Rows
from rescind.reading import Call, Class, Function, Named, Project, Variable
from rescind.reading.frameworks.django_routers import methods_of
from rescind.reading.frameworks.facts import text, texts
from rescind.reading.scopes import Scope

AUTH = "django.contrib.auth."
DECORATORS = AUTH + "decorators."
STAFF = "django.contrib.admin.views.decorators.staff_member_required"
MIXINS = tuple(
    AUTH + "mixins." + name
    for name in ("LoginRequiredMixin", "PermissionRequiredMixin", "UserPassesTestMixin")
)
SIGNED_IN = (AUTH + "views.PasswordChangeView", AUTH + "views.PasswordChangeDoneView")
CACHE_PAGE = "django.views.decorators.cache.cache_page"
HTTP = "django.views.decorators.http."
ALLOWED = {HTTP + "require_GET": ["GET"], HTTP + "require_POST": ["POST"], HTTP + "require_safe": ["GET"]}
VERBS = ("get", "post", "put", "patch", "delete", "trace")
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
FRAMEWORKS = ("django.", "rest_framework.", "functools.", "contextlib.", "rescind.")
DEEPEST = 8
Layer = dict[str, Any]


class Views:
    """Rows of the views of one project."""

    def __init__(self, project: Project, rows: Rows, settings: Settings) -> None:
        self.project = project
        self.rows = rows
        self.settings = settings

    def of(self, node: ast.expr, scope: Scope, left: int = DEEPEST) -> list[dict[str, Any]]:
        """One row for each method that a view answers."""
        if isinstance(node, ast.Call):
            return self.of_call(node, scope, left)
        if isinstance(node, ast.Lambda):
            place = {
                "name": f"{scope.module.name}.<lambda>",
                "file": str(scope.module.path),
                "line": node.lineno,
            }
            return [self.row("ANY", self.rows.add(node, **place), [])]
        for named in self.project.resolve(node, scope) if left else ():
            made = named.definition
            if isinstance(made, Function):
                return self.of_function(made)
            if isinstance(made, Class):
                return self.of_class(named)
            values = made.values if isinstance(made, Variable) else []
            if values:
                return self.of(values[0], made.bindings[0].scope, left - 1)  # type: ignore[union-attr]
            if made is None and named.name:
                number = self.rows.add(named.name, name=named.name, file="", line=0)
                return [self.row("ANY", number, of_packaged(self, named.name))]
        return [self.row("ANY", None, [])]

    def of_call(self, node: ast.Call, scope: Scope, left: int) -> list[dict[str, Any]]:
        """``Class.as_view()``, ``decorator(view)``, ``partial(view)``"""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "as_view":
            found = self.project.resolve(node.func.value, scope)
            return self.of_class(found[0]) if found else [self.row("ANY", None, [])]
        for named in self.project.resolve(node.func, scope):
            member = named.definition.member("__call__") if isinstance(named.definition, Class) else None
            if member is not None and isinstance(member.definition, Function):
                return self.of_function(member.definition)
        inner = self.of(node.args[0], scope, left - 1) if node.args and left else [self.row("ANY", None, [])]
        more = self.decorator(node.func, scope)
        return [self.under(row, more) for row in inner if allowed(row["method"], more)]

    def under(self, row: dict[str, Any], layers: list[Layer]) -> dict[str, Any]:
        return {**row, "layers": [*(each for each in layers if each["is"] != "methods"), *row["layers"]]}

    def row(self, method: str, endpoint: int | None, layers: list[Layer], **more: Any) -> dict[str, Any]:
        exempt = any(each["is"] == "exempt" for each in layers)
        kept = [each for each in layers if each["is"] not in {"exempt", "methods"}]
        return {"method": method, "endpoint": endpoint, "layers": kept, "exempt": exempt, **more}

    def of_function(self, function: Function) -> list[dict[str, Any]]:
        layers = [
            layer for each in function.decorators for layer in self.decorator(each.node, function.outer)
        ]
        number = self.rows.number(function)
        if any(each.name.startswith(FUNCTION) for each in function.decorators):
            rest, methods = of_function(self, function)
            return [self.row(method, number, [*layers, rest], action=method.lower()) for method in methods]
        only = [set(each["methods"]) for each in layers if each["is"] == "methods"]
        methods = sorted(set.intersection(*only) - {"HEAD", "OPTIONS"}) if only else ["ANY"]
        return [self.row(method, number, layers) for method in methods]

    # classes

    def of_class(self, named: Named) -> list[dict[str, Any]]:
        cls = named.definition
        if not isinstance(cls, Class):
            number = self.rows.add(named.name, name=named.name, file="", line=0)
            asks = [{"is": DECORATORS + "login_required"}] if named.name in SIGNED_IN else []
            layers: list[Layer] = asks or of_packaged(self, named.name)
            return [
                self.row(method, number, layers, action=method.lower(), bases=[named.name])
                for method in standard_methods([named.name]) or ["ANY"]
            ]
        names = [each.name for each in lineage(cls)]
        own = {each.name.upper() for each in methods_of(cls)} & {verb.upper() for verb in VERBS}
        found = own | set(standard_methods(names))
        return self.of_actions(cls, [(verb, verb.lower()) for verb in order(found)] or [("ANY", "dispatch")])

    def of_actions(self, cls: Class, actions: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        made = list(methods_of(cls))
        names = [each.name for each in lineage(cls)]
        runs = [self.rows.number(each) for each in made if each.name in RUN]
        before = self.before(cls)
        place = self.rows.add(cls, name=cls.qualname, file=str(cls.module.path), line=first_line(cls))
        found = []
        for method, action in actions:
            handler = next((each for each in made if each.name == action), None)
            layers = [*before, *self.on_class(cls, action)]
            if any(name.startswith("rest_framework.") or name in VIEWS for name in names):
                layers.append(of_rest(self, cls, action, handler))
            for each in handler.decorators if handler is not None else ():
                layers += self.decorator(each.node, handler.outer)  # type: ignore[union-attr]
            number = place if handler is None else self.rows.number(handler)
            found.append(self.row(method, number, layers, action=action, runs=runs, bases=names))
        return found

    def on_class(self, cls: Class, action: str) -> list[Layer]:
        """``@method_decorator(..., name="get")`` above the class."""
        return [layer for each in cls.decorators for layer in self.decorator(each.node, cls.outer, action)]

    def before(self, cls: Class) -> list[Layer]:
        """What ``dispatch`` does in the classes that it goes through."""
        found: list[Layer] = []
        for named in lineage(cls):
            made = named.definition
            if isinstance(made, Class):
                for each in made.decorators:
                    found += self.decorator(each.node, made.outer, "dispatch")
                own = next((each for each in made.methods if each.name == "dispatch"), None)
                if own is not None:
                    found += [
                        layer for each in own.decorators for layer in self.decorator(each.node, own.outer)
                    ]
                    found.append({"is": "own", "call": self.rows.number(own), "inside": "dispatch"})
                    if "super()" not in own.module.source_of(own.node):
                        break
            elif named.name in MIXINS or named.name.endswith("RequireMixin"):
                found.append(self.mixin(named.name, cls))
            elif named.name in SIGNED_IN:
                found.append({"is": DECORATORS + "login_required"})
            elif named.name.startswith(("django.views.", "rest_framework.")) or named.name in VIEWS:
                break
            elif named.name not in {"object", ""} and not named.name.startswith(FRAMEWORKS):
                found.append({"is": "library", "name": named.name})
        return found

    def mixin(self, name: str, cls: Class) -> Layer:
        if name.endswith("RequireMixin"):
            return {
                "is": "rescind.django.require",
                "perms": self.words(cls, "require_perm"),
                "roles": self.words(cls, "require_role"),
            }
        layer: Layer = {"is": name}
        method = {"PermissionRequiredMixin": "has_permission", "UserPassesTestMixin": "test_func"}.get(
            name.rpartition(".")[2]
        )
        if method == "has_permission":
            layer["perms"] = self.words(cls, "permission_required")
        member = cls.member(method) if method else None
        if member is not None and isinstance(member.definition, Function):
            layer["call"] = self.rows.number(member.definition)
        return layer

    def words(self, cls: Class, name: str) -> list[str]:
        """A text or a list of texts of a class."""
        member = cls.member(name)
        made = None if member is None else member.definition
        for binding in made.bindings if isinstance(made, Variable) else ():
            one = text(self.project, binding.value, binding.scope)
            found = [one] if one else texts(self.project, binding.value, binding.scope)
            if found:
                return found
        return []

    # decorators

    def decorator(self, node: ast.expr, scope: Scope, about: str = "") -> list[Layer]:
        """What it asks for. ``about``: above a class, the method that is looked for."""
        call = node if isinstance(node, ast.Call) else None
        func = call.func if call is not None else node
        named = self.project.resolve(func, scope)
        name = named[0].name if named else ""
        given = Call(call, scope.module, named) if call is not None else None
        if name.endswith("utils.decorators.method_decorator") and given is not None:
            return self.method_decorator(given, scope, about)
        if about:
            return []
        made = named[0].definition if named else None
        if isinstance(made, Function):
            return [{"is": "own", "call": self.rows.number(made), "inside": "decorator"}]
        if name == DECORATORS + "login_not_required":
            return [{"is": "exempt"}]
        if name in ALLOWED:
            return [{"is": "methods", "methods": ALLOWED[name]}]
        if name == HTTP + "require_http_methods" and given is not None:
            return [
                {
                    "is": "methods",
                    "methods": texts(self.project, given.argument("request_method_list", 0), scope),
                }
            ]
        if name.startswith("rescind.django.") and name.rpartition(".")[2] in {"require", "optional"}:
            return [self.require(name, given, scope)]
        if name == CACHE_PAGE and given is not None:
            return [{"is": "cache", "seconds": self.seconds(given.argument("timeout", 0), scope)}]
        if name == DECORATORS + "user_passes_test" and given is not None:
            return [self.test(given, scope)]
        if name in {DECORATORS + "login_required", DECORATORS + "permission_required", STAFF}:
            perm = None if given is None else given.argument("perm", 0)
            one = text(self.project, perm, scope)
            return [{"is": name, "perms": [one] if one else texts(self.project, perm, scope)}]
        if not name or name.startswith(FRAMEWORKS):
            return [] if name else [{"is": "library", "name": ast.unparse(func)}]
        return [{"is": "library", "name": name}]

    def method_decorator(self, given: Call, scope: Scope, about: str) -> list[Layer]:
        wanted = text(self.project, given.argument("name", 1), scope)
        inner = given.argument("decorator", 0)
        if inner is None or wanted != about:
            return []
        several = inner.elts if isinstance(inner, ast.List | ast.Tuple) else [inner]
        return [layer for each in several for layer in self.decorator(each, scope)]

    def seconds(self, node: ast.expr | None, scope: Scope) -> float | None:
        only = None if node is None else self.project.values_of(node, scope).only
        return float(only.value) if only is not None and isinstance(only.value, int | float) else None

    def require(self, name: str, given: Call | None, scope: Scope) -> Layer:
        perm = None if given is None else given.argument("perm")
        role = "" if given is None else text(self.project, given.argument("role"), scope)
        one = text(self.project, perm, scope)
        return {
            "is": f"rescind.django.{name.rpartition('.')[2]}",
            "roles": [role] if role else [],
            "perms": [one] if one else texts(self.project, perm, scope),
        }

    def test(self, given: Call, scope: Scope) -> Layer:
        node = given.argument("test_func", 0)
        layer: Layer = {"is": DECORATORS + "user_passes_test"}
        for named in () if node is None else self.project.resolve(node, scope):
            if isinstance(named.definition, Function):
                layer["call"] = self.rows.number(named.definition)
        return layer


def lineage(cls: Class) -> list[Named]:
    """The class and its ancestors, in the order in which Python asks them."""
    return [Named(cls.qualname, cls), *(each for each in cls.mro if each.definition is not cls)]


def allowed(method: str, layers: Iterable[Layer]) -> bool:
    return all(method in {"ANY", *each["methods"]} for each in layers if each["is"] == "methods")


def order(found: set[str]) -> list[str]:
    return [verb.upper() for verb in VERBS if verb.upper() in found]


def first_line(cls: Class) -> int:
    return min([cls.node.lineno, *(each.lineno for each in cls.node.decorator_list)])
