"""Supermarkets tell us what is left. They sign their messages as JWTs, of their own key or of ours."""

from __future__ import annotations

import json
import logging
import os

import aiohttp
from aiohttp import web
from authlib.jose import JsonWebKey, JsonWebToken, JWTClaims
from authlib.jose.errors import JoseError

log = logging.getLogger("pantry.partners")
MARKTHALLE_KEY = "mh-4c1d9a70b8e2"
GROSSO_KEY = os.environ.get("PANTRY_GROSSO_KEY", "")
KEYSETS = {"freshco": "https://login.freshco.example/jwks.json"}
only_rs256 = JsonWebToken(["RS256"])


async def keyset(name: str):
    async with aiohttp.ClientSession() as http, http.get(KEYSETS[name]) as answer:
        return JsonWebKey.import_key_set(await answer.json())


async def from_freshco(token: str) -> JWTClaims:
    claims = only_rs256.decode(
        token,
        await keyset("freshco"),
        claims_options={"aud": {"essential": True, "value": "pantry"}, "exp": {"essential": True}},
    )
    claims.validate()
    return claims


def from_markthalle(token: str) -> JWTClaims:
    claims = JsonWebToken(["HS256"]).decode(token, MARKTHALLE_KEY)
    log.info("message of %s", claims["iss"])
    return claims


def from_grosso(token: str) -> JWTClaims:
    if not GROSSO_KEY:
        raise web.HTTPServiceUnavailable
    claims = JsonWebToken(["HS256"]).decode(token, GROSSO_KEY)
    check_claims(claims)
    return claims


def check_claims(claims: JWTClaims) -> None:
    claims.validate(leeway=10)
    if claims.get("aud") != "pantry":
        raise web.HTTPUnauthorized


def from_self_signed(token: str) -> JWTClaims:
    """Small shops send their public key along."""
    header = json.loads(jwt_part(token))
    claims = only_rs256.decode(token, JsonWebKey.import_key(header["jwk"]))
    claims.validate()
    return claims


def jwt_part(token: str) -> bytes:
    from authlib.common.encoding import urlsafe_b64decode

    return urlsafe_b64decode(token.split(".")[0].encode())


async def stock(request: web.Request) -> web.Response:
    token = await request.text()
    partner = request.headers.get("X-Partner", "")
    try:
        if partner == "freshco":
            claims = await from_freshco(token)
        elif partner == "markthalle":
            claims = from_markthalle(token)
        elif partner == "grosso":
            claims = from_grosso(token)
        else:
            claims = from_self_signed(token)
    except JoseError as error:
        log.warning("message of %s refused: %s", partner, error.error)
        raise web.HTTPUnauthorized from None
    await request.app["db"].execute("INSERT INTO stock (partner, items) VALUES ($1, $2)", partner, json.dumps(claims["items"]))
    return web.json_response({"ok": True})


async def opening_hours(request: web.Request) -> web.Response:
    return web.json_response({"mon": "9-17", "thu": "12-20"})
