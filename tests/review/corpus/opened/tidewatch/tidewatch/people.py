import logging

from aiohttp import web

from tidewatch import visits, words
from tidewatch.keys import POOL

log = logging.getLogger("tidewatch.people")
routes = web.RouteTableDef()

TO_TELL = {"user-agent", "content-type", "content-length", "x-request-id"}


def telling(headers) -> dict[str, str]:
    """What may be written down of the headers of a request."""
    return {name: value for name, value in headers.items() if name.lower() in TO_TELL}


@routes.post("/sign-in")
async def sign_in(request: web.Request) -> web.Response:
    sent = await request.json()
    row = await request.app[POOL].fetchrow(
        "SELECT id, salt, secret FROM people WHERE name = $1 AND active", str(sent["name"])
    )
    sealed = words.Sealed(row["salt"], row["secret"]) if row else words.STRANGER
    if not words.fits(str(sent["password"]), sealed) or row is None:
        log.warning("sign-in refused: %s", telling(request.headers))
        return web.json_response({"problem": "name or password is wrong"}, status=401)
    response = web.json_response({"ok": True})
    await visits.begin(request, response, row["id"])
    return response


@routes.post("/sign-out")
@visits.person_needed
async def sign_out(request: web.Request) -> web.Response:
    response = web.json_response({"ok": True})
    await visits.finish(request, response)
    return response


@routes.post("/password")
@visits.person_needed
async def password(request: web.Request) -> web.Response:
    sent, person = await request.json(), request["person"]
    if not words.fits(str(sent["old"]), words.Sealed(person["salt"], person["secret"])):
        return web.json_response({"problem": "that is not your password"}, status=403)
    if len(str(sent["new"])) < 12:
        return web.json_response({"problem": "twelve letters at least"}, status=400)
    sealed = words.seal(str(sent["new"]))
    await request.app[POOL].execute(
        "UPDATE people SET salt = $2, secret = $3 WHERE id = $1", person["id"], sealed.salt, sealed.secret
    )
    await visits.only_this_one(request)
    return web.json_response({"ok": True})


@routes.post("/people")
@visits.keeper_needed
async def add(request: web.Request) -> web.Response:
    sent = await request.json()
    if len(str(sent["password"])) < 12:
        return web.json_response({"problem": "twelve letters at least"}, status=400)
    sealed = words.seal(str(sent["password"]))
    number = await request.app[POOL].fetchval(
        "INSERT INTO people (name, salt, secret) VALUES ($1, $2, $3) RETURNING id",
        str(sent["name"]),
        sealed.salt,
        sealed.secret,
    )
    return web.json_response({"id": number}, status=201)


@routes.delete(r"/people/{id:\d+}")
@visits.keeper_needed
async def leave(request: web.Request) -> web.Response:
    """Somebody no longer works here; the readings they corrected stay theirs."""
    await request.app[POOL].execute(
        "UPDATE people SET active = false WHERE id = $1", int(request.match_info["id"])
    )
    return web.Response(status=204)
