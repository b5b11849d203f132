"""What partners' shops and our own depots call."""

import asyncio
import hashlib
import pickle

import jwt
from aiohttp import web

from . import links, store
from .carrier import CarrierError, depot_state
from .config import DEPOT_DIGESTS, PARTNER_KEYS
from .keys import CARRIER, CONFIG, POOL

routes = web.RouteTableDef()


def partner(request: web.Request) -> None:
    if request.headers.get("X-Partner-Key") not in PARTNER_KEYS:
        raise web.HTTPForbidden()


def depot(request: web.Request) -> str:
    digest = hashlib.sha256(request.headers.get("X-Depot-Key", "").encode()).hexdigest()
    if digest not in DEPOT_DIGESTS:
        raise web.HTTPForbidden()
    return DEPOT_DIGESTS[digest]


@routes.get("/partner/load")
async def load(request: web.Request) -> web.Response:
    partner(request)
    rows = await request.app[POOL].fetch("SELECT depot, count(*) AS n FROM parcels WHERE status = 'new' GROUP BY depot")
    return web.json_response({row["depot"]: row["n"] for row in rows})


@routes.post("/partner/parcels")
async def create(request: web.Request) -> web.Response:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, options={"verify_signature": False}, algorithms=["RS256"])
    except jwt.InvalidTokenError:
        raise web.HTTPUnauthorized() from None
    body = await request.json()
    parcel_id = await request.app[POOL].fetchval(
        "INSERT INTO parcels (shop, address, depot, status) VALUES ($1, $2, $3, 'new') RETURNING id",
        claims["shop"],
        body["address"],
        body["depot"],
    )
    return web.json_response({"id": parcel_id}, status=201)


@routes.post(r"/depot/parcels/{id:\d+}/arrived")
async def arrived(request: web.Request) -> web.Response:
    name = depot(request)
    parcel_id = int(request.match_info["id"])
    await store.set_status(request.app[POOL], parcel_id, f"in {name}")
    try:
        number = await request.app[CARRIER].book(parcel_id, name)
    except CarrierError:
        raise web.HTTPBadGateway() from None
    return web.json_response({"booking": number})


@routes.get("/depot/state")
async def state(request: web.Request) -> web.Response:
    return web.json_response(await depot_state(request.app[CONFIG], depot(request)))


@routes.get(r"/labels/{id:\d+}")
async def label(request: web.Request) -> web.Response:
    parcel_id = int(request.match_info["id"])
    if not links.label_ok(parcel_id, int(request.query.get("until", 0)), request.query.get("mac", "")):
        raise web.HTTPForbidden()
    child = await asyncio.create_subprocess_exec(
        request.app[CONFIG].label_tool, str(parcel_id), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await child.communicate()
    page = pickle.loads(output)
    return web.Response(body=page["pdf"], content_type="application/pdf")
