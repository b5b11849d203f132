from __future__ import annotations

import hashlib
import uuid

from aiohttp import web

import crypto
from decoding import batch_of
from gate import Keys, operators_only
from store import Bucket

routes = web.RouteTableDef()


@routes.get("/healthz")
async def health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@routes.post("/passings")
async def passings(request: web.Request) -> web.Response:
    if "device" not in request:
        raise web.HTTPForbidden
    batch = batch_of(request.content_type, await request.read())
    await request.app[Keys.store].append(request["device"], batch)
    return web.json_response({"stamps": [crypto.stamp(request["device"], n) for n in range(len(batch))]}, status=201)


@routes.post("/traces")
async def traces(request: web.Request) -> web.Response:
    if "device" not in request:
        raise web.HTTPForbidden
    batch = await request.app[Keys.decoder].decode(await request.read())
    await request.app[Keys.store].append(request["device"], batch)
    return web.json_response({"axles": len(batch)}, status=201)


@routes.get("/passings/summary")
@operators_only
async def summary(request: web.Request) -> web.Response:
    try:
        bucket = Bucket(request.query.get("bucket", "hour"))
    except ValueError as error:
        raise web.HTTPBadRequest from error
    rows = await request.app[Keys.store].summary(request["line"], bucket)
    text = "\n".join(f"{row['slot'].isoformat()};{row['axles']}" for row in rows)
    etag = hashlib.sha1(text.encode()).hexdigest()
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304)
    return web.Response(text=text, headers={"ETag": etag})


@routes.get("/passings/recent")
@operators_only
async def recent(request: web.Request) -> web.Response:
    rows = await request.app[Keys.store].recent(request["line"], request.query.get("span", "1 hour"))
    return web.json_response([{**row, "at": row["at"].isoformat()} for row in map(dict, rows)])


@routes.get("/rails")
@operators_only
async def rails(request: web.Request) -> web.Response:
    return web.json_response(await request.app[Keys.weather].rails(request["line"]))


@routes.post("/devices")
@operators_only
async def enrol(request: web.Request) -> web.Response:
    sent = await request.json()
    token = uuid.uuid1().hex
    if not await request.app[Keys.store].enrol(sent["serial"], request["line"], token):
        raise web.HTTPConflict
    return web.json_response({"serial": sent["serial"], "token": token}, status=201)


@routes.post("/hooks/control")
async def control_hook(request: web.Request) -> web.Response:
    body = await request.read()
    settings = request.app[Keys.settings]
    given = request.headers.get("X-Control-Signature", "")
    if not crypto.same(crypto.mac(settings.hook_secret, body).encode(), given.encode()):
        raise web.HTTPForbidden
    await request.app[Keys.control].report("/ack", {"bytes": len(body)})
    return web.Response(status=204)


@routes.get("/archive/{serial}/{position:[0-9]+}/{stamp}")
@operators_only
async def check_stamp(request: web.Request) -> web.Response:
    serial, position, given = (request.match_info[name] for name in ("serial", "position", "stamp"))
    if crypto.stamp(serial, int(position)) == given:
        return web.json_response({"genuine": True})
    return web.json_response({"genuine": False})
