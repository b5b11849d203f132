"""What decorators have put around a view of Django, outermost first.

A wrapper has the name of the view that it wraps, but its code still says which decorator it is of.
"""

from __future__ import annotations

import functools
import inspect
import sys
import sysconfig
from collections.abc import Callable
from typing import Any

from rescind.paths.running.callables import PLAIN, Table, bare_of, name_of

AUTH = "django.contrib.auth.decorators."
PASSES = AUTH + "user_passes_test.<locals>.decorator"
STAFF = "django.contrib.admin.views.decorators.staff_member_required"
TESTS = {
    AUTH + "login_required.<locals>.<lambda>": AUTH + "login_required",
    AUTH + "permission_required.<locals>.decorator.<locals>.check_perms": AUTH + "permission_required",
    STAFF + ".<locals>.<lambda>": STAFF,
}
ADMIN = ("AdminSite.admin_view.<locals>.inner", "wrap.<locals>.wrapper")
RESCIND = "rescind.django.guard._guarding.<locals>.decorate.<locals>."
METHODS = "django.views.decorators.http.require_http_methods.<locals>.decorator.<locals>.inner"
INNER = ("view_func", "view", "func", "function", "fn", "f", "method", "wrapped", "handler")
INNERMOST = (
    "View.as_view.<locals>.view",
    "ViewSetMixin.as_view.<locals>.view",
    "rescind.django.urls._view.<locals>.view",
)
DEEPEST = 40
LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
Layer = dict[str, Any]


def module_of(thing: Any) -> str:
    """Where the code of a callable stands, whatever a decorator says of its name."""
    bare = bare_of(thing)
    if inspect.isfunction(bare):
        return str(bare.__globals__.get("__name__", ""))
    return str(getattr(bare, "__module__", None) or type(bare).__module__)


def code_of(thing: Any) -> str:
    """Name in full of the code of a function: ``module.outer.<locals>.inner``."""
    bare = bare_of(thing)
    if not inspect.isfunction(bare):
        return name_of(bare)
    return f"{module_of(bare)}.{bare.__code__.co_qualname}"


def is_library(thing: Any) -> bool:
    """Whether it is not of the application."""
    module = sys.modules.get(module_of(thing))
    file = str(getattr(module, "__file__", "") or "")
    name = module_of(thing)
    return name.split(".")[0] in {"django", "rest_framework", "rescind", "builtins"} or file.startswith(
        LIBRARIES
    )


