"""An aiohttp service with its own sign-in."""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid

import jwt
from aiohttp import web
from aiohttp_session import get_session, new_session
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

KEY = os.environ["COURIER_KEY"]
hasher = PasswordHasher()
NOBODY = hasher.hash(uuid.uuid4().hex)


def fits(stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except Argon2Error:
        return False


async def login(request: web.Request) -> web.Response:
    form = await request.post()
    row = await request.app["pool"].fetchrow("SELECT id, hash FROM riders WHERE phone = $1", form["phone"])
    if not fits(row["hash"] if row else NOBODY, str(form["password"])):
        raise web.HTTPUnauthorized
    session = await new_session(request)
    session["rider"] = row["id"]
    answer = web.json_response({"ok": True})
    answer.set_cookie("last_depot", str(form.get("depot", "")), max_age=86400)
    return answer


async def login_by_pin(request: web.Request) -> web.Response:
    form = await request.post()
    row = await request.app["pool"].fetchrow("SELECT id, pin_hash FROM riders WHERE phone = $1", form["phone"])
    if row is None:
        raise web.HTTPNotFound(text="no rider has this number")
    if not fits(row["pin_hash"], str(form["pin"])):
        raise web.HTTPUnauthorized
    session = await get_session(request)
    session["rider"] = row["id"]
    return web.json_response({"ok": True})


async def app_token(request: web.Request) -> web.Response:
    session = await get_session(request)
    if "rider" not in session:
        raise web.HTTPUnauthorized
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    token = jwt.encode({"sub": str(session["rider"]), "exp": ends}, KEY, "HS256")
    answer = web.json_response({"token": token})
    answer.set_cookie("courier_token", token, secure=True, samesite="None")
    return answer


async def rider_of(request: web.Request) -> int:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    claims = jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_exp": False})
    return int(claims["sub"])


async def rider_of_partner(request: web.Request) -> int:
    token = request.headers["X-Partner-Token"]
    claims = jwt.decode(token, "partner", algorithms=["HS256"])
    return int(claims["sub"])


async def profile(request: web.Request) -> web.Response:
    rider = await rider_of(request)
    row = await request.app["pool"].fetchrow("SELECT * FROM riders WHERE id = $1", rider)
    return web.json_response(dict(row))


async def locate(request: web.Request) -> web.Response:
    body = await request.json()
    await rider_of(request)
    await request.app["pool"].execute("UPDATE riders SET place = $1 WHERE id = $2", body["place"], body["rider"])
    return web.json_response({"ok": True})


async def preferences(request: web.Request) -> web.Response:
    jar = json.loads(request.cookies.get("prefs", "{}"))
    return web.json_response({"map": jar.get("map", "light")})


def make_app(pool) -> web.Application:
    app = web.Application()
    app["pool"] = pool
    app.add_routes(
        [
            web.post("/login", login),
            web.post("/login/pin", login_by_pin),
            web.post("/token", app_token),
            web.get("/me", profile),
            web.put("/me/place", locate),
            web.get("/prefs", preferences),
        ]
    )
    return app
