"""Interface of the support's own tool."""
import hmac
import logging

from aiohttp import web

logger = logging.getLogger(__name__)


@web.middleware
async def key_required(request, handler):
    given = request.headers.get("X-Support-Key", "")
    if not hmac.compare_digest(given.encode(), request.config_dict["options"].support_key.encode()):
        raise web.HTTPForbidden()
    return await handler(request)


async def find(request):
    row = await request.config_dict["db"].fetchrow("SELECT id, email FROM accounts WHERE email = $1", request.query["email"])
    if row is None:
        raise web.HTTPNotFound(text="no such account")
    return web.json_response(dict(row))


async def impersonate(request):
    body = await request.json()
    logger.warning("support %s opens account %s because of %r", body["agent"], body["account"], body["reason"])
    token = await request.config_dict["redis"].get(f"support:{body['agent']}")
    logger.debug("with token %s", token)
    return web.json_response({"account": body["account"]})


def make_app(parent):
    app = web.Application(middlewares=[key_required])
    app.add_routes([web.get("/find", find), web.post("/impersonate", impersonate)])
    return app
