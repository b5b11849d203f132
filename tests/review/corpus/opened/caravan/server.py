from __future__ import annotations

import logging
import time

from sanic import Request, Sanic
from sanic.response import HTTPResponse
from tortoise.contrib.sanic import register_tortoise

import config
import people
import stays
from barrier import Barrier

logger = logging.getLogger("caravan")
COVERED = {"password", "plate"}


def covered(sent: dict) -> dict:
    return {name: "·" if name in COVERED else value for name, value in sent.items()}


async def note_request(request: Request) -> None:
    request.ctx.started = time.monotonic()
    if request.method in {"POST", "PUT"} and request.content_type == "application/json":
        logger.debug("%s %s", request.method, request.path, extra={"body": covered(request.json or {})})


async def note_failure(request: Request, response: HTTPResponse) -> None:
    if response.status < 500:
        return
    logger.error(
        "failed after %.2f s",
        time.monotonic() - request.ctx.started,
        extra={"url": request.url, "cookies": {name: request.cookies.get(name) for name in request.cookies}},
    )


def create_app() -> Sanic:
    app = Sanic("caravan")
    app.blueprint([people.bp, stays.bp])
    app.register_middleware(note_request, "request")
    app.register_middleware(note_failure, "response")
    register_tortoise(app, db_url=config.DATABASE, modules={"models": ["models"]}, generate_schemas=True)

    @app.before_server_start
    async def start(app: Sanic, _) -> None:
        app.ctx.barrier = Barrier()

    @app.after_server_stop
    async def stop(app: Sanic, _) -> None:
        await app.ctx.barrier.close()

    return app
