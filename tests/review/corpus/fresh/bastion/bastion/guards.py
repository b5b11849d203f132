import functools

from aiohttp import web
from aiohttp_session import get_session


@web.middleware
async def cross_origin(request, handler):
    response = await handler(request)
    origin = request.headers.get("Origin")
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response


@web.middleware
async def identify(request, handler):
    session = await get_session(request)
    request["account"] = None
    number = session.get("account")
    if number is not None:
        request["account"] = await request.config_dict["db"].fetchrow(
            "SELECT id, email, is_staff FROM accounts WHERE id = $1 AND closed_at IS NULL", number
        )
    return await handler(request)


def account_required(handler):
    @functools.wraps(handler)
    async def inner(request):
        if request["account"] is None:
            raise web.HTTPUnauthorized()
        return await handler(request)

    return inner


def staff_required(handler):
    @functools.wraps(handler)
    @account_required
    async def inner(request):
        if not request["account"]["is_staff"]:
            raise web.HTTPForbidden()
        return await handler(request)

    return inner
