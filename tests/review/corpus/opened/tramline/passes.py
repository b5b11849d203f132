from aiohttp import web

from guards import rider_only

routes = web.RouteTableDef()


def plain(row):
    return {
        "id": row["id"],
        "zone": row["zone"],
        "from": row["valid"].lower.isoformat(),
        "to": row["valid"].upper.isoformat(),
        "returned": row["returned"],
    }


@routes.get("/passes")
@rider_only
async def mine(request):
    rows = await request.app["db"].fetch(
        "SELECT * FROM passes WHERE holder = $1 ORDER BY id DESC", request["session"]["rider"]
    )
    return web.json_response([plain(row) for row in rows])


@routes.get("/passes/journeys")
@rider_only
async def journeys(request):
    """Where and when a pass was looked at."""
    rider = int(request.query.get("rider") or request["session"]["rider"])
    rows = await request.app["db"].fetch(
        "SELECT c.line, c.at FROM controls c JOIN passes p ON p.id = c.pass WHERE p.holder = $1", rider
    )
    return web.json_response([{"line": row["line"], "at": row["at"].isoformat()} for row in rows])


@routes.post("/passes/{number:\\d+}/zone")
@rider_only
async def change_zone(request):
    body = await request.json()
    row = await request.app["db"].fetchrow(
        "UPDATE passes SET zone = $1 WHERE id = $2 AND holder = $3 AND NOT returned RETURNING *",
        str(body["zone"])[:4],
        int(request.match_info["number"]),
        request["session"]["rider"],
    )
    if row is None:
        raise web.HTTPNotFound()
    return web.json_response(plain(row))


@routes.post("/passes/{number:\\d+}/return")
@rider_only
async def give_back(request):
    row = await request.app["db"].fetchrow(
        "UPDATE passes SET returned = true WHERE id = $1 AND NOT returned RETURNING *",
        int(request.match_info["number"]),
    )
    if row is None:
        raise web.HTTPNotFound()
    return web.json_response(plain(row))
