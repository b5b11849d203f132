"""What to do when it rings: runbooks of a room, with steps that are ticked off."""

from aiohttp import web
from asyncpg import Pool

from bell.people import operator_required, works_in

routes = web.RouteTableDef()


async def runbook_of(request: web.Request) -> int:
    """The runbook of the address, where the operator works in its room."""
    pool: Pool = request.app["pool"]
    row = await pool.fetchrow(
        "SELECT id, room_id FROM runbooks WHERE id = $1", int(request.match_info["runbook"])
    )
    if row is None or not await works_in(pool, request["operator"]["id"], row["room_id"]):
        raise web.HTTPNotFound()
    return row["id"]


@routes.get("/runbooks/{runbook:\\d+}")
@operator_required
async def show(request: web.Request) -> web.Response:
    runbook = await runbook_of(request)
    rows = await request.app["pool"].fetch(
        "SELECT id, position, text, done FROM steps WHERE runbook_id = $1 ORDER BY position", runbook
    )
    return web.json_response([dict(row) for row in rows])


@routes.post("/runbooks/{runbook:\\d+}/steps")
@operator_required
async def add_step(request: web.Request) -> web.Response:
    runbook = await runbook_of(request)
    body = await request.json()
    number = await request.app["pool"].fetchval(
        "INSERT INTO steps (runbook_id, position, text) VALUES ($1, $2, $3) RETURNING id",
        runbook,
        int(body["position"]),
        str(body["text"]),
    )
    return web.json_response({"id": number}, status=201)


@routes.put("/runbooks/{runbook:\\d+}/steps/{step:\\d+}")
@operator_required
async def rewrite_step(request: web.Request) -> web.Response:
    await runbook_of(request)
    body = await request.json()
    done = await request.app["pool"].execute(
        "UPDATE steps SET text = $2 WHERE id = $1", int(request.match_info["step"]), str(body["text"])
    )
    if done.endswith(" 0"):
        raise web.HTTPNotFound()
    return web.Response(status=204)


@routes.post("/runbooks/{runbook:\\d+}/steps/{step:\\d+}/done")
@operator_required
async def tick_step(request: web.Request) -> web.Response:
    runbook = await runbook_of(request)
    done = await request.app["pool"].execute(
        "UPDATE steps SET done = true WHERE id = $1 AND runbook_id = $2", int(request.match_info["step"]), runbook
    )
    if done.endswith(" 0"):
        raise web.HTTPNotFound()
    return web.Response(status=204)
