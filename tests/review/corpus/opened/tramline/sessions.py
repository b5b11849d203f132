"""Sessions in the database; the browser keeps nothing but the id."""

import json
import secrets
from datetime import UTC, datetime, timedelta

from aiohttp import web

COOKIE = "tramline"
LIFE = timedelta(hours=6)


class Session(dict):
    def __init__(self, key, data=()):
        super().__init__(data)
        self.key = key
        self.old_keys = []

    def move(self):
        """Under a new id from here on; the middleware deletes what is left behind."""
        self.old_keys.append(self.key)
        self.key = secrets.token_urlsafe(32)

    def finish(self):
        self.clear()
        self.move()


async def load(db, key):
    found = key and await db.fetchval("SELECT data FROM sessions WHERE id = $1 AND ends > now()", key)
    return Session(key, json.loads(found)) if found else Session(secrets.token_urlsafe(32))


async def save(db, session):
    async with db.acquire() as link, link.transaction():
        if session.old_keys:
            await link.execute("DELETE FROM sessions WHERE id = ANY($1)", session.old_keys)
        await link.execute(
            "INSERT INTO sessions (id, data, ends) VALUES ($1, $2, $3)"
            " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
            session.key,
            json.dumps(session),
            datetime.now(UTC) + LIFE,
        )


@web.middleware
async def session_middleware(request, handler):
    db = request.app["db"]
    session = request["session"] = await load(db, request.cookies.get(COOKIE))
    try:
        response = await handler(request)
    except web.HTTPException as raised:
        response = raised
    await save(db, session)
    response.set_cookie(
        COOKIE, session.key, max_age=int(LIFE.total_seconds()), secure=True, httponly=True, samesite="Lax"
    )
    return response
