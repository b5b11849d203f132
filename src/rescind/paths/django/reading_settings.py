"""Settings of Django from their source alone; what is not certain there is ``?``: nothing is known of it."""

from __future__ import annotations

import ast
from typing import Any

from rescind.paths.reading_only import Rows
from rescind.reading import Class, Function, Module, Project, Variable
from rescind.reading.frameworks.django import setting
from rescind.reading.scopes import Scope

BACKEND = "django.contrib.auth.backends.ModelBackend"
USER = "django.contrib.auth.models.User"
BASE_USER = "django.contrib.auth.base_user.AbstractBaseUser"
DEFAULTS: dict[str, Any] = {
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "SESSION_COOKIE_AGE": 1_209_600,
    "SESSION_SAVE_EVERY_REQUEST": False,
    "SESSION_CACHE_ALIAS": "default",
    "AUTHENTICATION_BACKENDS": [BACKEND],
    "AUTH_USER_MODEL": "auth.User",
    "MIDDLEWARE": [],
    "INSTALLED_APPS": [],
    "DATABASE_ROUTERS": [],
}
DICTS = ("SIMPLE_JWT", "REST_KNOX", "OAUTH2_PROVIDER", "RESCIND", "REST_FRAMEWORK")
METHODS = (("get_user", "call", "get_user"), ("can", "can_call", "user_can_authenticate"))
ASKING = (".LoginRequiredMiddleware", ".RemoteUserMiddleware", ".PersistentRemoteUserMiddleware")
ENGINE = {"load", "exists", "delete", "flush", "get_session_cookie_age"}
CACHED = ("cache.FetchFromCacheMiddleware", "cache.CacheMiddleware")
HOOKS = ("__call__", "process_request", "process_view")


