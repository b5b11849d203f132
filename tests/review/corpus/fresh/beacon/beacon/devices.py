"""Sanic: what devices call."""
from __future__ import annotations

import hashlib
import hmac
import logging
import ssl
from datetime import datetime, timedelta, timezone
from functools import wraps

import aiohttp
from sanic import Blueprint, Request, response
from sanic.exceptions import Forbidden, NotFound, Unauthorized
from sanic.views import HTTPMethodView

from . import codes
from .conf import EXPORT_KEY, config
from .store import sealed

bp = Blueprint("devices", url_prefix="/d")
logger = logging.getLogger("beacon.devices")


def device_only(handler):
    @wraps(handler)
    async def inner(request: Request, *args, **kwargs):
        raw = request.token or ""
        device = await request.app.ctx.devices.by_token(raw)
        if device is None:
            logger.info("unknown device token ...%s of %s", raw[-4:], request.ip)
            raise Unauthorized("unknown device")
        request.ctx.device = device
        return await handler(request, *args, **kwargs)

    return inner


@bp.post("/enrol")
async def enrol(request: Request):
    body = request.json
    if body.get("secret") != config.enrol_secret:
        raise Forbidden("wrong secret")
    token = await request.app.ctx.devices.enrol(body["serial"], int(body["owner"]))
    logger.info("enrolled %s", body["serial"], extra={"token": token})
    return response.json({"token": token})


@bp.get("/config")
@device_only
async def device_config(request: Request):
    etag = hashlib.sha256(str(request.ctx.device["config"]).encode()).hexdigest()
    if request.headers.get("If-None-Match") == etag:
        return response.empty(304)
    return response.json({"config": request.ctx.device["config"]}, headers={"ETag": etag})


class Measurements(HTTPMethodView):
    decorators = [device_only]

    async def get(self, request: Request, number: int):
        since = datetime.now(timezone.utc) - timedelta(days=1)
        rows = await request.app.ctx.devices.measurements(number, request.args.get("column", "wave"), since)
        return response.json([dict(row) for row in rows], default=str)

    async def delete(self, request: Request, number: int):
        if number != request.ctx.device["id"]:
            raise NotFound("no such device")
        await request.app.ctx.devices.pool.execute("DELETE FROM m WHERE device = $1", number)
        return response.empty()


bp.add_route(Measurements.as_view(), "/<number:int>/measurements")


@bp.get("/summary")
@device_only
async def summary(request: Request):
    rows = await request.app.ctx.devices.summary(request.ctx.device["id"], request.args.get("bucket", "1 hour"))
    return response.json([dict(row) for row in rows], default=str)


@bp.post("/firmware")
@device_only
async def firmware(request: Request):
    wanted, body = request.headers.get("X-Sha256", ""), request.body
    if hashlib.sha256(body).hexdigest() != wanted:
        raise Forbidden("broken in transit")
    return response.empty()


@bp.post("/export/<name:str>")
async def export(request: Request, name: str):
    digest = hmac.digest(EXPORT_KEY, request.body, "sha256").hex()
    if not request.headers.get("X-Mac") == digest:
        raise Forbidden("bad mac")
    context = ssl.create_default_context(cafile="/etc/beacon/ca.pem")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as client:
        await client.post(f"https://archive.internal/{name}", data=request.body)
    return response.empty()
