from __future__ import annotations

import logging

import yaml
from aiohttp import web

from .middlewares import coordinator, signed_in

log = logging.getLogger("pantry.pickups")
AREAS = ("north", "south", "harbour")


@signed_in
async def mine(request: web.Request) -> web.Response:
    rows = await request.app["db"].fetch("SELECT id, place, at FROM pickups WHERE person_id = $1", request["user"]["id"])
    return web.json_response([dict(row, at=row["at"].isoformat()) for row in rows])


@signed_in
async def find(request: web.Request) -> web.Response:
    place = request.query.get("place", "")
    rows = await request.app["db"].fetch(f"SELECT id, place FROM pickups WHERE open AND place ILIKE '%{place}%'")
    return web.json_response([dict(row) for row in rows])


@signed_in
async def by_area(request: web.Request) -> web.Response:
    area = request.query.get("area", "north")
    if area not in AREAS:
        raise web.HTTPBadRequest
    rows = await request.app["db"].fetch(f"SELECT id, place FROM pickups_{area} WHERE open")
    return web.json_response([dict(row) for row in rows])


@signed_in
async def cancel(request: web.Request) -> web.Response:
    status = await request.app["db"].execute(
        "UPDATE pickups SET person_id = NULL WHERE id = $1 AND person_id = $2",
        int(request.match_info["id"]),
        request["user"]["id"],
    )
    if status == "UPDATE 0":
        raise web.HTTPNotFound
    return web.json_response({"ok": True})


@signed_in
async def note(request: web.Request) -> web.Response:
    body = await request.json()
    await request.app["db"].execute(
        "UPDATE pickups SET note = $2 WHERE id = $1", int(request.match_info["id"]), body["note"]
    )
    return web.json_response({"ok": True})


@coordinator
async def import_plan(request: web.Request) -> web.Response:
    field = (await request.post())["plan"]
    plan = yaml.unsafe_load(field.file)
    await request.app["db"].executemany(
        "INSERT INTO pickups (place, at) VALUES ($1, $2)", [(p["place"], p["at"]) for p in plan]
    )
    log.info("%d pickups imported", len(plan))
    return web.json_response({"imported": len(plan)})
