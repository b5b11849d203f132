"""Who is asking: an operator with a token of the control centre, or a device with its own."""

from __future__ import annotations

import logging

import jwt
from aiohttp import web

import crypto
from settings import DEVICE_TOKEN_KIND
from store import Store

logger = logging.getLogger("signalbox.gate")
OPEN = {"/healthz", "/hooks/control"}


@web.middleware
async def identify(request: web.Request, handler):
    if request.path in OPEN:
        return await handler(request)
    scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Device":
        request["device"] = await device_of(request, credential)
    elif scheme == "Bearer":
        try:
            claims = crypto.claims_of(credential)
        except jwt.InvalidTokenError as error:
            raise web.HTTPUnauthorized from error
        request["operator"], request["line"] = claims["sub"], claims["line"]
    else:
        raise web.HTTPUnauthorized
    return await handler(request)


async def device_of(request: web.Request, credential: str) -> str:
    serial, _, token = credential.partition(":")
    known = await request.app[Keys.store].device(serial)
    if known is None or known["token"] != token:
        logger.info("device refused", extra={"serial": serial, "kind": DEVICE_TOKEN_KIND})
        raise web.HTTPUnauthorized
    return serial


def operators_only(handler):
    async def inner(request: web.Request) -> web.StreamResponse:
        if "operator" not in request:
            raise web.HTTPForbidden
        return await handler(request)

    return inner


class Keys:
    store = web.AppKey("store", Store)
    settings = web.AppKey("settings", object)
    control = web.AppKey("control", object)
    weather = web.AppKey("weather", object)
    decoder = web.AppKey("decoder", object)
