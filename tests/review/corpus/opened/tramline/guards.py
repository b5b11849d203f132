from functools import wraps

from aiohttp import web


def rider_only(handler):
    @wraps(handler)
    async def guarded(request):
        if "rider" not in request["session"]:
            raise web.HTTPUnauthorized(text="sign in")
        return await handler(request)

    return guarded


async def duty_of(request):
    rider = request["session"].get("rider")
    return await request.app["db"].fetchval("SELECT duty FROM riders WHERE id = $1", rider) if rider else None


def on_duty(*duties):
    """For handlers of the staff: inspectors, the office, or both."""

    def decorate(handler):
        @wraps(handler)
        async def guarded(request):
            if await duty_of(request) not in duties:
                raise web.HTTPForbidden(text="staff only")
            return await handler(request)

        return guarded

    return decorate


def office(handler):
    @wraps(handler)
    async def guarded(request):
        if await duty_of(request) != "office":
            web.HTTPForbidden(text="the office only")
        return await handler(request)

    return guarded
