"""Sessions on the server, for whoever has none: a store, and a manager in front of it."""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
import secrets
import sqlite3
import time
from typing import Any, Protocol

logger = logging.getLogger("latchkit.sessions")


class Store(Protocol):
    def read(self, sid: str) -> dict[str, Any] | None: ...
    def write(self, sid: str, data: dict[str, Any], life: int) -> None: ...
    def remove(self, sid: str) -> None: ...


def _key(sid: str) -> str:
    return hashlib.sha256(sid.encode()).hexdigest()


class RedisStore:
    def __init__(self, client: Any, prefix: str = "latch:") -> None:
        self.client, self.prefix = client, prefix

    def read(self, sid: str) -> dict[str, Any] | None:
        raw = self.client.get(self.prefix + _key(sid))
        return pickle.loads(raw) if raw else None

    def write(self, sid: str, data: dict[str, Any], life: int) -> None:
        self.client.set(self.prefix + _key(sid), pickle.dumps(data))

    def remove(self, sid: str) -> None:
        self.client.delete(self.prefix + _key(sid))


class JSONRedisStore(RedisStore):
    def read(self, sid: str) -> dict[str, Any] | None:
        raw = self.client.get(self.prefix + _key(sid))
        return json.loads(raw) if raw else None

    def write(self, sid: str, data: dict[str, Any], life: int) -> None:
        self.client.setex(self.prefix + _key(sid), life, json.dumps(data))


class SQLStore:
    """A table `name(key, data, until)`; the name is given by the programmer, once."""

    def __init__(self, connection: sqlite3.Connection, name: str = "sessions") -> None:
        if not name.isidentifier():
            raise ValueError("the name of the table has to be an identifier")
        self.connection, self.name = connection, name

    def read(self, sid: str) -> dict[str, Any] | None:
        row = self.connection.execute(f"SELECT data FROM {self.name} WHERE key = ? AND until > ?", (_key(sid), time.time())).fetchone()
        return json.loads(row[0]) if row else None

    def write(self, sid: str, data: dict[str, Any], life: int) -> None:
        self.connection.execute(
            f"REPLACE INTO {self.name} (key, data, until) VALUES (?, ?, ?)",
            (_key(sid), json.dumps(data), time.time() + life),
        )

    def remove(self, sid: str) -> None:
        self.connection.execute(f"DELETE FROM {self.name} WHERE key = ?", (_key(sid),))


class SessionManager:
    cookie = "latch"

    def __init__(self, store: Store, life: int = 12 * 3600, secure: bool = True) -> None:
        self.store, self.life, self.secure = store, life, secure

    def new_id(self) -> str:
        return secrets.token_urlsafe(32)

    def load(self, sid: str | None) -> tuple[str, dict[str, Any]]:
        """The session of a cookie; a new one where it has none, and the same id where it has one."""
        data = self.store.read(sid) if sid else None
        if sid and data is None:
            logger.info("no session %s in the store, beginning it", sid)
            return sid, {}
        return (sid or self.new_id()), (data or {})

    def save(self, sid: str, data: dict[str, Any]) -> None:
        self.store.write(sid, data, self.life)
        logger.debug("session %s written", _key(sid)[:8])

    def sign_in(self, cookies: dict[str, str], user: str) -> str:
        sid, data = self.load(cookies.get(self.cookie))
        data["user"] = user
        self.save(sid, data)
        return sid

    def sign_in_fresh(self, cookies: dict[str, str], user: str) -> str:
        old, data = self.load(cookies.get(self.cookie))
        self.store.remove(old)
        sid = self.new_id()
        self.save(sid, {**data, "user": user})
        return sid

    def sign_out(self, sid: str) -> None:
        self.store.remove(sid)

    def header(self, sid: str) -> str:
        """The text of `Set-Cookie`."""
        parts = [f"{self.cookie}={sid}", "Path=/", f"Max-Age={self.life}", "HttpOnly", "SameSite=Lax"]
        if self.secure:
            parts.append("Secure")
        return "; ".join(parts)

    def remember_header(self, token: str) -> str:
        return f"latch_remember={token}; Path=/; Max-Age=2592000"
