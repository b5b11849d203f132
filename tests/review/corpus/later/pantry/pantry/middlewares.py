from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web
from aiohttp_session import get_session

log = logging.getLogger("pantry")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        log.exception("%s %s failed, cookies %s", request.method, request.path, request.cookies)
        return web.json_response({"error": "internal"}, status=500)


@web.middleware
async def load_user(request: web.Request, handler: Handler) -> web.StreamResponse:
    session = await get_session(request)
    request["user"] = None
    if "user_id" in session:
        row = await request.app["db"].fetchrow(
            "SELECT id, name, role, session_version FROM people WHERE id = $1 AND active", session["user_id"]
        )
        if row is not None and row["session_version"] == session.get("version"):
            request["user"] = row
    return await handler(request)


def signed_in(handler: Handler) -> Handler:
    @wraps(handler)
    async def wrapper(request: web.Request) -> web.StreamResponse:
        if request["user"] is None:
            raise web.HTTPUnauthorized
        return await handler(request)

    return wrapper


def coordinator(handler: Handler) -> Handler:
    @wraps(handler)
    async def wrapper(request: web.Request) -> web.StreamResponse:
        if request["user"] is None or request["user"]["role"] != "coordinator":
            raise web.HTTPForbidden
        return await handler(request)

    return wrapper
