from __future__ import annotations

import os
from typing import Any

import aiohttp_cors
import asyncpg
from aiohttp import web
from aiohttp_session import setup as setup_session
from aiohttp_session.redis_storage import RedisStorage
from redis.asyncio import Redis

from . import account, partners, pickups, volunteers
from .mail import Outbox
from .middlewares import errors, load_user

DB = web.AppKey("db", asyncpg.Pool)


async def on_startup(app: web.Application) -> None:
    app["db"] = await asyncpg.create_pool(os.environ["PANTRY_DSN"])
    app["outbox"] = Outbox(os.environ.get("PANTRY_SMTP", "localhost"))


async def on_cleanup(app: web.Application) -> None:
    await app["db"].close()


def session_storage(kind: str, redis: Redis) -> RedisStorage:
    options: dict[str, Any] = {"max_age": 14 * 86400, "samesite": "Lax"}
    if kind == "staff":
        return RedisStorage(redis, cookie_name="pantry_staff", secure=True, httponly=True, **options)
    return RedisStorage(redis, cookie_name="pantry", secure=False, httponly=True, **options)


def create(kind: str = "volunteers") -> web.Application:
    app = web.Application(middlewares=[errors])
    redis = Redis.from_url(os.environ.get("PANTRY_REDIS", "redis://localhost/3"))
    app["redis"] = redis
    setup_session(app, session_storage(kind, redis))
    app.middlewares.append(load_user)
    app.on_startup.append(on_startup)
    app.on_cleanup.append(on_cleanup)

    app.router.add_post("/sign-in", account.sign_in)
    app.router.add_post("/sign-in/code", account.sign_in_by_code)
    app.router.add_post("/sign-in/code/ask", account.ask_code)
    app.router.add_post("/sign-out", account.sign_out)
    app.router.add_post("/password/forgot", account.forgot)
    app.router.add_post("/password/reset", account.reset)
    app.router.add_get("/invited/{token}", account.accept_invitation)
    app.router.add_get("/pickups/find", pickups.find)
    app.router.add_get("/pickups/area", pickups.by_area)
    app.router.add_post("/pickups/{id}/cancel", pickups.cancel)
    app.router.add_post("/pickups/{id}/note", pickups.note)
    app.router.add_post("/pickups/import", pickups.import_plan)
    app.router.add_get("/volunteers", volunteers.directory)
    app.router.add_post("/volunteers/{id}/promote", volunteers.promote)
    app.router.add_post("/volunteers/{id}/remove", volunteers.remove)
    app.router.add_post("/volunteers/{id}/invite", volunteers.invite_again)

    app.router.add_post("/partner/stock", partners.stock)

    cors = aiohttp_cors.setup(app)
    own = app.router.add_resource("/pickups")
    cors.add(own)
    cors.add(
        own.add_route("GET", pickups.mine),
        {"*": aiohttp_cors.ResourceOptions(allow_credentials=True, allow_headers="*")},
    )
    public = app.router.add_resource("/opening-hours")
    cors.add(
        public.add_route("GET", partners.opening_hours),
        {"*": aiohttp_cors.ResourceOptions(allow_credentials=False)},
    )
    return app
