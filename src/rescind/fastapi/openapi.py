"""OpenAPI: guarded operations take the cookie *or* a bearer, and our own routes are described."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from rescind.fastapi.require import COOKIE_SCHEME, MAYBE_SCHEME
from rescind.web.body import EndAllBody, EndOneBody, RefreshBody, SignInBody, SignOutBody, StepUpBody
from rescind.web.surface import Route

BEARER_SCHEME = "rescind_bearer"
BEARER: dict[str, Any] = {"type": "http", "scheme": "bearer"}
EITHER: list[dict[str, list[str]]] = [{COOKIE_SCHEME: []}, {BEARER_SCHEME: []}]
PROBLEM = "RescindProblem"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_BODIES: dict[str, type[msgspec.Struct]] = {
    "sign_in": SignInBody,
    "sign_out": SignOutBody,
    "refresh": RefreshBody,
    "step_up": StepUpBody,
    "end_session": EndOneBody,
    "end_sessions": EndAllBody,
}
_FORMS = frozenset({"sign_in", "sign_out", "refresh", "step_up"})
_SUMMARIES = {
    "sign_in": "Sign in",
    "sign_out": "Sign out",
    "refresh": "Exchange a refresh token",
    "show_session": "Who is signed in",
    "list_sessions": "One's own sessions",
    "end_sessions": "Sign out everywhere",
    "end_session": "End one of one's own sessions",
    "step_up": "Prove the password again",
}
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": PROBLEM,
    "required": ["status", "code", "detail", "request_id"],
    "properties": {
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
}


def wrapped(
    original: Callable[[], dict[str, Any]], cookie: str, prefix: str, routes: tuple[Route, ...]
) -> Callable[[], dict[str, Any]]:
    """``app.openapi`` with both schemes and our routes.

    Args:
        original: the application's own; it is asked every time, since it notices added routes.
        cookie: name of our cookie.
        prefix: where our routes are.
        routes: those that there are.
    """

    def openapi() -> dict[str, Any]:
        schema = original()
        schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
        if BEARER_SCHEME not in schemes:
            describe(schema, schemes, cookie, prefix, routes)
        return schema

    return openapi


def describe(
    schema: dict[str, Any], schemes: dict[str, Any], cookie: str, prefix: str, routes: tuple[Route, ...]
) -> None:
    """Complete a fresh schema in place."""
    schemes.pop(MAYBE_SCHEME, None)
    schemes[COOKIE_SCHEME] = {"type": "apiKey", "in": "cookie", "name": cookie}
    schemes[BEARER_SCHEME] = BEARER
    schemas = schema["components"].setdefault("schemas", {})
    schemas[PROBLEM] = _PROBLEM_SCHEMA
    for operation in _operations(schema):
        named = {name for one in operation.get("security", ()) for name in one}
        if named & {COOKIE_SCHEME, MAYBE_SCHEME}:
            _secure(operation, anonymous=COOKIE_SCHEME not in named)
    bodies = [_BODIES[route.name] for route in routes if route.name in _BODIES]
    _, components = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/Rescind{name}")
    schemas |= {f"Rescind{name}": body for name, body in components.items()}
    for route in routes:
        path = schema["paths"].setdefault(prefix + route.path, {})
        path.setdefault(route.method.lower(), _own_operation(route))


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in schema.get("paths", {}).values():
        for method in _METHODS:
            if method in path:
                yield path[method]


def _secure(operation: dict[str, Any], *, anonymous: bool) -> None:
    others = [one for one in operation["security"] if not {COOKIE_SCHEME, MAYBE_SCHEME} & set(one)]
    # An empty alternative is how OpenAPI says that nothing is needed.
    operation["security"] = [*others, *EITHER, *([{}] if anonymous else [])]
    _add_problems(operation, (401, 403, 503))


def _add_problems(operation: dict[str, Any], statuses: Iterable[int]) -> None:
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}}
    said = {401: "Sign in, or prove it again", 403: "Not allowed", 503: "Cannot be checked right now"}
    for status in statuses:
        problem = {"description": said[status], "content": content}
        operation.setdefault("responses", {}).setdefault(str(status), problem)


def _own_operation(route: Route) -> dict[str, Any]:
    done = "204" if route.name == "sign_out" else "200"
    operation: dict[str, Any] = {
        "tags": ["rescind"],
        "summary": _SUMMARIES[route.name],
        "operationId": f"rescind_{route.name}",
        "responses": {done: {"description": "Done"}},
    }
    if route.credential:
        operation["security"] = EITHER
    if "{handle}" in route.path:
        handle = {"name": "handle", "in": "path", "required": True, "schema": {"type": "string"}}
        operation["parameters"] = [handle]
    body = _BODIES.get(route.name)
    if body is not None:
        content = {"schema": {"$ref": f"#/components/schemas/Rescind{body.__name__}"}}
        types = ["application/json"]
        if route.name in _FORMS:
            types.append("application/x-www-form-urlencoded")
        operation["requestBody"] = {"content": dict.fromkeys(types, content)}
    _add_problems(operation, (401, 403, 503))
    return operation
