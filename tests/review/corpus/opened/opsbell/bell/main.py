import os

import asyncpg
from aiohttp import web

from bell import doorway, hub, runbooks
from bell.sessions import SessionStore, session_middleware


async def connect(app: web.Application) -> None:
    app["pool"] = await asyncpg.create_pool(os.environ["OPSBELL_DSN"])
    app["sessions"] = SessionStore(app["pool"])
    app["hub"] = hub.Hub(app["pool"])


async def disconnect(app: web.Application) -> None:
    await app["pool"].close()


def make_app() -> web.Application:
    app = web.Application(middlewares=[session_middleware])
    app["origin"] = os.environ.get("OPSBELL_ORIGIN", "https://bell.example")
    app["badge"] = doorway.badge_from_environment()
    for part in (doorway, hub, runbooks):
        app.add_routes(part.routes)
    app.on_startup.append(connect)
    app.on_cleanup.append(disconnect)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), port=8080)