class Settings:
    """Of one module."""

    def __init__(self, project: Project, module: Module, rows: Rows) -> None:
        self.project = project
        self.module = module
        self.rows = rows

    def value(self, name: str, default: Any = None) -> Any:
        values = setting(self.project, self.module, name)
        if values is None:
            return default
        return values.only.value if values.only is not None else "?"

    def listed(self, name: str, default: Any) -> list[str]:
        found = self.value(name, default)
        if not isinstance(found, list | tuple):
            return ["?"]
        return [each if isinstance(each, str) else "?" for each in found]

    def all(self) -> dict[str, Any]:
        """As those of a running application."""
        found: dict[str, Any] = {}
        for name, default in DEFAULTS.items():
            several = isinstance(default, list)
            found[name] = self.listed(name, default) if several else self.value(name, default)
        for name in DICTS:
            found[name] = self.mapping(name)
        caches, databases = self.mapping("CACHES"), self.mapping("DATABASES")
        found["CACHES"] = {alias: backend_of(each) for alias, each in caches.items()}
        found["DATABASES"] = {alias: backend_of(each, "ENGINE") for alias, each in databases.items()}
        found["engine"] = self.engine(str(found["SESSION_ENGINE"]))
        classes = found["SIMPLE_JWT"].pop("AUTH_TOKEN_CLASSES", None)
        if classes:
            found["SIMPLE_JWT"]["AUTH_TOKEN_CLASSES"] = [
                self.token(str(each), found["SIMPLE_JWT"]) for each in classes
            ]
        return found

    def mapping(self, name: str) -> dict[str, Any]:
        """A dictionary; an entry whose value is not certain is ``?``."""
        values = setting(self.project, self.module, name)
        options = () if values is None else values.options
        found = next((dict(each.value) for each in options if isinstance(each.value, dict)), {})
        for named in self.project.find(f"{self.module.name}.{name}", self.module):
            written = named.definition.values if isinstance(named.definition, Variable) else []
            scope = named.definition.bindings[-1].scope if isinstance(named.definition, Variable) else None
            for node in written:
                pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
                for key, value in pairs:
                    if isinstance(key, ast.Constant) and scope is not None and self.is_open(value, scope):
                        found[str(key.value)] = "?"
        return found

    def is_open(self, node: ast.expr, scope: Scope) -> bool:
        """Whether it may be something else than what stands there."""
        return (
            not isinstance(node, ast.Dict | ast.List | ast.Tuple)
            and self.project.values_of(node, scope).only is None
        )

    def token(self, name: str, jwt: dict[str, Any]) -> dict[str, Any]:
        sliding = name.endswith("SlidingToken")
        given = jwt.get("SLIDING_TOKEN_LIFETIME" if sliding else "ACCESS_TOKEN_LIFETIME", 300.0)
        lifetime = "?" if given == "?" else float(given)
        return {"name": name, "bases": [name], "lifetime": lifetime}

    def engine(self, name: str) -> list[str]:
        """The classes of an engine of the application's own, and what it has of its own."""
        found = [each.definition for each in self.project.find(f"{name}.SessionStore", self.module)]
        for made in found:
            if isinstance(made, Class):
                own = {each.name for each in made.methods} & ENGINE
                return [each.name for each in made.mro] + [f"own {each}" for each in sorted(own)]
        return [f"{name}.SessionStore"]

    def middleware(self) -> list[dict[str, Any]]:
        """Those that may refuse, as of a running application."""
        found: list[dict[str, Any]] = []
        for path in self.listed("MIDDLEWARE", []):
            made = next((each.definition for each in self.project.find(path, self.module)), None)
            if isinstance(made, Function):
                found.append(own_middleware(path, [self.rows.number(made)]))
            elif isinstance(made, Class):
                calls = [self.rows.number(each) for each in made.methods if each.name in HOOKS]
                known = [each.name for each in made.mro if each.name.endswith(ASKING)]
                if calls:
                    found.append(own_middleware(path, calls))
                elif known:
                    found.append({"is": known[0]})
            elif path.endswith(CACHED):
                given = self.value("CACHE_MIDDLEWARE_SECONDS", 600)
                found.append({"is": "cache", "seconds": given if isinstance(given, int | float) else None})
            elif path.endswith(ASKING):
                found.append({"is": path})
            elif not path.startswith(("django.", "rescind.")):
                found.append({"is": "library middleware", "name": path})
        return found

    def accounts(self) -> dict[str, Any]:
        """What is looked at when a user is read."""
        made = self.user_model()
        active, owner, number = "field", BASE_USER, None
        if made is not None:
            names = {each.name for each in made.mro}
            active = active_of(made, names)
            member = made.member("get_session_auth_hash")
            if member is not None and isinstance(member.definition, Function):
                owner, number = made.qualname, self.rows.number(member.definition)
            elif not any(name.endswith(("AbstractUser", "AbstractBaseUser")) for name in names):
                owner = ""
        elif self.value("AUTH_USER_MODEL", "auth.User") != "auth.User":
            active, owner = "?", "?"
        name = made.qualname if made is not None else USER
        backends = [self.backend(path) for path in self.listed("AUTHENTICATION_BACKENDS", [BACKEND])]
        return {"model": name, "active": active, "hash": owner, "hash_call": number, "backends": backends}

    def user_model(self) -> Class | None:
        """The class of ``AUTH_USER_MODEL``; None: Django's own."""
        given = str(self.value("AUTH_USER_MODEL", "auth.User"))
        app, _, name = given.partition(".")
        for module in self.project.modules:
            if app in module.name.split(".") and name in module.text:
                for cls in module.classes:
                    if cls.name == name:
                        return cls
        return None

    def backend(self, path: str) -> dict[str, Any]:
        made = next((each.definition for each in self.project.find(path, self.module)), None)
        if not isinstance(made, Class):
            known = path.startswith("django.contrib.auth.backends.")
            can = path if "AllowAllUsers" in path else BACKEND
            return {
                "name": path,
                "get_user": BACKEND if known else path,
                "can": can if known else path,
                "call": None,
            }
        found: dict[str, Any] = {"name": path}
        names = [each.name for each in made.mro]
        for key, number, method in METHODS:
            member = made.member(method)
            own = member.definition if member is not None else None
            found[number] = self.rows.number(own) if isinstance(own, Function) else None
            base = next((each for each in names if each.startswith("django.contrib.auth.backends.")), "")
            standard = (base if key == "can" and "AllowAllUsers" in base else BACKEND) if base else ""
            found[key] = made.qualname if isinstance(own, Function) else standard
        return found


def own_middleware(path: str, calls: list[int]) -> dict[str, Any]:
    return {"is": "own", "calls": calls, "inside": "middleware", "name": path}


def active_of(cls: Class, names: set[str]) -> str:
    member = cls.member("is_active")
    made = None if member is None else member.definition
    if isinstance(made, Function):
        return "property"
    if isinstance(made, Variable):
        return "field" if any(isinstance(each, ast.Call) for each in made.values) else "constant"
    return "field" if any(name.endswith(".AbstractUser") for name in names) else "constant"


def backend_of(given: Any, key: str = "BACKEND") -> str:
    return str(given.get(key, "?")) if isinstance(given, dict) else "?"
