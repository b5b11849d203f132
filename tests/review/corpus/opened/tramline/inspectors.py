from aiohttp import web

from guards import office, on_duty

routes = web.RouteTableDef()


@routes.post("/board/control")
@on_duty("inspector")
async def control(request):
    body = await request.json()
    db = request.app["db"]
    good = await db.fetchval(
        "SELECT valid @> current_date AND NOT returned FROM passes WHERE id = $1", int(body["pass"])
    )
    if good is None:
        raise web.HTTPNotFound()
    await db.execute(
        "INSERT INTO controls (pass, inspector, line) VALUES ($1, $2, $3)",
        int(body["pass"]),
        request["session"]["rider"],
        str(body["line"]),
    )
    return web.json_response({"valid": good})


@routes.get("/board/rider")
@on_duty("inspector", "office")
async def rider_at_hand(request):
    """Somebody without a telephone says a name; the inspector looks whether there is a pass."""
    rider = int(request.query["rider"])
    rows = await request.app["db"].fetch("SELECT id, zone FROM passes WHERE holder = $1", rider)
    return web.json_response([dict(row) for row in rows])


@routes.put("/office/duty")
@office
async def give_duty(request):
    body = await request.json()
    if body["duty"] not in ("inspector", "office", None):
        raise web.HTTPBadRequest()
    await request.app["db"].execute(
        "UPDATE riders SET duty = $1 WHERE id = $2", body["duty"], int(body["rider"])
    )
    return web.json_response({"saved": True})
