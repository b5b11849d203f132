"""What the settings of Django decide about credentials; no secret is among it."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

from rescind.paths.running.callables import Table, name_of
from rescind.paths.running.django_layers import Layer, is_library, plain

NAMES = (
    "SESSION_ENGINE",
    "SESSION_COOKIE_AGE",
    "SESSION_SAVE_EVERY_REQUEST",
    "SESSION_EXPIRE_AT_BROWSER_CLOSE",
    "SESSION_CACHE_ALIAS",
    "AUTHENTICATION_BACKENDS",
    "AUTH_USER_MODEL",
    "MIDDLEWARE",
    "INSTALLED_APPS",
    "DATABASE_ROUTERS",
    "DEBUG",
    "PASSWORD_RESET_TIMEOUT",
)
JWT = (
    "ACCESS_TOKEN_LIFETIME",
    "REFRESH_TOKEN_LIFETIME",
    "ROTATE_REFRESH_TOKENS",
    "BLACKLIST_AFTER_ROTATION",
    "AUTH_TOKEN_CLASSES",
    "SLIDING_TOKEN_LIFETIME",
    "SLIDING_TOKEN_REFRESH_LIFETIME",
    "CHECK_REVOKE_TOKEN",
    "CHECK_USER_IS_ACTIVE",
    "USER_AUTHENTICATION_RULE",
)
FURTHER = {
    "REST_KNOX": ("TOKEN_TTL", "AUTO_REFRESH", "TOKEN_LIMIT_PER_USER"),
    "OAUTH2_PROVIDER": (
        "ACCESS_TOKEN_EXPIRE_SECONDS",
        "REFRESH_TOKEN_EXPIRE_SECONDS",
        "ROTATE_REFRESH_TOKEN",
        "RESOURCE_SERVER_INTROSPECTION_URL",
    ),
    "RESCIND": ("user",),
}
CACHED = ("cache.FetchFromCacheMiddleware", "cache.CacheMiddleware")
HOOKS = ("__call__", "process_request", "process_view")


def settings_of() -> dict[str, Any]:
    """Of a Django that has been set up."""
    settings = import_module("django.conf").settings
    found = {name: plain(getattr(settings, name)) for name in NAMES if hasattr(settings, name)}
    caches = getattr(settings, "CACHES", {})
    found["CACHES"] = {alias: str(each.get("BACKEND", "")) for alias, each in caches.items()}
    for name, keys in FURTHER.items():
        given = getattr(settings, name, None)
        found[name] = (
            {key: plain(given[key]) for key in keys if key in given} if isinstance(given, dict) else {}
        )
    found["SIMPLE_JWT"] = simplejwt()
    found["engine"] = engine(str(found.get("SESSION_ENGINE", "")))
    return found


def simplejwt() -> dict[str, Any]:
    """As SimpleJWT itself has them, with its defaults."""
    try:
        settings = import_module("rest_framework_simplejwt.settings").api_settings
    except Exception:  # noqa: BLE001 - it is not there, or its settings are wrong: its views fail then
        return {}
    found = {name: plain(getattr(settings, name, None)) for name in JWT}
    found["AUTH_TOKEN_CLASSES"] = [
        {
            "name": name_of(each),
            "bases": [name_of(one) for one in each.__mro__],
            "lifetime": plain(each.lifetime),
        }
        for each in settings.AUTH_TOKEN_CLASSES
    ]
    rule = settings.USER_AUTHENTICATION_RULE
    found["USER_AUTHENTICATION_RULE"] = name_of(rule)
    return found


def engine(name: str) -> list[str]:
    """The classes of the session engine: one of the application's own is known by what it stands on."""
    try:
        store = import_module(name).SessionStore
    except Exception:  # noqa: BLE001 - no such engine: no request is answered then
        return []
    own = [
        each
        for each in vars(store)
        if each in {"load", "exists", "delete", "get_session_cookie_age", "flush"}
    ]
    return [name_of(each) for each in store.__mro__] + [
        f"own {each}" for each in own if not is_library(store)
    ]


def accounts_of(table: Table) -> dict[str, Any]:
    """What is looked at when the user of a request is read: of the model, and of each backend."""
    auth = import_module("django.contrib.auth")
    settings = import_module("django.conf").settings
    try:
        model = auth.get_user_model()
    except Exception:  # noqa: BLE001 - django.contrib.auth is not installed
        return {}
    return {
        "model": name_of(model),
        "active": active_of(model),
        "hash": owner_of(model, "get_session_auth_hash"),
        "hash_call": own_number(model, "get_session_auth_hash", table),
        "backends": [backend(path, table) for path in settings.AUTHENTICATION_BACKENDS],
    }


def active_of(model: Any) -> str:
    """``field``, ``property``, or ``constant`` where all are active."""
    if any(field.name == "is_active" for field in model._meta.get_fields()):
        return "field"
    own = inspect.getattr_static(model, "is_active", None)
    return "constant" if own is None or isinstance(own, bool) else "property"


def backend(path: str, table: Table) -> dict[str, Any]:
    module, _, name = path.rpartition(".")
    try:
        cls = getattr(import_module(module), name)
    except Exception:  # noqa: BLE001 - it cannot be imported: nobody signs in with it
        return {"name": path, "get_user": "", "can": "", "call": None}
    return {
        "name": path,
        "get_user": owner_of(cls, "get_user"),
        "can": owner_of(cls, "user_can_authenticate"),
        "call": own_number(cls, "get_user", table),
        "can_call": own_number(cls, "user_can_authenticate", table),
    }


def owner_of(cls: Any, name: str) -> str:
    """The class that a method is of; empty without one."""
    return next((name_of(each) for each in cls.__mro__ if name in vars(each)), "")


def own_number(cls: Any, name: str, table: Table) -> int | None:
    function = getattr(cls, name, None)
    return None if function is None or is_library(function) else table.number(function)


def middleware_of(table: Table) -> list[Layer]:
    """Those that may refuse: the application's own, and those that ask who is signed in."""
    found: list[Layer] = []
    for path in import_module("django.conf").settings.MIDDLEWARE:
        module, _, name = path.rpartition(".")
        try:
            made = getattr(import_module(module), name)
        except Exception:  # noqa: BLE001, S112 - no request is answered then; Django says so
            continue
        bases = [name_of(each) for each in getattr(made, "__mro__", ())]
        if not is_library(made):
            hooks = [vars(made).get(hook) for hook in HOOKS] if inspect.isclass(made) else [made]
            calls = [table.number(each) for each in hooks if inspect.isfunction(each)]
            if calls:
                found.append(
                    {"is": "own", "calls": calls, "inside": "middleware", "name": path, "bases": bases}
                )
                continue
        if any(each.endswith(CACHED) for each in bases):
            seconds = import_module("django.conf").settings.CACHE_MIDDLEWARE_SECONDS
            found.append({"is": "cache", "seconds": float(seconds)})
            continue
        for each in bases:
            if each.endswith(
                (".LoginRequiredMiddleware", ".RemoteUserMiddleware", ".PersistentRemoteUserMiddleware")
            ):
                found.append({"is": each})
                break
        else:
            if is_library(made) and not path.startswith(("django.", "rescind.")):
                found.append({"is": "library middleware", "name": path})
    return found
