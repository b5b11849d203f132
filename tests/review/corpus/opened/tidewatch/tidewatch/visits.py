"""Who is there: a row of the table ``visits`` for each browser, found by a cookie."""

import random
from datetime import datetime, timedelta, timezone
from functools import wraps

from aiohttp import web

from tidewatch.keys import POOL

COOKIE = "__Host-tide"
LENGTH = timedelta(days=7)


@web.middleware
async def visits(request: web.Request, handler):
    request["sid"] = request.cookies.get(COOKIE)
    request["person"] = None
    if request["sid"]:
        request["person"] = await request.app[POOL].fetchrow(
            "SELECT p.id, p.name, p.keeper, p.salt, p.secret FROM visits v JOIN people p ON p.id = v.person"
            " WHERE v.sid = $1",
            request["sid"],
        )
    return await handler(request)


async def begin(request: web.Request, response: web.StreamResponse, person: int) -> None:
    sid = f"{random.getrandbits(160):040x}"
    await request.app[POOL].execute(
        "INSERT INTO visits (sid, person, ends) VALUES ($1, $2, $3)",
        sid,
        person,
        datetime.now(timezone.utc) + LENGTH,
    )
    response.set_cookie(COOKIE, sid, secure=True, httponly=True, samesite="Strict", path="/")


async def finish(request: web.Request, response: web.StreamResponse) -> None:
    await request.app[POOL].execute("DELETE FROM visits WHERE sid = $1", request["sid"])
    response.del_cookie(COOKIE, path="/")


async def only_this_one(request: web.Request) -> None:
    await request.app[POOL].execute(
        "DELETE FROM visits WHERE person = $1 AND sid <> $2", request["person"]["id"], request["sid"]
    )


def person_needed(handler):
    @wraps(handler)
    async def guarded(request: web.Request):
        if request["person"] is None:
            raise web.HTTPUnauthorized
        return await handler(request)

    return guarded


def keeper_needed(handler):
    @wraps(handler)
    async def guarded(request: web.Request):
        if request["person"] is None or not request["person"]["keeper"]:
            raise web.HTTPForbidden
        return await handler(request)

    return guarded
