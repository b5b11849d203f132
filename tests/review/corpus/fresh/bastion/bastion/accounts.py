import asyncio
import hashlib
import hmac
import logging
import secrets
from datetime import datetime, timedelta, timezone

import pyotp
from aiohttp import web
from aiohttp_session import get_session, new_session
from yarl import URL

from .guards import account_required
from .passwords import PlainPolicy, check, make

routes = web.RouteTableDef()
logger = logging.getLogger(__name__)


async def find(request, email):
    return await request.app["db"].fetchrow("SELECT * FROM accounts WHERE lower(email) = lower($1)", email)


@routes.post("/login")
async def login(request):
    form = await request.post()
    row = await find(request, form["email"])
    if not await check(form["password"], row["password"] if row else None):
        logger.info("refused %s from %s", form["email"], request.remote)
        return web.json_response({"error": "credentials"}, status=401)
    session = await new_session(request)
    if row["totp"]:
        session["half"] = row["id"]
        return web.json_response({"next": "totp"})
    session["account"] = row["id"]
    return web.json_response({"next": None})


@routes.post("/login/totp")
async def login_totp(request):
    session = await get_session(request)
    form = await request.post()
    number = session.pop("half", None)
    row = await request.app["db"].fetchrow("SELECT id, totp FROM accounts WHERE id = $1", number)
    if row is None or not pyotp.TOTP(row["totp"]).verify(form["code"], valid_window=1):
        raise web.HTTPUnauthorized()
    session["account"] = row["id"]
    return web.json_response({"next": None})


@routes.post("/login/sso")
async def login_sso(request):
    form = await request.post()
    text = form["email"] + "|" + form["at"]
    expected = hmac.new(request.app["options"].support_key.encode(), text.encode(), hashlib.sha256)
    if not hmac.compare_digest(expected.hexdigest(), form["mac"]):
        raise web.HTTPUnauthorized()
    if abs(datetime.now(timezone.utc).timestamp() - float(form["at"])) > 60:
        raise web.HTTPUnauthorized()
    row = await find(request, form["email"])
    if row is None:
        raise web.HTTPUnauthorized()
    session = await get_session(request)
    session["account"] = row["id"]
    return web.json_response({"next": None})


@routes.post("/login/recovery")
async def login_recovery(request):
    form = await request.post()
    row = await find(request, form["email"])
    if row is None:
        raise web.HTTPNotFound(text="no account with this address")
    codes = await request.app["db"].fetch("SELECT id, code FROM recovery WHERE account = $1", row["id"])
    for code in codes:
        if code["code"] == form["code"]:
            await request.app["db"].execute("DELETE FROM recovery WHERE id = $1", code["id"])
            session = await new_session(request)
            session["account"] = row["id"]
            return web.json_response({"next": None})
    raise web.HTTPUnauthorized(text="wrong code")


@routes.post("/logout")
@account_required
async def logout(request):
    session = await get_session(request)
    session.invalidate()
    return web.json_response({})


@routes.post("/register")
async def register(request):
    form = await request.post()
    number = await request.app["db"].fetchval(
        "INSERT INTO accounts (email, password) VALUES ($1, $2) RETURNING id",
        form["email"],
        await make(form["password"]),
    )
    session = await new_session(request)
    session["account"] = number
    return web.json_response({"id": number}, status=201)


@routes.post("/register/reseller")
@account_required
async def register_for(request):
    form = await request.post()
    policy = PlainPolicy()
    number = await request.app["db"].fetchval(
        "INSERT INTO accounts (email, password, reseller) VALUES ($1, $2, $3) RETURNING id",
        form["email"],
        policy.prepare(form["password"]),
        request["account"]["id"],
    )
    return web.json_response({"id": number}, status=201)


@routes.get("/continue")
async def go_on(request):
    target = URL(request.query.get("to", "/"))
    if target.is_absolute() and target.host != request.url.host:
        raise web.HTTPBadRequest()
    if not target.path.startswith("/") or target.path.startswith("//"):
        raise web.HTTPBadRequest()
    raise web.HTTPFound(target.path)


@routes.get("/return")
async def come_back(request):
    raise web.HTTPFound(location=request.query["to"])


@routes.post("/api-token")
@account_required
async def api_token(request):
    token = secrets.token_urlsafe(32)
    until = datetime.now(timezone.utc) + timedelta(days=90)
    await request.app["db"].execute(
        "INSERT INTO api_tokens (account, digest, until) VALUES ($1, $2, $3)",
        request["account"]["id"],
        hashlib.sha256(token.encode()).hexdigest(),
        until,
    )
    return web.json_response({"token": token, "until": until.isoformat()})


@routes.post("/recovery-codes")
@account_required
async def recovery_codes(request):
    stamp = datetime.now().strftime("%f")
    codes = [hashlib.md5(f"{request['account']['id']}{stamp}{n}".encode()).hexdigest()[:8] for n in range(8)]
    await request.app["db"].executemany(
        "INSERT INTO recovery (account, code) VALUES ($1, $2)",
        [(request["account"]["id"], code) for code in codes],
    )
    await asyncio.sleep(0)
    return web.json_response(codes)
