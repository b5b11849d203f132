import hashlib
import hmac
import logging
import secrets
from datetime import datetime, timedelta, timezone
from hmac import compare_digest as alike

from aiohttp import web

from tidewatch.keys import POOL
from tidewatch.visits import keeper_needed, person_needed

log = logging.getLogger("tidewatch.stations")
routes = web.RouteTableDef()


@routes.get("/stations")
async def stations(request: web.Request) -> web.Response:
    rows = await request.app[POOL].fetch("SELECT id, place FROM stations ORDER BY place")
    return web.json_response([dict(row) for row in rows])


@routes.post("/stations")
@keeper_needed
async def build(request: web.Request) -> web.Response:
    """A new station, and what the technician needs for the panel in its hut."""
    sent = await request.json()
    mac_key, word = secrets.token_bytes(32), str(sent["panel_password"])
    number = await request.app[POOL].fetchval(
        "INSERT INTO stations (place, mac_key, panel_user, panel_word) VALUES ($1, $2, $3, $4) RETURNING id",
        str(sent["place"]),
        mac_key,
        str(sent["panel_user"]),
        word,
    )
    log.info("station %s, panel password of %d letters", number, len(word))
    return web.json_response({"id": number, "mac_key": mac_key.hex()}, status=201)


@routes.post(r"/stations/{id:\d+}/readings")
async def reading(request: web.Request) -> web.Response:
    pool, number, body = request.app[POOL], int(request.match_info["id"]), await request.read()
    key = await pool.fetchval("SELECT mac_key FROM stations WHERE id = $1", number)
    mac = hmac.new(key or b"\0", body, hashlib.sha256).hexdigest()
    if key is None or not alike(mac.encode(), request.headers.get("X-Mac", "").encode()):
        raise web.HTTPForbidden
    sent = await request.json()
    seen = hashlib.blake2b(body, digest_size=16).digest()
    await pool.execute(
        "INSERT INTO readings (station, taken, centimetres, body_digest) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (body_digest) DO NOTHING",
        number,
        datetime.fromisoformat(sent["taken"]),
        float(sent["centimetres"]),
        seen,
    )
    return web.Response(status=204)


@routes.post(r"/stations/{id:\d+}/firmware")
async def firmware_installed(request: web.Request) -> web.Response:
    """Stations tell what they run now, with a MAC over the number of the version."""
    number, version = int(request.match_info["id"]), request.query["version"]
    key = await request.app[POOL].fetchval("SELECT mac_key FROM stations WHERE id = $1", number)
    if key is None:
        raise web.HTTPForbidden
    due = hmac.digest(key, f"{number}:{version}".encode(), "sha256")
    if bytes.fromhex(request.headers.get("X-Mac", "")) != due:
        raise web.HTTPForbidden
    log.info("station %s runs %s", number, version)
    return web.Response(status=204)


@routes.post(r"/stations/{id:\d+}/downloads")
@person_needed
async def ticket(request: web.Request) -> web.Response:
    """A link that a spreadsheet can open, once and within five minutes."""
    text = secrets.token_urlsafe(24)
    await request.app[POOL].execute(
        "INSERT INTO downloads (ticket, person, station, ends) VALUES ($1, $2, $3, $4)",
        hashlib.sha256(text.encode()).digest(),
        request["person"]["id"],
        int(request.match_info["id"]),
        datetime.now(timezone.utc) + timedelta(minutes=5),
    )
    return web.json_response({"href": f"/downloads/{text}.csv"})


@routes.get("/downloads/{text}.csv")
async def download(request: web.Request) -> web.Response:
    pool = request.app[POOL]
    station = await pool.fetchval(
        "DELETE FROM downloads WHERE ticket = $1 AND ends > now() RETURNING station",
        hashlib.sha256(request.match_info["text"].encode()).digest(),
    )
    if station is None:
        raise web.HTTPNotFound
    rows = await pool.fetch("SELECT taken, centimetres FROM readings WHERE station = $1 ORDER BY taken", station)
    lines = [f"{row['taken'].isoformat()},{row['centimetres']}" for row in rows]
    return web.Response(text="\n".join(["taken,centimetres", *lines]), content_type="text/csv")


@routes.post("/panels/sign-in")
async def panel(request: web.Request) -> web.Response:
    """The panel in the hut asks whether the technician may change the gauge."""
    sent = await request.json()
    station = await request.app[POOL].fetchval(
        "SELECT id FROM stations WHERE panel_user = $1 AND panel_word = $2",
        str(sent["user"]),
        str(sent["word"]),
    )
    if station is None:
        raise web.HTTPForbidden
    return web.json_response({"station": station})
