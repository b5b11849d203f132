"""What views of Django for signing out, disabling and passwords do."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rescind.paths.following.facts import At
from rescind.paths.following.known import DISABLE, PASSWORD, SIGN_IN, SIGN_OUT
from rescind.paths.guards import Guards
from rescind.reading import Call, Function, Project
from rescind.reading.frameworks.facts import calls_of
from rescind.reading.nodes import walk

DEEPEST = 8
LOGOUT = (
    "django.contrib.auth.logout",
    "django.contrib.auth.alogout",
    "django.contrib.auth.logout_then_login",
    "django.contrib.auth.views.logout_then_login",
)
OUT = {
    "django.contrib.auth.views.LogoutView": "session",
    "allauth.account.views.LogoutView": "session",
    "rest_framework_simplejwt.views.TokenBlacklistView": "refresh",
    "knox.views.LogoutView": "knox",
    "knox.views.LogoutAllView": "knox",
    "oauth2_provider.views.base.RevokeTokenView": "oauth",
    "oauth2_provider.views.RevokeTokenView": "oauth",
}
CHANGES = {
    "django.contrib.auth.views.PasswordChangeView",
    "django.contrib.auth.views.PasswordResetConfirmView",
    "allauth.account.views.PasswordChangeView",
    "allauth.account.views.PasswordResetFromKeyView",
}
HELD = {
    "rest_framework.authentication.TokenAuthentication": "token",
    "knox.auth.TokenAuthentication": "knox",
    "oauth2_provider.contrib.rest_framework.authentication.OAuth2Authentication": "oauth",
}
"""What ``request.auth`` is a row of, by who authenticates."""
GONE = ("request.auth.delete", "request.auth.adelete", "request.auth.revoke")
ASKING = {"request", "self", "form", "serializer", "user"}


@dataclass
class End:
    """What one kind of end does.

    Attributes:
        offered: some route is about it.
        does: what it certainly does, with where: ``session``, ``token``, ``refresh``, ``account`` ...
        sets: attributes that are assigned to or updated, with where.
        unread: a route is about it whose code was not read.
    """

    offered: bool = False
    does: dict[str, At | str] = field(default_factory=dict)
    sets: dict[str, At] = field(default_factory=dict)
    unread: str = ""


class Ends:
    """Of all routes together."""

    def __init__(self, project: Project, guards: Guards) -> None:
        self.project = project
        self.guards = guards
        self.sign_out, self.disable, self.password, self.rest = End(), End(), End(), End()
        self.lasting: list[tuple[ast.expr, At]] = []
        self.held: set[str] = set()

    def of(self, rows: list[dict[str, Any]]) -> Ends:
        seen: set[tuple[Any, ...]] = set()
        for row in rows:
            key = (row["endpoint"], row["method"], row["path"] if row["endpoint"] is None else "")
            if key not in seen:
                seen.add(key)
                self.route(row)
        for call in calls_of(self.project, "set_expiry"):
            given = call.argument("value", 0)
            if given is not None:
                self.lasting.append((given, At(call.node, call.module)))
        if not self.sign_out.offered and "session" in self.rest.does:  # whatever it is called
            self.sign_out = self.rest
            self.sign_out.offered = True
        return self

    def route(self, row: dict[str, Any]) -> None:
        name = f"{row['path']} {row['name']} {self.name(row)}"
        bases = {public(each) for each in row.get("bases", ())}
        known = next((what for cls, what in OUT.items() if cls in bases), "")
        if row["kind"] == "admin":
            if name.endswith("AdminSite.logout"):
                self.sign_out.offered = True
                self.sign_out.does.setdefault("session", "admin/logout/")
            return
        kinds = [
            end
            for end, is_it in (
                (self.sign_out, known or SIGN_OUT.search(name)),
                (self.disable, DISABLE.search(name)),
                (self.password, bases & CHANGES or (PASSWORD.search(name) and not SIGN_IN.search(name))),
            )
            if is_it
        ]
        for end in kinds:
            end.offered = True
            if known:
                end.does.setdefault(known, row["path"])
            if bases & CHANGES:
                end.does.setdefault("password", row["path"])
        self.held = held_at(row)
        functions = [
            self.guards.function(number)
            for number in (row["endpoint"], *row.get("runs", ()))
            if number is not None
        ]
        read = [each for each in functions if each is not None]
        for end in kinds or [self.rest]:
            for function in read:
                self.function(function, end)
            if (
                end is not self.rest
                and not read
                and not known
                and not bases & CHANGES
                and row["kind"] != "library"
            ):
                end.unread = end.unread or row["path"]

    def name(self, row: dict[str, Any]) -> str:
        return "" if row["endpoint"] is None else str(self.guards.rows[row["endpoint"]]["name"])

    def function(self, function: Function, end: End) -> None:
        """What it does whatever happens, and the functions of the project that it calls."""
        for inner, node, certain in reached(function, DEEPEST, set()):
            at = At(node, inner.module)
            if isinstance(node, ast.Assign):
                self.assigned(node, end, at, certain)
            elif isinstance(node, ast.Call):
                self.call(node, inner, end, at, certain)

    def assigned(self, node: ast.Assign, end: End, at: At, certain: bool) -> None:
        for target in node.targets:
            if isinstance(target, ast.Attribute) and certain:
                end.sets.setdefault(target.attr, at)

    def call(self, node: ast.Call, inner: Function, end: End, at: At, certain: bool) -> None:
        named = self.project.callee(node, inner.scope)
        name = named[0].name if named else ""
        last = getattr(node.func, "attr", getattr(node.func, "id", ""))
        text = ast.unparse(node.func)
        if not certain:
            return
        if name in LOGOUT or (last in {"flush", "aflush"} and "session" in text):
            end.does.setdefault("session", at)
        elif last == "blacklist":
            end.does.setdefault(self.listed(node, inner, text), at)
        elif last in {"set_password", "update_session_auth_hash"}:
            end.does.setdefault("password", at)
        elif last in {"delete", "adelete"} or text.endswith(GONE):
            for what in self.deleted(node, inner, text):
                end.does.setdefault(what, at)
        elif last in {"update", "aupdate"}:
            for keyword in node.keywords:
                if keyword.arg:
                    end.sets.setdefault(keyword.arg, at)
        elif last == "revoke" and name.startswith("rescind."):
            end.does.setdefault("rescind", at)
        elif last == "save" and ("form" in text or "serializer" in text):
            end.does.setdefault("form", at)

    def listed(self, node: ast.Call, inner: Function, text: str) -> str:
        """Which kind of token ``.blacklist()`` is called on; one that was just made is not the one that is
        held."""
        base = getattr(node.func, "value", None)
        types = [] if base is None else [each.name for each in self.project.types_of(base, inner.scope)]
        if "request.auth" in text or any(each.endswith(".SlidingToken") for each in types):
            return "sliding"
        if any(each.endswith(".RefreshToken") for each in types):
            return "refresh"
        return "other" if "for_user" in text or any("for_user" in each for each in types) else "listed"

    def deleted(self, node: ast.Call, inner: Function, text: str) -> Iterator[str]:
        """What ``.delete()`` is called on: a token, sessions, an account."""
        models = {
            named.name
            for each in walk(node.func)
            if isinstance(each, ast.Name | ast.Attribute)
            for named in self.project.resolve(each, inner.scope)
        }
        whole = " ".join(models)
        mine = any(each in text for each in ("request.user", "request.auth", "user="))  # not what is swept up
        if text.endswith(GONE) and self.held:
            yield from sorted(self.held)
        elif (
            "user.auth_token" in text
            or "request.auth" in text
            or ("authtoken.models.Token" in whole and mine)
        ):
            yield "token"
        if "auth_token_set" in text or "request._auth" in text or ("knox.models.AuthToken" in whole and mine):
            yield "knox"
        if "oauth2_provider.models.AccessToken" in whole and mine:
            yield "oauth"
        if "django.contrib.sessions.models.Session" in whole:
            yield "sessions"
        if text.endswith("user.delete") or "get_user_model" in text or "User.objects" in text:
            yield "account"


def held_at(row: dict[str, Any]) -> set[str]:
    """What a request to a view may have come with, that has a row."""
    classes = [each for layer in row.get("layers", ()) for each in layer.get("authentication", ())]
    return {HELD[base] for each in classes for base in each["bases"] if base in HELD}


def public(name: str) -> str:
    """The name that a class is imported by: ``allauth.account.views._logout.LogoutView`` is kept apart."""
    return ".".join(part for part in name.split(".") if not part.startswith("_"))


def reached(
    function: Function, left: int, seen: set[Function], certain: bool = True
) -> Iterator[tuple[Function, ast.AST, bool]]:
    """Calls and assignments in a function and in those of the project that it calls, and whether they happen
    whenever it runs: not, where a switch decides."""
    if function in seen or not left:
        return
    seen.add(function)
    calls = {each.node: each for each in function.calls}
    for node in function.walk():
        if not isinstance(node, ast.Call | ast.Assign):
            continue
        sure = certain and happens(function, node)
        yield function, node, sure
        call: Call | None = calls.get(node) if isinstance(node, ast.Call) else None
        for named in call.named if call is not None else ():
            if isinstance(named.definition, Function):
                yield from reached(named.definition, left - 1, seen, sure)


def happens(function: Function, node: ast.AST) -> bool:
    """No condition stands above it but such as are about the request itself."""
    below: ast.AST = node
    for above in function.module.above(node):
        if above is function.node:
            return True
        if isinstance(above, ast.If) and below is not above.test:
            names = {each.id for each in walk(above.test) if isinstance(each, ast.Name)}
            if not names & ASKING:
                return False
        elif isinstance(
            above, ast.ExceptHandler | ast.Lambda | ast.IfExp | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            return False
        below = above
    return True
