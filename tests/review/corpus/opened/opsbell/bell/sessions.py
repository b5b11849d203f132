"""Sessions of the browsers of the control room, in PostgreSQL. Visitors have one too, for the form's token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from aiohttp import web
from asyncpg import Pool

COOKIE = "opsbell"
SHIFT = timedelta(hours=12)


def _key(sid: str) -> str:
    return hashlib.sha256(sid.encode()).hexdigest()


@dataclass(slots=True)
class Visit:
    sid: str
    operator: int | None
    form_token: str
    new: bool = False


class SessionStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def load(self, sid: str | None) -> Visit:
        if sid:
            row = await self.pool.fetchrow(
                "SELECT operator_id, form_token FROM sessions WHERE key = $1 AND ends_at > now()", _key(sid)
            )
            if row is not None:
                return Visit(sid, row["operator_id"], row["form_token"])
        return await self._open(None)

    async def _open(self, operator: int | None) -> Visit:
        visit = Visit(secrets.token_urlsafe(32), operator, secrets.token_urlsafe(16), new=True)
        await self.pool.execute(
            "INSERT INTO sessions (key, operator_id, form_token, ends_at) VALUES ($1, $2, $3, $4)",
            _key(visit.sid),
            operator,
            visit.form_token,
            datetime.now(timezone.utc) + SHIFT,
        )
        return visit

    async def attach(self, visit: Visit, operator: int) -> Visit:
        await self.pool.execute("UPDATE sessions SET operator_id = $2 WHERE key = $1", _key(visit.sid), operator)
        visit.operator = operator
        return visit

    async def exchange(self, visit: Visit, operator: int) -> Visit:
        await self.drop(visit)
        return await self._open(operator)

    async def drop(self, visit: Visit) -> None:
        await self.pool.execute("DELETE FROM sessions WHERE key = $1", _key(visit.sid))

    async def drop_all_of(self, operator: int) -> None:
        await self.pool.execute("DELETE FROM sessions WHERE operator_id = $1", operator)


def write_cookie(response: web.StreamResponse, visit: Visit) -> None:
    response.set_cookie(
        COOKIE,
        visit.sid,
        max_age=int(SHIFT.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Strict",
    )


@web.middleware
async def session_middleware(request: web.Request, handler) -> web.StreamResponse:
    store: SessionStore = request.app["sessions"]
    request["visit"] = await store.load(request.cookies.get(COOKIE))
    response = await handler(request)
    visit: Visit = request["visit"]
    if visit.new and not response.prepared:
        write_cookie(response, visit)
    return response
