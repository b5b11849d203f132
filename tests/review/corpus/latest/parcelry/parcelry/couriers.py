import logging

from aiohttp import web

from . import passwords, store
from .config import COURIER_COOKIE
from .keys import COURIERS, POOL

log = logging.getLogger("parcelry.couriers")
routes = web.RouteTableDef()


async def on_duty(request: web.Request) -> dict:
    session = await request.app[COURIERS].load(request.cookies.get("courier"))
    if session is None:
        raise web.HTTPUnauthorized()
    return session


@routes.post("/courier/session")
async def sign_in(request: web.Request) -> web.Response:
    body = await request.json()
    row = await store.courier_by_name(request.app[POOL], body["name"])
    if row is None:
        raise web.HTTPUnauthorized(text="wrong name or password")
    if not passwords.courier_ok(body["password"], row["password"]):
        raise web.HTTPUnauthorized(text="wrong name or password")
    sid = await request.app[COURIERS].start(row["id"], row["depot"])
    response = web.json_response({"depot": row["depot"]})
    response.set_cookie("courier", sid, **COURIER_COOKIE)
    return response


@routes.delete("/courier/session")
async def sign_out(request: web.Request) -> web.Response:
    await on_duty(request)
    response = web.Response(status=204)
    response.del_cookie("courier", path=COURIER_COOKIE["path"])
    return response


@routes.get("/courier/parcels")
async def search(request: web.Request) -> web.Response:
    session = await on_duty(request)
    rows = await store.depot_search(request.app[POOL], session["depot"], dict(request.query))
    return web.json_response([dict(row) for row in rows])


@routes.post(r"/courier/parcels/{id:\d+}/delivered")
async def delivered(request: web.Request) -> web.Response:
    session = await on_duty(request)
    if not await store.deliver(request.app[POOL], int(request.match_info["id"]), session["courier_id"]):
        raise web.HTTPNotFound()
    return web.Response(status=204)


@routes.post("/courier/delivered")
async def delivered_batch(request: web.Request) -> web.Response:
    """The scanner sends what it collected while there was no network."""
    await on_duty(request)
    body = await request.json()
    done = 0
    for parcel_id in body["parcels"]:
        done += await store.deliver(request.app[POOL], int(parcel_id), int(body["courier_id"]))
    log.info("batch of %d, %d delivered", len(body["parcels"]), done)
    return web.json_response({"done": done})
