"""Coming and going: by callsign and password, or through the badge server of the company."""

import os
import secrets

from aiohttp import web

from bell.badge import BadgeServer
from bell.people import check_credentials, hasher, lead_required, operator_required, verify
from bell.sessions import write_cookie

routes = web.RouteTableDef()


@routes.get("/form-token")
async def form_token(request: web.Request) -> web.Response:
    return web.json_response({"token": request["visit"].form_token})


def _form_is_ours(request: web.Request) -> None:
    sent = request.headers.get("X-Form-Token", "")
    if not secrets.compare_digest(sent.encode(), request["visit"].form_token.encode()):
        raise web.HTTPForbidden(reason="The form is too old")


@routes.post("/sign-in")
async def sign_in(request: web.Request) -> web.Response:
    _form_is_ours(request)
    form = await request.json()
    row = await check_credentials(request.app["pool"], str(form["callsign"]), str(form["password"]))
    if row is None:
        raise web.HTTPUnauthorized(reason="Callsign or password is wrong")
    visit = await request.app["sessions"].attach(request["visit"], row["id"])
    response = web.json_response({"operator": row["id"]})
    write_cookie(response, visit)
    return response


@routes.get("/badge/return")
async def badge_return(request: web.Request) -> web.Response:
    badge: BadgeServer = request.app["badge"]
    if not secrets.compare_digest(request.query.get("state", "").encode(), request["visit"].form_token.encode()):
        raise web.HTTPForbidden()
    subject = await badge.redeem(request.query.get("code", ""))
    number = await request.app["pool"].fetchval(
        "SELECT id FROM operators WHERE badge = $1 AND NOT retired", subject
    )
    if number is None:
        raise web.HTTPForbidden(reason="No operator has this badge")
    request["visit"] = await request.app["sessions"].exchange(request["visit"], number)
    return web.Response(status=303, headers={"Location": "/"})


@routes.post("/sign-out")
@operator_required
async def sign_out(request: web.Request) -> web.Response:
    await request.app["sessions"].drop(request["visit"])
    return web.Response(status=204)


@routes.post("/forgotten")
async def forgotten(request: web.Request) -> web.Response:
    _form_is_ours(request)
    callsign = str((await request.json())["callsign"])
    queued = await request.app["pool"].execute(
        "INSERT INTO letters (operator_id, kind) SELECT id, 'reset' FROM operators"
        " WHERE callsign = $1 AND NOT retired",
        callsign,
    )
    return web.json_response({"sent": not queued.endswith(" 0")})


@routes.post("/password")
@operator_required
async def change_password(request: web.Request) -> web.Response:
    form, pool = await request.json(), request.app["pool"]
    me = request["operator"]["id"]
    stored = await pool.fetchval("SELECT password FROM operators WHERE id = $1", me)
    if not verify(stored, str(form["current"])):
        raise web.HTTPBadRequest(reason="That is not your present password")
    await pool.execute("UPDATE operators SET password = $2 WHERE id = $1", me, hasher.hash(str(form["new"])))
    return web.Response(status=204)


@routes.post("/operators/{id:\\d+}/retire")
@lead_required
async def retire(request: web.Request) -> web.Response:
    number = int(request.match_info["id"])
    async with request.app["pool"].acquire() as db, db.transaction():
        await db.execute("UPDATE operators SET retired = true WHERE id = $1", number)
        await db.execute("DELETE FROM room_members WHERE operator_id = $1", number)
    await request.app["sessions"].drop_all_of(number)
    await request.app["hub"].hang_up(number)
    return web.Response(status=204)


def badge_from_environment() -> BadgeServer:
    return BadgeServer(os.environ["BADGE_URL"], os.environ["BADGE_CLIENT"], os.environ["BADGE_SECRET"])
