"""The routes of source that cannot be imported, in the form in which a running framework gives them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from rescind.paths.following.facts import At
from rescind.paths.following.known import GUARDING, JWT_REQUIRED, SCHEMES, VALIDATION
from rescind.paths.reaching import imported
from rescind.reading import Call, Class, Function, Module, Project, walk
from rescind.reading.frameworks import RouteFact, routes
from rescind.reading.frameworks.facts import Before, calls_of, made_by, owner
from rescind.reading.scopes import Scope

LIFETIME = "PERMANENT_SESSION_LIFETIME"
SETTINGS = (LIFETIME, "JWT_ACCESS_TOKEN_EXPIRES", "JWT_REFRESH_TOKEN_EXPIRES", "JWT_TOKEN_LOCATION",
            "SESSION_TYPE", "SESSION_REFRESH_EACH_REQUEST", "SECURITY_TOKEN_MAX_AGE",
            "SECURITY_TOKEN_AUTHENTICATION_HEADER", "SECURITY_DEFAULT_REMEMBER_ME")  # fmt: skip
ENTRIES = ("dispatch", "__call__")  # of middleware that is a class
OVERRIDES = "dependency_overrides"
AFTER = (".after_request", ".after_app_request")
HTTPAUTH = re.compile(r"flask_httpauth\.(?:HTTP\w+Auth|HTTPAuth|MultiAuth)\.login_required$")
HTTPAUTH_CLASS = re.compile(r"^flask_httpauth\.(?:HTTP)?(\w+)Auth$")
PROTECTORS = {"authlib.integrations.flask_oauth2.ResourceProtector",
              "authlib.integrations.flask_oauth2.resource_protector.ResourceProtector"}  # fmt: skip
TESTS = re.compile(r"(?:^|[._])(?:tests?|conftest)(?:[._]|$)")
LOADERS = {
    "user_loader": "LoginManager.user_loader",
    "token_in_blocklist": "JWTManager.token_in_blocklist_loader",
    "user_lookup": "JWTManager.user_lookup_loader",
}
FLASK_LOGIN = (
    "flask_login.login_required",
    "flask_login.fresh_login_required",
    "flask_login.utils.login_required",
)


def facts_of(project: Project) -> dict[str, Any]:
    """As `rescind.paths.running.child` answers; empty if no route was found."""
    found = routes(project)
    if not found:
        from rescind.paths.django import reading_only as django  # which stands on this module

        return django.facts_of(project)
    rows = Rows(project)
    after = rows.after()
    made = [
        {"method": each.method, "path": each.path, "kind": "route", "name": each.name, "guards":
        rows.before(each), "after": after,
         "endpoint": rows.missing(each) if each.endpoint is None else rows.number(each.endpoint)}
        for each in found
    ]  # fmt: skip
    hooks = rows.loaders()
    rows.sessions()
    return {
        "framework": found[0].framework, "routes": made, "callables": rows.rows, "settings":
        settings(project), "hooks": hooks, "file": "",
        "overridden": rows.overridden(),
    }  # fmt: skip


def settings(project: Project) -> dict[str, Any]:
    """How long sessions and tokens last, and where tokens are looked for; None where it is set to something
    that could not be read."""
    found: dict[str, Any] = {}
    for module in project.modules:
        for name in SETTINGS:
            if name not in module.text and (name != LIFETIME or LIFETIME.lower() not in module.text):
                continue
            found.setdefault(name, None)
            for value in set_to(module.tree, name):
                for option in project.values_of(value, module.scope_of(value)).options:
                    if isinstance(option.value, int | float) and not isinstance(option.value, bool):
                        found[name] = float(option.value)
                    elif isinstance(option.value, bool | str | list | tuple):
                        found[name] = option.value
    return found | sessions_kept(project, found)


def sessions_kept(project: Project, found: dict[str, Any]) -> dict[str, Any]:
    """Whether Flask-Session keeps sessions, and where."""
    if not any(each.name.startswith("flask_session.") for each in calls_of(project, "Session", "init_app")):
        return {}
    caches = [
        project.name_of(value.func, module.scope_of(value))
        for module in project.modules if "SESSION_CACHELIB" in module.text
        for value in set_to(module.tree, "SESSION_CACHELIB") if isinstance(value, ast.Call)
    ]  # fmt: skip
    kind = found.get("SESSION_TYPE") or "?"
    return {
        "session_interface": f"flask_session.{kind}",
        "session_store": caches[0] if len(caches) == 1 else "",
    }


def set_to(tree: ast.Module, wanted: str) -> Iterator[ast.expr]:
    """``app.permanent_session_lifetime = x``, ``app.config[...] = x``, ``app.config.update(...=x)``"""
    for node in walk(tree):
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            name = getattr(target, "attr", getattr(target, "id", ""))
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                name = str(target.slice.value)
            if name.upper() == wanted:
                yield node.value
        elif isinstance(node, ast.Call):
            yield from (each.value for each in node.keywords if each.arg == wanted)


def attribute_of(node: ast.expr) -> ast.expr:
    """As a decorator of the object would be written."""
    return ast.copy_location(ast.Attribute(node, "login_required", ast.Load()), node)


class Rows:
    """Functions as the callables of a running application."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.rows: list[dict[str, Any]] = []
        self._numbers: dict[object, int] = {}
        self._middleware: dict[Module, list[int]] = {}
        self._applications: list[set[Module]] | None = None

    def add(self, key: object, **row: Any) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.rows)
            self.rows.append(
                {"class": "", "options": {}, "below": [], "wraps": None, "file": "", "line": 0, **row}
            )
        return self._numbers[key]

    def number(self, function: Function, *, named: bool = False) -> int:
        """``named``: what stands under its name, decorators and all."""
        place = {"file": str(function.module.path), "line": function.node.lineno}
        return self.add((function, named), name=function.qualname, named=named, **place)

    def missing(self, route: RouteFact) -> int:
        return self.add((route.module, route.line), name=route.name or "?", file="", line=route.line)

    def before(self, route: RouteFact) -> list[int]:
        around = [] if route.framework == "flask" else self.middleware(route.module)
        return [*around, *(number for each in route.before for number in self.guard(each))]

    def guard(self, before: Before) -> list[int]:
        """A function, what a decorator puts around the view, or a security scheme."""
        node = before.node.func if isinstance(before.node, ast.Call) else before.node
        for named in self.project.resolve(node, before.scope):
            made = named.definition
            if isinstance(made, Function):
                returned = {each.id for each in made.returns if isinstance(each, ast.Name)}
                inner = [each for each in made.inner if each.name in returned]
                return [self.number(each) for each in inner] or [self.number(made, named=True)]
            if named.name in FLASK_LOGIN:
                return [self.add(named.name, name=named.name, file="/flask_login/utils.py")]
            packaged = self.of_authlib(named.name, before) or self.packaged(named.name, before)
            if packaged:
                return packaged
        for named in self.project.types_of(before.node, before.scope):
            if named.name.rpartition(".")[2] in SCHEMES:
                return [self.add(named.name, name=named.name, **{"class": named.name})]
        return []

    def packaged(self, name: str, before: Before) -> list[int]:
        """``@jwt_required(refresh=True)``, ``@auth.login_required`` of Flask-HTTPAuth."""
        call = before.node if isinstance(before.node, ast.Call) else None
        options = {k.arg: getattr(k.value, "value", "?") for k in call.keywords if k.arg} if call else {}
        given: dict[str, Any] = {"name": name, "options": options}
        if name == JWT_REQUIRED:
            return [self.add((before.node, name), file="/flask_jwt_extended/view_decorators.py", **given)]
        if name.startswith("flask_security."):
            return self.of_security(name, call, before)
        if not HTTPAUTH.match(name):
            return self.unread(name, before)
        asks = self.asks(call.func if call else before.node, before.scope)
        return [self.add((before.node, name), file="/flask_httpauth.py", asks=asks, **given)]

    def of_authlib(self, name: str, before: Before) -> list[int]:
        """``@require_oauth("profile")``, where ``require_oauth = ResourceProtector()``"""
        made = made_by(self.project, name)
        if made is None or self.project.name_of(made[0].func, made[1]) not in PROTECTORS:
            return []
        call = before.node if isinstance(before.node, ast.Call) else None
        options = {k.arg: getattr(k.value, "value", "?") for k in call.keywords if k.arg} if call else {}
        given = [
            each
            for each in calls_of(self.project, "register_token_validator")
            if owner(self.project, each) == name and each.node.args
        ]
        row: dict[str, Any] = {
            "name": name,
            "file": "/authlib/integrations/flask_oauth2/",
            "options": options,
        }
        row |= self.validator(given[0]) if len(given) == 1 else {}
        return [self.add((before.node, name), **row)]

    def validator(self, call: Call) -> dict[str, Any]:
        """Who finds a token, and who validates it: ``require_oauth.register_token_validator(Mine())``"""
        types = self.project.types_of(call.node.args[0], call.module.scope_of(call.node))
        classes = [each.definition for each in types if isinstance(each.definition, Class)]
        if len(classes) != 1:
            return {}
        finds, validates = (classes[0].member(each) for each in ("authenticate_token", "validate_token"))
        if finds is None or not isinstance(finds.definition, Function):
            return {}
        own = validates is None or not validates.name.startswith("authlib.oauth2.rfc6750.")
        return {"finds": self.number(finds.definition), "validates": "" if own else VALIDATION}

    def of_security(self, name: str, call: ast.Call | None, before: Before) -> list[int]:
        """``@auth_required("token", "session")``"""
        module = before.scope.module
        view = module.parent_of(before.node)
        given = [getattr(each, "value", None) for each in call.args] if call else []
        row: dict[str, Any] = {
            "name": name, "made_by": name, "file": "/flask_security/decorators.py",
            "methods": [each if isinstance(each, str) else None for each in given],
            "wraps": self.number(self.project.function(module, view))
            if isinstance(view, ast.FunctionDef | ast.AsyncFunctionDef) else None,
        }  # fmt: skip
        return [self.add((before.node, name), **row)]

    def unread(self, name: str, before: Before) -> list[int]:
        """A decorator of a package that is called as guards are: it may turn somebody away."""
        if not GUARDING.search(name.rpartition(".")[2]):
            return []
        return [self.add((before.node, name), name=name, unread=At(before.node, before.scope.module))]

    def asks(self, node: ast.expr, scope: Scope) -> list[dict[str, Any]]:
        """The schemes of ``@auth.login_required``, each with the functions that ``@auth.verify_token`` gave
        it."""
        held = self.project.name_of(node.value, scope) if isinstance(node, ast.Attribute) else ""
        made = made_by(self.project, held)
        kinds = [HTTPAUTH_CLASS.search(self.project.name_of(made[0].func, made[1]))] if made else []
        if made is None or not kinds or kinds[0] is None:
            return []
        if kinds[0][1] == "Multi":
            return [each for given in made[0].args for each in self.asks(attribute_of(given), made[1])]
        read = [self.project.values_of(k.value, made[1]).texts for k in made[0].keywords if k.arg == "header"]
        verifying = [
            self.number(function)
            for module in self.project.modules
            if "verify_" in module.text
            for function in module.functions
            if any(self.verifies(each.node, function, held) for each in function.decorators)
        ]
        header = read[0][0] if read and read[0] else None
        return [{"kind": kinds[0][1].lower(), "header": header, "functions": verifying}]

    def verifies(self, node: ast.expr, function: Function, held: str) -> bool:
        """``@auth.verify_token``, ``@auth.verify_password``, where `held` is the name of ``auth``."""
        return (
            isinstance(node, ast.Attribute)
            and node.attr in {"verify_token", "verify_password"}
            and self.project.name_of(node.value, function.outer) == held
        )

    def sessions(self) -> None:
        """``app.add_middleware(SessionMiddleware, max_age=...)``, ``Middleware(SessionMiddleware, ...)``"""
        for call in calls_of(self.project, "add_middleware", "Middleware"):
            scope = call.module.scope_of(call.node)
            name = self.project.name_of(call.node.args[0], scope) if call.node.args else ""
            given = call.argument("max_age")
            options: dict[str, object] = {}
            if given is not None:
                only = self.project.values_of(given, scope).only
                options = {"max_age": only.value} if only is not None else {"max_age": "?"}
            self.add((call.module, call.node), name=name, middleware=name, options=options)

    def applications(self) -> list[set[Module]]:
        """Of each module that makes an application, all that it imports."""
        if self._applications is None:
            made = {each.module: None for each in calls_of(self.project, "FastAPI", "Starlette")}
            self._applications = [imported(self.project, [each]) for each in made]
        return self._applications

    def middleware(self, home: Module) -> list[int]:
        """``@app.middleware("http")`` of every application that has the routes of a module."""
        if home in self._middleware:
            return self._middleware[home]
        having = [some for some in self.applications() if home in some] or self.applications()
        found = [
            self.number(function)
            for module in self.project.modules
            if ".middleware(" in module.text and all(module in some for some in having)
            for function in module.functions
            if any(
                each.name.endswith((".FastAPI.middleware", ".Starlette.middleware"))
                for each in function.decorators
            )
        ]
        for number in found:
            self.rows[number]["around"] = True
        found += self.of_classes(having)
        self._middleware[home] = found
        return found

    def of_classes(self, having: list[set[Module]]) -> list[int]:
        """``app.add_middleware(Wall)``, ``Middleware(Wall)`` with a class of the project."""
        found = []
        for call in calls_of(self.project, "add_middleware", "Middleware"):
            if not call.node.args or not all(call.module in some for some in having):
                continue
            for named in self.project.resolve(call.node.args[0], call.module.scope_of(call.node)):
                made = named.definition
                members = [made.member(each) for each in ENTRIES] if isinstance(made, Class) else []
                called = [each.definition for each in members if each is not None]
                run = [each for each in called if isinstance(each, Function)]
                if run:
                    below = [self.number(run[0])]
                    key, name = (call.module, call.node, "class"), named.name
                    found.append(self.add(key, name=name, middleware=name, below=below))
        return found

    def after(self) -> list[int]:
        """``@app.after_request``: what may keep again what an endpoint has removed."""
        return [
            self.number(function)
            for module in self.project.modules if "after_" in module.text
            for function in module.functions
            if any(each.name.endswith(AFTER) for each in function.decorators)
        ]  # fmt: skip

    def overridden(self) -> list[int]:
        """``app.dependency_overrides[guard] = other``, but for what tests do."""
        named = [
            each.definition
            for module in self.project.modules
            if OVERRIDES in module.text and not TESTS.search(module.name)
            for node in walk(module.tree)
            if isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == OVERRIDES
            for each in self.project.resolve(node.slice, module.scope_of(node))
        ]
        return [self.number(each) for each in named if isinstance(each, Function)]

    def loaders(self) -> dict[str, int]:
        """The functions that Flask-Login loads accounts with, and that Flask-JWT-Extended asks."""
        found: dict[str, int] = {}
        for module in self.project.modules:
            for function in module.functions if "_loader" in module.text else ():
                for name, ends in LOADERS.items():
                    if any(each.name.endswith(ends) for each in function.decorators):
                        found.setdefault(name, self.number(function))
        return found
