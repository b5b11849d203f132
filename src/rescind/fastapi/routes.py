"""Our own routes: as one route of an application, or as a router for those who compose by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import URLPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.routing import Route as StarletteRoute

from rescind.asgi.answer import send_http
from rescind.asgi.connection import connection_of
from rescind.asgi.gate import Gate
from rescind.asgi.messages import Receive, Scope, Send
from rescind.asgi.routes import serve_route
from rescind.fastapi.refused import as_response
from rescind.transport.message import Response as Answer
from rescind.web.answer import Failure
from rescind.web.jwks import PATH, show_jwks
from rescind.web.surface import Route, match

_NONE: tuple[Match, Scope] = (Match.NONE, {})
GONE = Answer(400)
"""For nobody: the client went away while it sent its body."""


class OwnRoutes(BaseRoute):
    """All of our routes as one: a request for anything else pays for one comparison, not for each of them.

    A path of ours with another method is left to the application (a sign-in page at ``GET /auth/sign-in``);
    where it has nothing there the answer is 405.
    """

    def __init__(self, gate: Gate, prefix: str) -> None:
        self._gate = gate
        self._prefix = prefix

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path: str = scope["path"]
        if self._prefix not in path or scope["type"] != "http":
            return _NONE
        path = path.removeprefix(scope.get("root_path", ""))
        if not path.startswith(self._prefix + "/"):
            return _NONE
        path = path[len(self._prefix) :]
        try:
            route, _ = match(scope["method"], path, self._gate.surface.routes)
        except Failure as failure:
            return (Match.PARTIAL, {"rescind_path": path}) if failure.told.status == 405 else _NONE
        return Match.FULL, {"endpoint": self, "path_params": {}, "rescind_route": (route, path)}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        found: tuple[Route, str] | None = scope.get("rescind_route")
        if found is None:
            facts = connection_of(scope, self._gate).facts
            answer: Answer | None = self._gate.surface.refuse_method(facts, scope["rescind_path"])
        else:
            answer = await serve_route(connection_of(scope, self._gate), *found, receive)
        await send_http(send, answer or GONE, head=scope["method"] == "HEAD")

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of a route by its name, ``rescind_sign_in``."""
        for route in self._gate.surface.routes:
            if f"rescind_{route.name}" == name:
                return URLPath(self._prefix + route.path.format_map(path_params), protocol="http")
        raise NoMatchFound(name, path_params)


def make_router(gate: Gate, prefix: str) -> APIRouter:
    """Our routes below ``prefix`` for ``include_router``."""
    router = APIRouter()
    if gate.settings.refreshes:
        router.routes.append(jwks_route(gate))
    for route in gate.surface.routes:
        methods = [route.method, "HEAD"] if route.method == "GET" else [route.method]
        router.add_route(
            prefix + route.path,
            _endpoint(gate, route),
            methods=methods,
            name=f"rescind_{route.name}",
            include_in_schema=False,
        )
    return router


def jwks_route(gate: Gate) -> BaseRoute:
    """The keys that are published. Their files may be read for the first time, so in a thread."""

    async def show(_: Request) -> Response:
        return as_response(await gate.threads.wait(partial(show_jwks, gate.engine)))

    return StarletteRoute(PATH, show, name="rescind_jwks", include_in_schema=False)


def _endpoint(gate: Gate, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        path = route.path.format_map(request.path_params)
        answer = await serve_route(connection_of(request.scope, gate), route, path, request.receive)
        return as_response(answer or GONE)

    return endpoint
