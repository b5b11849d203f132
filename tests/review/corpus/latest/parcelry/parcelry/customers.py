import hashlib
import logging
import secrets

from aiohttp import web

from . import links, passwords, store
from .keys import CONFIG, CUSTOMERS, POOL
from .sessions import new_sid

log = logging.getLogger("parcelry.customers")
routes = web.RouteTableDef()


async def signed_in(request: web.Request) -> int:
    session = await request.app[CUSTOMERS].load(request.cookies.get("sid"))
    if "customer_id" not in session:
        raise web.HTTPUnauthorized()
    return session["customer_id"]


@routes.post("/session")
async def sign_in(request: web.Request) -> web.Response:
    form = await request.post()
    row = await store.customer_by_email(request.app[POOL], str(form.get("email", "")))
    good = passwords.customer_ok(str(form.get("password", "")), row["password"] if row else passwords.NOBODY)
    if not good or row is None:
        raise web.HTTPUnauthorized(text="wrong address or password")
    sessions = request.app[CUSTOMERS]
    sid = request.cookies.get("sid") or new_sid()
    session = await sessions.load(sid)
    session["customer_id"] = row["id"]
    await sessions.save(sid, session)
    response = web.HTTPSeeOther("/parcels")
    response.set_cookie("sid", sid, max_age=12 * 3600, httponly=True)
    return response


@routes.delete("/session")
async def sign_out(request: web.Request) -> web.Response:
    if sid := request.cookies.get("sid"):
        await request.app[CUSTOMERS].drop(sid)
    response = web.Response(status=204)
    response.del_cookie("sid")
    return response


@routes.post("/password/forgotten")
async def forgotten(request: web.Request) -> web.Response:
    form = await request.post()
    token = secrets.token_urlsafe(24)
    email = str(form.get("email", "")).lower()
    await store.add_reset(request.app[POOL], email, hashlib.sha256(token.encode()).hexdigest())
    link = f"{request.scheme}://{request.host}/password/new?t={token}"
    await store.queue_mail(request.app[POOL], "reset", email, link=link)
    return web.json_response({"detail": "look into your mailbox"})


@routes.post("/password/new")
async def new_password(request: web.Request) -> web.Response:
    form = await request.post()
    token, password = str(form.get("t", "")), str(form.get("password", ""))
    if len(password) < 10:
        raise web.HTTPBadRequest(text=f"{password!r} is shorter than ten characters")
    customer_id = await store.use_reset(request.app[POOL], hashlib.sha256(token.encode()).hexdigest())
    if customer_id is None:
        raise web.HTTPBadRequest(text=f"unknown or outdated link ({len(token)} characters)")
    await store.set_password(request.app[POOL], customer_id, passwords.customer_hash(password))
    await request.app[CUSTOMERS].drop_all(customer_id)
    return web.HTTPSeeOther("/session")


@routes.get("/parcels")
async def parcels(request: web.Request) -> web.Response:
    customer_id = await signed_in(request)
    rows = await store.parcels_of(request.app[POOL], customer_id, request.query.getall("status", []))
    return web.json_response([dict(row) for row in rows])


@routes.get(r"/parcels/{id:\d+}")
async def parcel(request: web.Request) -> web.Response:
    row = await store.parcel_of(request.app[POOL], int(request.match_info["id"]), await signed_in(request))
    if row is None:
        raise web.HTTPNotFound()
    return web.json_response(dict(row) | {"label": links.label_url(request.app[CONFIG].base_url, row["id"])})


@routes.post(r"/parcels/{id:\d+}/cancel")
async def cancel(request: web.Request) -> web.Response:
    await signed_in(request)
    await store.set_status(request.app[POOL], int(request.match_info["id"]), "cancelled")
    return web.Response(status=204)


@routes.post(r"/parcels/{id:\d+}/neighbour")
async def neighbour(request: web.Request) -> web.Response:
    """A link with which the neighbour can take the parcel instead."""
    row = await store.parcel_of(request.app[POOL], int(request.match_info["id"]), await signed_in(request))
    if row is None:
        raise web.HTTPNotFound()
    code = links.redirect_code()
    await request.app[POOL].execute(
        "INSERT INTO redirects (digest, parcel_id, ends) VALUES ($1, $2, now() + interval '1 day')",
        hashlib.sha256(code.encode()).hexdigest(),
        row["id"],
    )
    form = await request.post()
    link = f"{request.app[CONFIG].base_url}/redirects/{code}"
    await store.queue_mail(request.app[POOL], "neighbour", str(form["to"]), link=link)
    return web.Response(status=202)
