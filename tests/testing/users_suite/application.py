"""A small application with its engine at module level, as the documentation shows."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from rescind.engine import Rescind
from rescind.errors import Refused

auth = Rescind("memory://", principal_id=int)


async def me(request: Request) -> JSONResponse:
    judged = auth.check(request.cookies.get("__Host-rescind"))
    if isinstance(judged, Refused):
        return JSONResponse({"code": judged.code}, 401)
    return JSONResponse({"you": judged.principal_id, "roles": judged.roles, "scheme": request.url.scheme})


app = Starlette(routes=[Route("/me", me)])
app.state.rescind = auth
