"""Server-side sessions for ASGI applications."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Protocol


class Backend(Protocol):
    async def read(self, sid: str) -> dict[str, Any] | None: ...
    async def write(self, sid: str, data: dict[str, Any], ttl: int) -> None: ...
    async def remove(self, sid: str) -> None: ...


@dataclass
class Session:
    sid: str
    data: dict[str, Any] = field(default_factory=dict)
    dirty: bool = False

    def __setitem__(self, key: str, value: Any) -> None:
        self.data[key] = value
        self.dirty = True

    def get(self, key: str, default: Any = None) -> Any:
        return self.data.get(key, default)


class Sessions:
    """The middleware: one cookie, one row."""

    def __init__(self, app: Any, backend: Backend, *, cookie: str = "__Host-sid", ttl: int = 3600) -> None:
        self.app, self.backend, self.cookie, self.ttl = app, backend, cookie, ttl

    def fresh(self) -> Session:
        return Session(secrets.token_hex(32))

    def guest(self) -> Session:
        return Session(f"guest-{uuid.uuid1()}")

    async def load(self, header: str) -> Session:
        jar = SimpleCookie(header)
        sid = jar[self.cookie].value if self.cookie in jar else ""
        data = await self.backend.read(sid) if sid else None
        return Session(sid, data) if data is not None else self.guest()

    async def sign_in(self, session: Session, user: int) -> Session:
        await self.backend.remove(session.sid)
        new = self.fresh()
        new["user"], new["since"] = user, time.time()
        return new

    async def sign_in_by_code(self, session: Session, user: int) -> Session:
        session["user"], session["since"] = user, time.time()
        return session

    async def sign_out(self, session: Session) -> None:
        await self.backend.remove(session.sid)

    def header(self, session: Session) -> bytes:
        return f"{self.cookie}={session.sid}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={self.ttl}".encode()

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        session = scope["session"] = await self.load(headers.get(b"cookie", b"").decode("latin-1"))

        async def sender(message):
            if message["type"] == "http.response.start" and session.dirty:
                await self.backend.write(session.sid, session.data, self.ttl)
                message["headers"].append((b"set-cookie", self.header(session)))
            await send(message)

        await self.app(scope, receive, sender)


class RedisBackend:
    def __init__(self, redis: Any) -> None:
        self.redis = redis

    async def read(self, sid: str) -> dict[str, Any] | None:
        raw = await self.redis.get(f"session:{sid}")
        return json.loads(raw) if raw else None

    async def write(self, sid: str, data: dict[str, Any], ttl: int) -> None:
        await self.redis.set(f"session:{sid}", json.dumps(data), ex=ttl)

    async def remove(self, sid: str) -> None:
        await self.redis.delete(f"session:{sid}")


class EternalBackend(RedisBackend):
    async def write(self, sid: str, data: dict[str, Any], ttl: int) -> None:
        await self.redis.set(f"session:{sid}", json.dumps(data))