def held(function: Any) -> dict[str, Any]:
    """What the closure of a function holds, by name."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


class Layers:
    """Unwraps views, and says what each wrapper asks for."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def of(self, view: Any) -> tuple[list[Layer], Any]:
        """The layers around a view that matter, and what is inside of all of them."""
        found: list[Layer] = []
        for _ in range(DEEPEST):
            if isinstance(view, functools.partial):
                view = view.func
                continue
            bare = bare_of(view)
            if not inspect.isfunction(bare) or code_of(bare).endswith(INNERMOST):
                return found, bare
            inner = self.inside(bare)
            layer = self.layer(bare, wraps=inner is not None)
            found += [layer] if layer else []
            if inner is None:
                return found, bare
            view = inner
        return found, view

    def inside(self, function: Any) -> Any:
        """What a wrapper wraps; None: it is no wrapper."""
        wrapped = getattr(function, "__wrapped__", None)
        inside = held(function)
        for name in INNER:
            if callable(inside.get(name)) and not inspect.isclass(inside[name]):
                return inside[name]
        if callable(wrapped):
            return wrapped
        return None

    def layer(self, function: Any, *, wraps: bool) -> Layer | None:
        """What it asks for; None: nothing that is about who asks, or the view itself."""
        code, inside = code_of(function), held(function)
        if code.startswith(PASSES):
            return self.test(inside.get("test_func"))
        if code.startswith("django.contrib.admin.") and code.endswith(ADMIN):
            return self.admin(inside)
        if code.startswith(RESCIND):
            return required(inside.get("admit") or inside.get("aadmit"))
        if code == METHODS:
            return {"is": "methods", "methods": [str(each) for each in inside["request_method_list"]]}
        if "make_middleware_decorator.<locals>" in code:
            return remembered(inside)
        if not wraps:
            return None
        if is_library(function):
            return (
                None
                if code.startswith(("django.", "rest_framework.", "contextlib."))
                else {"is": "library", "name": code}
            )
        return {"is": "own", "call": self.table.number(function), "inside": "wrapper"}

    def test(self, test: Callable[..., Any] | None) -> Layer:
        """Of ``user_passes_test`` and what Django makes with it."""
        name = TESTS.get(code_of(test))
        if name is None:
            return {"is": AUTH + "user_passes_test", "call": self.table.number(test)}
        perms = held(test).get("perms", ()) if name.endswith("permission_required") else ()
        return {"is": name, "perms": [str(each) for each in perms]}

    def admin(self, inside: dict[str, Any]) -> Layer:
        """``AdminSite.admin_view`` around a page."""
        site = inside.get("self")
        site = getattr(site, "admin_site", site)
        own = getattr(type(site), "has_permission", None)
        layer: Layer = {"is": "django.contrib.admin.sites.AdminSite.admin_view"}
        if own is not None and not is_library(own):
            layer["call"] = self.table.number(own)
        return layer

    def decorator(self, made: Any) -> list[Layer]:
        """What a decorator that was given to ``method_decorator`` asks for."""
        if isinstance(made, list | tuple):
            return [layer for each in made for layer in self.decorator(each)]
        code = code_of(made)
        if code in {*TESTS.values()}:
            return [{"is": code, "perms": []}]
        inside = held(bare_of(made)) if inspect.isfunction(bare_of(made)) else {}
        if code == PASSES:
            return [self.test(inside.get("test_func"))]
        if code == AUTH + "permission_required.<locals>.decorator":
            return [
                {"is": AUTH + "permission_required", "perms": [str(each) for each in inside.get("perms", ())]}
            ]
        if code == "rescind.django.guard._guarding.<locals>.decorate":
            return [required(inside.get("admit"))]
        if code == METHODS.removesuffix(".<locals>.inner"):
            return [{"is": "methods", "methods": [str(each) for each in inside["request_method_list"]]}]
        if is_library(made):
            harmless = code.startswith(("django.", "rest_framework.", "contextlib."))
            return [] if harmless else [{"is": "library", "name": code}]
        return [{"is": "own", "call": self.table.number(made), "inside": "decorator"}]


def remembered(inside: dict[str, Any]) -> Layer | None:
    """``cache_page(seconds)``: an earlier answer may be given instead of what is inside of it."""
    before = inside.get("_pre_process_request")
    middleware = held(before).get("middleware") if before is not None else None
    own = getattr(middleware, "page_timeout", None)
    seconds = getattr(middleware, "cache_timeout", None) if own is None else own
    return None if seconds is None else {"is": "cache", "seconds": float(seconds)}


def required(admit: Any) -> Layer:
    """``rescind.django.require(...)`` and ``optional()``."""
    wish = getattr(admit, "keywords", {}).get("wish")
    if wish is not None:
        return wished(wish)
    name = name_of(admit)
    return (
        {"is": "rescind.django.optional"} if name.endswith("admit_any") else {"is": "library", "name": name}
    )


def wished(wish: Any) -> Layer:
    role = wish.asked.role
    return {
        "is": "rescind.django.require",
        "perms": list(wish.perms),
        "roles": [role] if isinstance(role, str) else [],
    }


def plain(value: Any) -> Any:
    """A setting as JSON has it; None for what is no plain value."""
    if isinstance(value, PLAIN):
        return value
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return name_of(value) if inspect.isclass(value) or inspect.isfunction(value) else str(value)
