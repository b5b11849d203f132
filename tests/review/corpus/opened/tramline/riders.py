import asyncio
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from aiohttp import web
from passlib.hash import argon2

from guards import rider_only
from messages import letter, text_message

routes = web.RouteTableDef()


async def new_code(db, rider, kind, code, minutes):
    digest = hashlib.sha256(f"{rider}:{code}".encode()).hexdigest()
    ends = datetime.now(UTC) + timedelta(minutes=minutes)
    await db.execute("DELETE FROM codes WHERE rider = $1 AND kind = $2", rider, kind)
    await db.execute("INSERT INTO codes VALUES ($1, $2, $3, $4)", rider, digest, kind, ends)


async def take_code(db, rider, kind, code):
    digest = hashlib.sha256(f"{rider}:{code}".encode()).hexdigest()
    done = await db.fetchval(
        "DELETE FROM codes WHERE rider = $1 AND kind = $2 AND digest = $3 AND ends > now() RETURNING rider",
        rider,
        kind,
        digest,
    )
    return done is not None


async def enter(request, rider):
    session = request["session"]
    session.move()
    session.pop("waiting", None)
    session["rider"] = rider


@routes.post("/login")
async def login(request):
    form = await request.post()
    db = request.app["db"]
    row = await db.fetchrow("SELECT * FROM riders WHERE email = $1", form.get("email", "").lower())
    refused = web.json_response({"error": "E-mail or password is wrong"}, status=401)
    if row is None:
        return refused
    matches = await asyncio.to_thread(argon2.verify, form.get("password", ""), row["password"])
    if not matches:
        return refused
    if row["second_step"]:
        code = f"{secrets.randbelow(10**8):08}"
        await new_code(db, row["id"], "step", code, 5)
        await text_message(row["phone"], f"Tramline: {code}")
        request["session"]["waiting"] = row["id"]
        return web.json_response({"next": "/login/step"})
    await enter(request, row["id"])
    return web.json_response({"next": "/passes"})


@routes.post("/login/step")
async def second_step(request):
    form = await request.post()
    session = request["session"]
    waiting = session.get("waiting")
    if waiting is None or not await take_code(request.app["db"], waiting, "step", form.get("code", "")):
        session.pop("waiting", None)
        raise web.HTTPUnauthorized(text="start again")
    await enter(request, waiting)
    return web.json_response({"next": "/passes"})


@routes.post("/login/phone")
async def ask_phone_code(request):
    """A code to the telephone instead of a password."""
    form = await request.post()
    db = request.app["db"]
    rider = await db.fetchval("SELECT id FROM riders WHERE phone = $1", form.get("phone", ""))
    if rider is None:
        raise web.HTTPNotFound(text="No rider has this number")
    code = f"{secrets.randbelow(10**8):08}"
    await new_code(db, rider, "phone", code, 5)
    await text_message(form["phone"], f"Tramline: {code}")
    return web.json_response({"next": "/login/phone/code"})


@routes.post("/login/phone/code")
async def phone_code(request):
    form = await request.post()
    db = request.app["db"]
    rider = await db.fetchval("SELECT id FROM riders WHERE phone = $1", form.get("phone", ""))
    if not await take_code(db, rider or 0, "phone", form.get("code", "")):
        raise web.HTTPUnauthorized(text="The code is wrong or too old")
    session = request["session"]
    session["rider"] = rider
    return web.json_response({"next": "/passes"})


async def write_letter(db, email):
    rider = await db.fetchval("SELECT id FROM riders WHERE email = $1", email)
    if rider is None:
        await letter(email, "You have no account with us", "Somebody asked for a way into an account.")
        return
    code = secrets.token_urlsafe(24)
    await new_code(db, rider, "letter", code, 30)
    await letter(email, "Your way in", f"{rider}-{code}")


@routes.post("/forgotten")
async def forgotten(request):
    form = await request.post()
    task = asyncio.create_task(write_letter(request.app["db"], form.get("email", "").lower()))
    request.app["tasks"].add(task)
    return web.json_response({"message": "Look into your letters."})


@routes.post("/letter")
async def from_letter(request):
    form = await request.post()
    number, _, code = form.get("code", "").partition("-")
    if not number.isdigit() or not await take_code(request.app["db"], int(number), "letter", code):
        raise web.HTTPUnauthorized(text="The code is wrong or too old")
    await enter(request, int(number))
    return web.json_response({"next": "/passes"})


@routes.post("/logout")
@rider_only
async def logout(request):
    request["session"].finish()
    return web.json_response({"next": "/"})
