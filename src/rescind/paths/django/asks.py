"""What stands before a view of Django: whether a credential must be there, which one, and who may."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any

from rescind.paths.django.anonymous import Anonymous, Read, Verdict
from rescind.paths.django.ends import public
from rescind.paths.django.permissions import Permissions
from rescind.paths.django.simplejwt import REFRESHES
from rescind.paths.django.things import REQUEST, SELF, USER
from rescind.paths.guards import Guards
from rescind.reading import Function, Project
from rescind.reading.nodes import walk

AUTH = "django.contrib.auth."
SIGNED_IN = {
    AUTH + "decorators.login_required",
    AUTH + "mixins.LoginRequiredMixin",
    AUTH + "middleware.LoginRequiredMiddleware",
}
PERMISSION = {AUTH + "decorators.permission_required", AUTH + "mixins.PermissionRequiredMixin"}
TESTS = {AUTH + "decorators.user_passes_test", AUTH + "mixins.UserPassesTestMixin"}
STAFF = {
    "django.contrib.admin.views.decorators.staff_member_required",
    "django.contrib.admin.sites.AdminSite.admin_view",
}
REQUIRED = ("rescind.django.require", "rescind.django.RequireMixin")
USED = {
    AUTH + "views.LogoutView",
    AUTH + "views.PasswordChangeView",
    "allauth.account.views.LogoutView",
}
OF_REQUEST = {"request", "self", "user", "u", "account", "bool"}


@dataclass
class Asked:
    """What a route asks for.

    Attributes:
        user: attributes of ``request.user`` that are looked at, in full; empty: nobody asks who it is.
        sources: other credentials that the application's own code reads: ``bearer``, ``session:user_id``.
        rest: the layer of REST framework, if the view is one of its.
        rescind: ``True`` or ``"conditional"`` where rescind itself is asked; a name of its own routes.
        remembered: seconds for which an earlier answer is given before anybody is asked.
        own: functions of the application that were gone through.
        decides: attributes that a refusal of theirs hangs on, and nothing else.
    """

    verdict: Verdict = False
    user: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    rest: dict[str, Any] | None = None
    rescind: Verdict = False
    route: str = ""
    own: list[int] = field(default_factory=list)
    decides: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    remote: bool = False
    remembered: float | None = None
    takes_over: bool = False

    def add(self, verdict: Verdict) -> None:
        self.verdict = stronger(self.verdict, verdict)

    def read(self, found: Read) -> None:
        self.add(found.verdict)
        self.user |= found.seen.user
        self.sources |= found.seen.sources
        self.roles |= found.seen.roles


def stronger(one: Verdict, other: Verdict) -> Verdict:
    """Of two things that are asked one after the other."""
    for verdict in (True, None, "conditional"):
        if one is verdict or other is verdict or (verdict == "conditional" and verdict in (one, other)):
            return verdict
    return False


class Asking:
    """Goes through the layers of routes, and what is behind them."""

    def __init__(self, project: Project, guards: Guards) -> None:
        self.project = project
        self.guards = guards
        self.permissions = Permissions(project, guards)

    def of(self, row: dict[str, Any]) -> Asked:
        asked = Asked()
        for layer in row["layers"]:
            self.layer(layer, row, asked)
        if asked.verdict is not True or row["kind"] == "route":
            self.body(row, asked)
        return asked

    def layer(self, layer: dict[str, Any], row: dict[str, Any], asked: Asked) -> None:
        name = layer["is"]
        asked.roles |= {each for each in (*layer.get("perms", ()), *layer.get("roles", ())) if each}
        if name in SIGNED_IN:
            self.signed_in(asked, True)
        elif name in PERMISSION:
            self.tested(layer, row, asked, True)
        elif name in STAFF:
            asked.roles.add("is_staff")
            asked.user.add("is_staff")
            self.tested(layer, row, asked, True)
        elif name in TESTS:
            self.tested(layer, row, asked, None)
        elif name in REQUIRED or name == "rescind.django.optional":
            asked.rescind = "conditional" if name.endswith("optional") else True
            asked.add(asked.rescind)
        elif name == "rescind.django.urls":
            asked.route = layer["name"]
            asked.rescind = "conditional" if layer["name"] == "sign_out" else bool(layer["credential"])
            asked.add(True if layer["name"] == "refresh" else asked.rescind)
        elif name == "rest_framework":
            asked.rest = layer
            self.rest(layer, row, asked)
        elif name == "own":
            self.own(layer, row, asked)
        elif name in {"library", "library middleware"}:
            self.library(layer, asked)
        elif name == "cache" and not asked.verdict and row["method"] in {"GET", "ANY"}:
            asked.remembered = layer["seconds"] if layer["seconds"] is not None else inf
        elif "RemoteUser" in name:
            asked.remote = True

    def signed_in(self, asked: Asked, verdict: Verdict) -> None:
        asked.user.add("is_authenticated")
        asked.add(verdict)

    def tested(self, layer: dict[str, Any], row: dict[str, Any], asked: Asked, otherwise: Verdict) -> None:
        """By a function of the application's own, if there is one."""
        number = layer.get("call")
        asked.user.add("")
        if number is None:
            asked.add(otherwise)
            return
        function = self.guards.function(number)
        if function is None:
            self.unread(number, asked)
            return
        asked.own.append(number)
        self.decided(function, asked)
        asked.read(Anonymous(self.project, row).test(function, given_to(function)))

    def own(self, layer: dict[str, Any], row: dict[str, Any], asked: Asked) -> None:
        """A decorator, a middleware or ``dispatch`` of the application."""
        for number in layer.get("calls") or [layer["call"]]:
            found = self.guards.function(number)
            if found is None:
                if layer["inside"] != "middleware":
                    self.unread(number, asked)
                continue
            for function in inner_of(found) if layer["inside"] in {"decorator", "middleware"} else [found]:
                asked.own.append(number if function is found else self.guards.add(function))
                reading = Anonymous(self.project, row)
                before = reading.answer(function, given_to(function))
                if layer["inside"] == "middleware" and sets_user(function):
                    asked.takes_over = True
                    asked.notes.append(f"{layer['name']} says who request.user is")
                if before.verdict is None and before.seen.path:
                    asked.notes.append(
                        f"{function.qualname} decides by the path: "
                        f"{function.place.file}:{function.place.line}"
                    )
                self.decided(function, asked)
                if layer["inside"] == "middleware" and before.verdict == "conditional":
                    continue  # it looks at who it is, and lets everybody on
                asked.read(before)

    def library(self, layer: dict[str, Any], asked: Asked) -> None:
        if public(layer["name"]) in WELCOMING:
            return
        asked.notes.append(f"{layer['name']} is not read")
        if layer["is"] == "library" and not any(word in layer["name"] for word in HARMLESS):
            asked.add(None)

    def unread(self, number: int, asked: Asked) -> None:
        asked.notes.append(f"{self.guards.rows[number]['name']} is not among what was read")
        asked.add(None)

    def rest(self, layer: dict[str, Any], row: dict[str, Any], asked: Asked) -> None:
        found = self.permissions.of(layer, row)
        asked.read(found)
        asked.own += found.values
        for number in found.values:
            function = self.guards.function(number)
            if function is not None:
                self.decided(function, asked)

    def decided(self, function: Function, asked: Asked) -> None:
        asked.decides |= deciding(
            function, lambda node: Anonymous(self.project, {"path": ""}).refuses(node, function)
        )

    def body(self, row: dict[str, Any], asked: Asked) -> None:
        """The view itself, and what of its class runs before it."""
        for number in (*row.get("runs", ()), *([] if row["endpoint"] is None else [row["endpoint"]])):
            function = self.guards.function(number)
            if function is not None:
                asked.own.append(number)
                self.decided(function, asked)
                asked.read(Anonymous(self.project, row).answer(function, given_to(function)))
        if REFRESHES & set(row.get("bases", ())):
            asked.route = "simplejwt"
            asked.add(True)
        if USED & {public(each) for each in row.get("bases", ())}:
            self.signed_in(asked, "conditional")


