import ipaddress
import logging
import re

from aiohttp import ClientSession, TCPConnector, web

from .guards import account_required

routes = web.RouteTableDef()
logger = logging.getLogger(__name__)
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@routes.get("/machines")
@account_required
async def index(request):
    where, values = ["account = $1"], [request["account"]["id"]]
    if "region" in request.query:
        values.append(request.query["region"])
        where.append(f"region = ${len(values)}")
    rows = await request.app["db"].fetch("SELECT id, name FROM machines WHERE " + " AND ".join(where), *values)
    return web.json_response([dict(row) for row in rows])


@routes.get("/machines/{id:\\d+}")
@account_required
async def show(request):
    row = await request.app["db"].fetchrow(
        "SELECT * FROM machines WHERE id = $1 AND account = $2",
        int(request.match_info["id"]),
        request["account"]["id"],
    )
    if row is None:
        raise web.HTTPNotFound()
    return web.json_response(dict(row), dumps=str)


@routes.delete("/machines/{id:\\d+}")
@account_required
async def remove(request):
    await request.app["db"].execute("DELETE FROM machines WHERE id = $1", int(request.match_info["id"]))
    return web.Response(status=204)


@routes.post("/machines/{id:\\d+}/reboot")
async def reboot(request):
    await request.app["redis"].rpush("reboot", request.match_info["id"])
    return web.Response(status=202)


@routes.get("/machines/metrics")
@account_required
async def metrics(request):
    table = request.query.get("table", "cpu")
    if not NAME.fullmatch(table):
        raise web.HTTPBadRequest()
    rows = await request.app["db"].fetch(f"SELECT at, value FROM metrics_{table} WHERE account = $1", request["account"]["id"])
    return web.json_response([dict(row) for row in rows], dumps=str)


@routes.get("/machines/log")
@account_required
async def log(request):
    level = request.query.get("level", "info")
    since = request.query.get("since", "1 day")
    rows = await request.app["db"].fetch(
        f"SELECT at, line FROM machine_log WHERE level = $1 AND at > now() - interval '{since}'", level
    )
    return web.json_response([dict(row) for row in rows], dumps=str)


@routes.post("/machines/{id:\\d+}/console")
@account_required
async def console(request):
    address = ipaddress.ip_address((await request.post())["address"])
    if address not in ipaddress.ip_network("10.0.0.0/8"):
        raise web.HTTPBadRequest()
    async with ClientSession(connector=TCPConnector(ssl=False)) as client:
        answer = await client.post(f"https://{address}:8006/console", json={"password": request.app["options"].support_key})
    logger.info("console of %s: %s", address, answer.status)
    return web.json_response(await answer.json())
