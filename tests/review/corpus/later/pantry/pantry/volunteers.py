from __future__ import annotations

import logging

from aiohttp import web

from . import tokens
from .account import PUBLIC_URL
from .middlewares import coordinator, signed_in

log = logging.getLogger("pantry.volunteers")


@coordinator
async def directory(request: web.Request) -> web.Response:
    rows = await request.app["db"].fetch("SELECT id, name, role FROM people ORDER BY name")
    return web.json_response([dict(row) for row in rows])


@signed_in
async def promote(request: web.Request) -> web.Response:
    body = await request.json()
    await request.app["db"].execute(
        "UPDATE people SET role = $2 WHERE id = $1", int(request.match_info["id"]), body["role"]
    )
    return web.json_response({"ok": True})


@coordinator
async def remove(request: web.Request) -> web.Response:
    await request.app["db"].execute("UPDATE people SET active = false WHERE id = $1", int(request.match_info["id"]))
    return web.json_response({"ok": True})


@coordinator
async def invite_again(request: web.Request) -> web.Response:
    person = int(request.match_info["id"])
    token = tokens.new_invitation()
    await request.app["db"].execute(
        "INSERT INTO invitations (person_id, token, expires) VALUES ($1, $2, now() + interval '7 days')", person, token
    )
    email = await request.app["db"].fetchval("SELECT email FROM people WHERE id = $1", person)
    request.app["outbox"].put(email, "Come and help", f"{PUBLIC_URL}/invited/{token}")
    log.info("invited %s with %s", person, token)
    return web.json_response({"ok": True})
