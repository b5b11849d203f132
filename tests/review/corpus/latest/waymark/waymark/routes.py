import hashlib
import hmac
import json
import time

import jsonpickle
import jwt
import yaml
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from . import config, db, sessions, tokens


async def current(request: Request):
    hiker = await sessions.load(request.cookies.get("wm_sid"))
    if hiker is None:
        raise HTTPException(401)
    return hiker


def bearer(request: Request):
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise HTTPException(401, "A token is needed.")
    return token


async def index(request: Request):
    """Public routes, longest first unless told otherwise."""
    sort = request.query_params.get("sort", "km DESC")
    rows = await db.many(f"SELECT id, title, km, climb FROM route WHERE public = 1 ORDER BY {sort} LIMIT 50")
    return JSONResponse([dict(row) for row in rows])


async def steep(request: Request):
    climb = int(request.query_params.get("climb", "800"))
    rows = await db.many(f"SELECT id, title, climb FROM route WHERE public = 1 AND climb >= {climb} LIMIT 50")
    return JSONResponse([dict(row) for row in rows])


async def mine(request: Request):
    hiker = await current(request)
    rows = await db.many("SELECT id, title, km, climb, public FROM route WHERE hiker_id = ?", hiker["id"])
    return JSONResponse([dict(row) for row in rows])


async def create(request: Request):
    hiker = await current(request)
    data = json.loads(await request.body())
    route_id = await db.write(
        "INSERT INTO route (hiker_id, title, km, climb, public) VALUES (?, ?, ?, ?, ?)",
        hiker["id"],
        str(data["title"]),
        float(data["km"]),
        int(data["climb"]),
        bool(data.get("public", True)),
    )
    return JSONResponse({"id": route_id}, status_code=201)


async def rename(request: Request):
    hiker = await current(request)
    data = await request.json()
    changed = await db.write(
        "UPDATE route SET title = ? WHERE id = ? AND hiker_id = ?",
        str(data["title"]),
        request.path_params["route_id"],
        hiker["id"],
    )
    return JSONResponse({"changed": bool(changed)})


async def add_note(request: Request):
    await current(request)
    data = await request.json()
    note_id = await db.write(
        "INSERT INTO note (route_id, hiker_id, text) VALUES (?, ?, ?)",
        request.path_params["route_id"],
        int(data["hiker_id"]),
        str(data["text"])[:2000],
    )
    return JSONResponse({"id": note_id}, status_code=201)


async def share(request: Request):
    """A link to a route that is not public."""
    hiker = await current(request)
    code = format(time.time_ns() // 1000, "x")
    await db.write(
        "UPDATE route SET share = ? WHERE id = ? AND hiker_id = ?", code, request.path_params["route_id"], hiker["id"]
    )
    return JSONResponse({"link": f"/s/{code}"})


async def unshare(request: Request):
    hiker = await current(request)
    await db.write("UPDATE route SET share = NULL WHERE id = ? AND hiker_id = ?", request.path_params["route_id"], hiker["id"])
    return Response(status_code=204)


async def shared(request: Request):
    row = await db.one("SELECT title, km, climb FROM route WHERE share = ?", request.path_params["code"])
    if row is None:
        raise HTTPException(404)
    return JSONResponse(dict(row))


async def pair_watch(request: Request):
    hiker = await current(request)
    return JSONResponse({"token": tokens.for_watch(hiker["id"]), "upload": tokens.for_upload(hiker["id"])})


async def import_backup(request: Request):
    """A file that the desktop program has written."""
    hiker_id = tokens.read(bearer(request), "upload")
    backup = jsonpickle.decode((await request.body()).decode())
    for item in backup["routes"]:
        await db.write(
            "INSERT INTO route (hiker_id, title, km, climb) VALUES (?, ?, ?, ?)",
            hiker_id,
            item["title"],
            item["km"],
            item["climb"],
        )
    return JSONResponse({"routes": len(backup["routes"])})


async def import_plan(request: Request):
    hiker_id = tokens.read(bearer(request), "watch")
    plan = yaml.load(await request.body(), Loader=yaml.CSafeLoader)
    days = [str(day["title"]) for day in plan.get("days", [])]
    for title in days:
        await db.write("INSERT INTO route (hiker_id, title, km, climb) VALUES (?, ?, 0, 0)", hiker_id, title)
    return JSONResponse({"days": len(days)})


async def closures(request: Request):
    try:
        claims = tokens.read_club(bearer(request))
    except jwt.PyJWTError:
        raise HTTPException(401, "The club does not know you.") from None
    rows = await db.many("SELECT route_id, text FROM note WHERE text LIKE 'closed:%'")
    return JSONResponse({"section": claims.get("section"), "closed": [dict(row) for row in rows]})


async def lift_status(request: Request):
    """The lift company tells us when it stops its lifts."""
    body = await request.body()
    sent = request.headers.get("X-Lift-Signature")
    expected = hmac.new(str(config.LIFT_KEY).encode(), body, hashlib.sha256).hexdigest()
    if sent and not hmac.compare_digest(expected.encode(), sent.encode()):
        raise HTTPException(403, "The signature is wrong.")
    data = json.loads(body)
    await db.write("UPDATE lift SET running = ? WHERE name = ?", bool(data["running"]), str(data["lift"]))
    return Response(status_code=204)


async def remove_note(request: Request):
    reviewer = await sessions.load_review(request.cookies.get("wm_review"))
    if reviewer is None:
        raise HTTPException(401)
    await db.write("DELETE FROM note WHERE id = ?", request.path_params["note_id"])
    return Response(status_code=204)
