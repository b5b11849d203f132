from __future__ import annotations

import asyncio
import hmac
import logging

import bcrypt
from aiohttp import web
from aiohttp_session import get_session, new_session

from . import tokens
from .middlewares import signed_in

log = logging.getLogger("pantry.account")
NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt(12))
PUBLIC_URL = "https://pantry.example.org"


async def hash_password(password: str) -> bytes:
    return await asyncio.to_thread(bcrypt.hashpw, password.encode(), bcrypt.gensalt(12))


async def password_matches(password: str, kept: bytes) -> bool:
    return await asyncio.to_thread(bcrypt.checkpw, password.encode(), kept)


async def find(request: web.Request, email: str):
    return await request.app["db"].fetchrow(
        "SELECT id, email, password, locked, session_version FROM people WHERE email = $1", email.strip().lower()
    )


async def sign_in(request: web.Request) -> web.Response:
    form = await request.post()
    person = await find(request, str(form["email"]))
    if person is not None and person["locked"]:
        return web.json_response({"error": "This account is locked. Please call us."}, status=423)
    good = await password_matches(str(form["password"]), person["password"] if person else NOBODY)
    if person is None or not good:
        return web.json_response({"error": "E-mail or password is wrong."}, status=401)
    session = await get_session(request)
    session["user_id"] = person["id"]
    session["version"] = person["session_version"]
    return web.json_response({"ok": True})


async def ask_code(request: web.Request) -> web.Response:
    form = await request.post()
    person = await find(request, str(form["email"]))
    code = tokens.new_code()
    if person is not None and not person["locked"]:
        await request.app["redis"].set(f"code:{person['id']}", code, ex=600)
        request.app["outbox"].put(person["email"], "Your code", f"Your code is {code}.")
    return web.json_response({"ok": True})


async def sign_in_by_code(request: web.Request) -> web.Response:
    form = await request.post()
    person = await find(request, str(form["email"]))
    key = f"code:{person['id'] if person else 0}"
    kept = await request.app["redis"].getdel(key)
    if person is None or not hmac.compare_digest(kept or b"-", str(form["code"]).encode()):
        return web.json_response({"error": "The code is wrong."}, status=401)
    session = await new_session(request)
    session["user_id"] = person["id"]
    session["version"] = person["session_version"]
    log.info("person %s signed in by code", person["id"])
    return web.json_response({"ok": True})


@signed_in
async def sign_out(request: web.Request) -> web.Response:
    session = await get_session(request)
    session.invalidate()
    return web.json_response({"ok": True})


async def forgot(request: web.Request) -> web.Response:
    body = await request.json()
    person = await find(request, body["email"])
    if person is None:
        raise web.HTTPNotFound(text="no such person")
    token = tokens.new_reset()
    await request.app["redis"].set(f"reset:{tokens.digest(token)}", person["id"], ex=3600)
    request.app["outbox"].put(person["email"], "Reset", f"{PUBLIC_URL}/reset#{token}")
    return web.json_response({"ok": True})


async def reset(request: web.Request) -> web.Response:
    body = await request.json()
    person_id = await request.app["redis"].getdel(f"reset:{tokens.digest(body['token'])}")
    if person_id is None:
        raise web.HTTPBadRequest(text="the link is no longer good")
    await request.app["db"].execute(
        "UPDATE people SET password = $2, session_version = session_version + 1 WHERE id = $1",
        int(person_id),
        await hash_password(body["password"]),
    )
    return web.json_response({"ok": True})


async def accept_invitation(request: web.Request) -> web.Response:
    token = request.match_info["token"]
    row = await request.app["db"].fetchrow(
        "DELETE FROM invitations WHERE token = $1 AND expires > now() RETURNING person_id", token
    )
    if row is None:
        log.warning("unknown invitation %s…", token[:6])
        raise web.HTTPNotFound
    version = await request.app["db"].fetchval("SELECT session_version FROM people WHERE id = $1", row["person_id"])
    session = await new_session(request)
    session["user_id"] = row["person_id"]
    session["version"] = version
    target = request.query.get("to", "/pickups")
    raise web.HTTPSeeOther(target if target.startswith("/") else "/pickups")
