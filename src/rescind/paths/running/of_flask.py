"""Routes of Flask, as the running framework sees them."""

from __future__ import annotations

from typing import Any

from rescind.paths.running.callables import Table, name_of

CONFIG = (
    "PERMANENT_SESSION_LIFETIME", "SESSION_REFRESH_EACH_REQUEST", "SESSION_COOKIE_NAME", "SESSION_TYPE",
    "SESSION_PERMANENT", "REMEMBER_COOKIE_DURATION", "REMEMBER_COOKIE_NAME",
    "REMEMBER_COOKIE_REFRESH_EACH_REQUEST", "SESSION_PROTECTION", "JWT_ACCESS_TOKEN_EXPIRES",
    "JWT_REFRESH_TOKEN_EXPIRES", "JWT_TOKEN_LOCATION", "SECURITY_TOKEN_MAX_AGE",
    "SECURITY_TOKEN_AUTHENTICATION_HEADER", "SECURITY_API_ENABLED_METHODS", "SECURITY_DEFAULT_REMEMBER_ME",
    "SESSION_USE_SIGNER", "TESTING", "LOGIN_DISABLED",
)  # fmt: skip


def routes_of(app: Any, table: Table) -> list[dict[str, Any]]:
    """Of ``app.url_map``, each method by itself."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        guards = [table.number(each) for each in hooks(app.before_request_funcs, rule.endpoint)]
        after = [table.number(each) for each in hooks(app.after_request_funcs, rule.endpoint)]
        number = None if view is None else table.number(view_of(view))
        kind = "static" if rule.endpoint.rpartition(".")[2] == "static" else "route"
        methods = sorted(set(rule.methods or ()) - {"OPTIONS", "HEAD"}) or ["ANY"]
        for method in methods:
            own = number if view is None else method_of(view, method, table, number)
            found.append(
                {"method": "WEBSOCKET" if rule.websocket else method, "path": rule.rule, "endpoint": own,
                 "name": rule.endpoint, "guards": [*guards, *decorators_of(view, table)], "kind": kind,
                 "after": after}
            )  # fmt: skip
    return found


def hooks(kept: dict[str | None, list[Any]], endpoint: str) -> list[Any]:
    """What runs before or after the view: of the application, then of the blueprints around it."""
    found = list(kept.get(None, ()))
    parts = endpoint.split(".")[:-1]
    for count in range(1, len(parts) + 1):
        found += kept.get(".".join(parts[:count]), ())
    return found


def view_of(view: Any) -> Any:
    return getattr(view, "view_class", None) or view


def method_of(view: Any, method: str, table: Table, number: int | None) -> int | None:
    """Of a ``MethodView`` the method itself."""
    cls = getattr(view, "view_class", None)
    own = getattr(cls, method.lower(), None) or getattr(cls, "dispatch_request", None)
    return number if cls is None or own is None else table.number(own)


def decorators_of(view: Any, table: Table) -> list[int]:
    """Of a class-based view what its ``decorators`` made."""
    cls = getattr(view, "view_class", None)
    return [table.number(view)] if cls is not None and getattr(cls, "decorators", None) else []


def settings_of(app: Any) -> dict[str, Any]:
    """What decides how long sessions live; no secret is among it."""
    found: dict[str, Any] = {}
    for name in CONFIG:
        if name in app.config:
            value = app.config[name]
            found[name] = value.total_seconds() if hasattr(value, "total_seconds") else value
    found = {
        name: value
        for name, value in found.items()
        if isinstance(value, str | int | float | bool | type(None) | list)
    }
    found["session_interface"] = name_of(type(app.session_interface))
    found["session_store"] = name_of(type(getattr(app.session_interface, "cache", None)))
    found["extensions"] = {name: name_of(type(value)) for name, value in app.extensions.items()}
    return found


def hooks_of(app: Any, table: Table) -> dict[str, int]:
    """Functions that extensions were given: who loads a user, who says that a token is revoked."""
    found = {}
    login = getattr(app, "login_manager", None)
    jwt = app.extensions.get("flask-jwt-extended")
    for name, holder, attribute in (
        ("user_loader", login, "_user_callback"), ("request_loader", login, "_request_callback"),
        ("token_in_blocklist", jwt, "_token_in_blocklist_callback"), ("user_lookup", jwt,
        "_user_lookup_callback"),
    ):  # fmt: skip
        call = getattr(holder, attribute, None)
        if callable(call) and not name_of(call).startswith("flask_jwt_extended."):
            found[name] = table.number(call)
    return found
