"""Sign-in of staff and of guests; each has a cookie and a table of its own."""

from __future__ import annotations

import datetime as dt
import secrets
from functools import wraps

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sanic import Blueprint, Request, json
from sanic.exceptions import Unauthorized

import config
from models import Guest, GuestSession, Staff, StaffSession, digest, now

bp = Blueprint("people", url_prefix="/people")

staff_hasher = PasswordHasher()
guest_hasher = PasswordHasher(**config.GUEST_HASHING)
NO_STAFF = staff_hasher.hash(secrets.token_hex(16))
NO_GUEST = guest_hasher.hash(secrets.token_hex(16))


def holds(hasher: PasswordHasher, stored: str, given: str) -> bool:
    try:
        return hasher.verify(stored, given)
    except (VerificationError, InvalidHashError):
        return False


def staff_only(handler):
    @wraps(handler)
    async def inner(request: Request, *args, **kwargs):
        key = digest(request.cookies.get("staff", ""))
        found = await StaffSession.get_or_none(key=key, ends_at__gt=now()).prefetch_related("staff")
        if found is None:
            raise Unauthorized("staff only")
        request.ctx.staff = found.staff
        return await handler(request, *args, **kwargs)

    return inner


def guests_only(handler):
    @wraps(handler)
    async def inner(request: Request, *args, **kwargs):
        key = digest(request.cookies.get("guest", ""))
        found = await GuestSession.get_or_none(key=key, ends_at__gt=now()).prefetch_related("guest")
        if found is None:
            raise Unauthorized("sign in first")
        request.ctx.guest = found.guest
        return await handler(request, *args, **kwargs)

    return inner


@bp.post("/staff")
async def staff_in(request: Request):
    person = await Staff.get_or_none(name=request.json["name"])
    if not holds(staff_hasher, person.password if person else NO_STAFF, request.json["password"]):
        raise Unauthorized("these do not belong together")
    key = secrets.token_urlsafe(32)
    await StaffSession.create(key=digest(key), staff=person, ends_at=now() + dt.timedelta(hours=config.STAFF_HOURS))
    response = json({"name": person.name, "warden": person.warden})
    response.add_cookie("staff", key, max_age=config.STAFF_HOURS * 3600, samesite="Strict")
    return response


@bp.post("/guests/register")
async def register(request: Request):
    sent = request.json
    if await Guest.filter(email=sent["email"].lower()).exists():
        return json({"error": "There is an account for this address."}, 409)
    guest = await Guest.create(email=sent["email"].lower(), password=guest_hasher.hash(sent["password"]))
    return json({"id": guest.id}, 201)


@bp.post("/staff/new")
@staff_only
async def new_staff(request: Request):
    if not request.ctx.staff.warden:
        raise Unauthorized("wardens only")
    sent = request.json
    person = await Staff.create(name=sent["name"], password=staff_hasher.hash(sent["password"]))
    return json({"id": person.id}, 201)


@bp.post("/guests")
async def guest_in(request: Request):
    guest = await Guest.get_or_none(email=request.json["email"].lower())
    if not holds(guest_hasher, guest.password if guest else NO_GUEST, request.json["password"]):
        raise Unauthorized("these do not belong together")
    key = secrets.token_urlsafe(32)
    await GuestSession.create(key=digest(key), guest=guest, ends_at=now() + dt.timedelta(days=1))
    response = json({"id": guest.id})
    response.add_cookie("guest", key, max_age=86400, httponly=True)
    return response


@bp.delete("/session")
async def out(request: Request):
    await StaffSession.filter(key=digest(request.cookies.get("staff", ""))).delete()
    await GuestSession.filter(key=digest(request.cookies.get("guest", ""))).delete()
    response = json({})
    response.delete_cookie("staff")
    response.delete_cookie("guest")
    return response
