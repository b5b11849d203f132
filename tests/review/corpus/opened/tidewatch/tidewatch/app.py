import logging
import os

import asyncpg
from aiohttp import web

from tidewatch import people, stations
from tidewatch.forwarder import forwarding
from tidewatch.keys import DSN, POOL
from tidewatch.visits import visits

log = logging.getLogger("tidewatch")


async def database(app: web.Application):
    log.info("connecting to %s", app[DSN])
    app[POOL] = await asyncpg.create_pool(app[DSN], min_size=2, max_size=10)
    yield
    await app[POOL].close()


def make_app() -> web.Application:
    app = web.Application(middlewares=[visits], client_max_size=64 * 1024)
    app[DSN] = os.environ["TIDEWATCH_DSN"]
    app.cleanup_ctx.append(database)
    app.cleanup_ctx.append(forwarding)
    app.add_routes(people.routes)
    app.add_routes(stations.routes)
    return app


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    web.run_app(make_app(), host="127.0.0.1", port=8079)