WELCOMING = {
    f"allauth.account.{each}.dispatch"
    for each in ("views.LoginView", "views.SignupView", "mixins.RedirectAuthenticatedUserMixin",
                 "mixins.CloseableSignupMixin")
}  # fmt: skip
"""Of pages for signing in and up, which ask nobody who it is: whoever is signed in is sent elsewhere, and one
that is closed is closed to everybody."""
HARMLESS = (
    "cache",
    "csrf",
    "gzip",
    "vary",
    "cors",
    "ratelimit",
    "rate_limit",
    "sentry",
    "swagger",
    "schema",
    "unauthenticated_only",
)


def given_to(function: Function) -> dict[str, Any]:
    """What the first parameters of a view, a wrapper, a test or a method are."""
    plain = [each.name for each in function.parameters if each.kind == "plain"]
    given: dict[str, Any] = {}
    if function.cls is not None and not function.is_static and plain:
        given[plain.pop(0)] = SELF
    if plain and plain[0] in {"user", "u", "account"}:
        given[plain[0]] = USER
    elif plain and plain[0] != "self":
        given[plain[0]] = REQUEST
    for name in plain[1:]:
        if name == "request":
            given[plain[0]], given[name] = SELF, REQUEST
    return given


def inner_of(function: Function) -> Iterable[Function]:
    """What a decorator or a middleware that is a function gives back."""
    names = {getattr(each, "id", "") for each in function.returns}
    found = [each for each in function.inner if each.name in names]
    return [deepest for each in found for deepest in inner_of(each)] or found or [function]


def deciding(function: Function, refuses: Callable[[list[ast.stmt]], bool]) -> set[str]:
    """Names of attributes that by themselves make it refuse, or that its result is made of."""
    found: set[str] = set()
    for node in function.walk():
        test = None
        if isinstance(node, ast.If) and (refuses(node.body) or refuses(node.orelse)):
            test = node.test
        elif isinstance(node, ast.Return) and isinstance(
            node.value, ast.BoolOp | ast.UnaryOp | ast.Attribute | ast.Compare
        ):
            test = node.value
        if test is not None and all(
            each.id in OF_REQUEST for each in walk(test) if isinstance(each, ast.Name)
        ):
            found |= {each.attr for each in walk(test) if isinstance(each, ast.Attribute)}
    return found


def sets_user(function: Function) -> bool:
    return any(written == "user" for written in attributes_set(function))


def attributes_set(function: Function) -> Iterator[str]:
    """Names of attributes that are assigned to."""
    for node in function.walk():
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
