import json

import asyncpg
from aiohttp import web
from redis.asyncio import Redis

from . import couriers, customers, machines
from .carrier import Carrier
from .config import Config
from .keys import CARRIER, CONFIG, COURIERS, CUSTOMERS, POOL
from .sessions import CourierSessions, CustomerSessions


async def _codec(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def resources(app: web.Application):
    config = app[CONFIG]
    redis = Redis.from_url(config.redis)
    app[POOL] = await asyncpg.create_pool(config.dsn, init=_codec)
    app[CUSTOMERS], app[COURIERS] = CustomerSessions(redis), CourierSessions(redis)
    app[CARRIER] = Carrier(config)
    await app[CARRIER].open()
    yield
    await app[CARRIER].close()
    await app[POOL].close()
    await redis.aclose()


def create() -> web.Application:
    app = web.Application(client_max_size=2**20)
    app[CONFIG] = Config()
    app.cleanup_ctx.append(resources)
    for module in (customers, couriers, machines):
        app.add_routes(module.routes)
    return app


if __name__ == "__main__":
    web.run_app(create(), port=8080)
