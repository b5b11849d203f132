"""Falcon: for the operators."""
from __future__ import annotations

import base64
import functools
import logging

import falcon
import falcon.asgi
from passlib.hash import pbkdf2_sha256

from .codes import enrol_code

logger = logging.getLogger("beacon.admin")
OPERATORS = {"root": pbkdf2_sha256.using(rounds=350_000).hash("set-by-first-start")}


class Guard:
    """Middleware of the whole application."""

    async def process_request(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        kind, _, given = (req.auth or "").partition(" ")
        if kind != "Basic":
            raise falcon.HTTPUnauthorized()
        name, _, password = base64.b64decode(given).decode().partition(":")
        hashed = OPERATORS.get(name)
        if hashed is None or not pbkdf2_sha256.verify(password, hashed):
            raise falcon.HTTPUnauthorized()
        req.context.operator = name


def role(name: str):
    async def hook(req: falcon.asgi.Request, resp: falcon.asgi.Response, resource: object, params: dict) -> None:
        if req.get_header("X-Role") != name:
            raise falcon.HTTPForbidden()

    return falcon.before(hook)


class Codes:
    def __init__(self, pool) -> None:
        self.pool = pool

    async def on_post(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = {"code": enrol_code()}

    @role("chief")
    async def on_delete(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        await self.pool.execute("DELETE FROM enrol_codes")


class Audit:
    def __init__(self, pool) -> None:
        self.pool = pool

    async def on_get(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        order = req.get_param("order", default="at")
        direction = "DESC" if req.get_param_as_bool("newest") else "ASC"
        if order not in ("at", "actor"):
            raise falcon.HTTPInvalidParam("unknown column", "order")
        resp.media = [dict(r) for r in await self.pool.fetch(f"SELECT * FROM audit ORDER BY {order} {direction}")]

    async def on_post(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        body = await req.get_media()
        actor = body["actor"]
        rows = await self.pool.fetch("SELECT * FROM audit WHERE actor ILIKE '%" + actor + "%' LIMIT 200")
        resp.media = [dict(r) for r in rows]


def make_app(pool) -> falcon.asgi.App:
    app = falcon.asgi.App(middleware=[Guard()], cors_enable=True)
    app.add_route("/codes", Codes(pool))
    app.add_route("/audit", Audit(pool))
    return app
