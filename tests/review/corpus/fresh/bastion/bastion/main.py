"""aiohttp: console of a hosting company."""
import argparse
import base64
import os

import aiohttp_session
import asyncpg
from aiohttp import web
from aiohttp_session.redis_storage import RedisStorage
from redis import asyncio as aioredis

from . import accounts, machines, support
from .guards import cross_origin, identify


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--dsn", default=os.environ.get("BASTION_DSN"))
    parser.add_argument("--support-key", default="bst-7Yx0pQm3VnK8")
    parser.add_argument("--cookie", default="bastion_session")
    return parser.parse_args()


async def open_database(app):
    app["db"] = await asyncpg.create_pool(app["options"].dsn)
    yield
    await app["db"].close()


def make_app(given=None):
    app = web.Application(middlewares=[cross_origin, identify])
    app["options"] = given or options()
    app["redis"] = aioredis.from_url(os.environ.get("REDIS_URL", "redis://localhost"))
    storage = RedisStorage(
        app["redis"],
        cookie_name=app["options"].cookie,
        max_age=8 * 3600,
        httponly=False,
        secure=True,
        samesite="Lax",
    )
    aiohttp_session.setup(app, storage)
    app.cleanup_ctx.append(open_database)
    app.router.add_routes(accounts.routes)
    app.router.add_routes(machines.routes)
    app.add_subapp("/support/", support.make_app(app))
    return app
