"""Whether code is about authentication: itself, or because such code calls it."""

from __future__ import annotations

import ast

from rescind.reading import Function
from rescind.review.flow import Flow
from rescind.review.naming.words import speaks_of_auth

APIS = (
    "django.contrib.auth.", "django.contrib.sessions.", "flask_login.", "flask_jwt_extended.",
    "flask_security.",
    "jwt.", "jose.", "joserfc.", "authlib.", "passlib.", "bcrypt.", "argon2.", "itsdangerous.", "oauthlib.",
    "fastapi.security.", "fastapi_users.", "rest_framework.authtoken.", "rest_framework_simplejwt.", "pyotp.",
    "django.core.signing.", "werkzeug.security.", "social_core.", "allauth.",
)  # fmt: skip
METHODS = {"set_cookie", "delete_cookie", "check_password", "set_password", "cycle_key", "set_signed_cookie"}
FARTHEST = 3  # calls


class Near:
    """Of one project; each function is judged once."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._known: dict[Function, bool] = {}
        self._own: dict[Function, bool] = {}

    def __call__(self, function: Function) -> bool:
        """Whether a function is about authentication, or is called from there over no more than `FARTHEST`
        calls."""
        if function not in self._known:
            self._known[function] = self.reached(function)
        return self._known[function]

    def reached(self, function: Function) -> bool:
        seen, edge = {function}, [function]
        for _ in range(FARTHEST + 1):
            if any(self.own(each) for each in edge):
                return True
            above = {
                caller
                for each in edge
                for call in self.flow.calls.callers(each)
                if (caller := call.module.function_of(call.node)) is not None
            }
            edge = [each for each in above if each not in seen]
            seen |= above
        return False

    def own(self, function: Function) -> bool:
        found = self._own.get(function)
        if found is None:
            found = self._own[function] = self.says_so(function)
        return found

    def says_so(self, function: Function) -> bool:
        paths = [route.path for route in self.flow.entries.routes(function)]
        if any(speaks_of_auth(each) for each in (function.qualname, *paths)):
            return True
        names = [named.name for each in function.decorators for named in each.named]
        for call in function.calls:
            names += [named.name for named in call.named]
            if isinstance(call.node.func, ast.Attribute) and call.node.func.attr in METHODS:
                return True
        return any(name.startswith(APIS) for name in names)
