"""Our own routes as a router of FastAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from rescind.asgi.connection import connection_of
from rescind.asgi.gate import Gate
from rescind.asgi.routes import serve_route
from rescind.fastapi.refused import as_response
from rescind.web.surface import ROUTES, Route


def make_router(gate: Gate, prefix: str) -> APIRouter:
    """Our routes below ``prefix``; OpenAPI describes them itself (``rescind.fastapi.openapi``)."""
    router = APIRouter()
    for route in ROUTES:
        methods = [route.method, "HEAD"] if route.method == "GET" else [route.method]
        router.add_route(
            prefix + route.path,
            _endpoint(gate, route),
            methods=methods,
            name=f"rescind_{route.name}",
            include_in_schema=False,
        )
    return router


def _endpoint(gate: Gate, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        connection = connection_of(request.scope, gate)
        path = route.path.format_map(request.path_params)
        answer = await serve_route(connection, route, path, request.receive)
        if answer is None:  # nobody is there to read it
            return Response(status_code=400)
        return as_response(answer)

    return endpoint
