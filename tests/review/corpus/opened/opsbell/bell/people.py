from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from asyncpg import Pool, Record

hasher = PasswordHasher()
NO_ONE = hasher.hash("there is no such operator")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def verify(stored: str, typed: str) -> bool:
    try:
        return hasher.verify(stored, typed)
    except VerifyMismatchError:
        return False


async def check_credentials(pool: Pool, callsign: str, typed: str) -> Record | None:
    row = await pool.fetchrow("SELECT id, password, retired FROM operators WHERE callsign = $1", callsign)
    good = verify(row["password"] if row else NO_ONE, typed)
    return row if row and good and not row["retired"] else None


async def operator_of(request: web.Request) -> Record:
    number = request["visit"].operator
    row = None
    if number is not None:
        row = await request.app["pool"].fetchrow(
            "SELECT id, callsign, lead FROM operators WHERE id = $1 AND NOT retired", number
        )
    if row is None:
        raise web.HTTPUnauthorized()
    return row


def operator_required(handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        request["operator"] = await operator_of(request)
        return await handler(request)

    return guarded


def lead_required(handler: Handler) -> Handler:
    @operator_required
    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        if not request["operator"]["lead"]:
            raise web.HTTPForbidden()
        return await handler(request)

    return guarded


async def works_in(pool: Pool, operator: int, room: int) -> bool:
    return bool(
        await pool.fetchval("SELECT 1 FROM room_members WHERE operator_id = $1 AND room_id = $2", operator, room)
    )
