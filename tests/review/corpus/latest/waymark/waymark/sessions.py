import secrets
import time

from . import db

REVIEW_HOURS = 4


async def load(sid):
    if not sid:
        return None
    return await db.one(
        "SELECT h.* FROM session s JOIN hiker h ON h.id = s.hiker_id WHERE s.sid = ?",
        sid,
    )


async def begin(sid=None):
    """A row for a visitor, signed in or not; the id of the cookie is kept where there is one."""
    sid = sid or secrets.token_urlsafe(24)
    await db.write(
        "INSERT INTO session (sid, started) VALUES (?, ?) ON CONFLICT (sid) DO NOTHING", sid, int(time.time())
    )
    return sid


async def attach(sid, hiker_id):
    await db.write("UPDATE session SET hiker_id = ? WHERE sid = ?", hiker_id, sid)


async def end(sid):
    await db.write("DELETE FROM session WHERE sid = ?", sid)


async def end_all(hiker_id):
    await db.write("DELETE FROM session WHERE hiker_id = ?", hiker_id)
    await db.write("DELETE FROM review_session WHERE hiker_id = ?", hiker_id)


async def begin_review(hiker_id):
    sid = secrets.token_urlsafe(24)
    await db.write(
        "INSERT INTO review_session (sid, hiker_id, ends) VALUES (?, ?, ?)",
        sid,
        hiker_id,
        int(time.time()) + REVIEW_HOURS * 3600,
    )
    return sid


async def load_review(sid):
    return await db.one(
        "SELECT h.* FROM review_session s JOIN hiker h ON h.id = s.hiker_id WHERE s.sid = ? AND s.ends > ?",
        sid or "",
        int(time.time()),
    )
