"""Server-side sessions for Starlette: a row in Redis, its number in a cookie."""
from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Store:
    def __init__(self, redis: Any, seconds: int) -> None:
        self.redis, self.seconds = redis, seconds

    async def read(self, sid: str) -> dict[str, Any] | None:
        raw = await self.redis.get(f"starling:{sid}")
        return None if raw is None else json.loads(raw)

    async def write(self, sid: str, data: dict[str, Any]) -> None:
        await self.redis.set(f"starling:{sid}", json.dumps(data), ex=self.seconds)

    async def drop(self, sid: str) -> None:
        await self.redis.delete(f"starling:{sid}")


class EternalStore(Store):
    """For the screens in the halls."""

    async def write(self, sid: str, data: dict[str, Any]) -> None:
        await self.redis.set(f"starling:{sid}", json.dumps(data))


class ServerSession(dict[str, Any]):
    sid: str | None = None
    renew = False

    def rotate(self) -> None:
        self.renew = True


class ServerSessionMiddleware:
    def __init__(self, app: ASGIApp, store: Store, cookie: str = "starling", secure: bool = True) -> None:
        self.app, self.store, self.cookie = app, store, cookie
        self.flags = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        sid = HTTPConnection(scope).cookies.get(self.cookie)
        data = await self.store.read(sid) if sid else None
        session = scope["session"] = ServerSession(data or {})
        session.sid = sid if data is not None else None

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self.finish(session, MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, wrapped)

    async def finish(self, session: ServerSession, headers: MutableHeaders) -> None:
        if session.sid and (session.renew or not session):
            await self.store.drop(session.sid)
            session.sid = None
        if not session:
            headers.append("Set-Cookie", f"{self.cookie}=; Path=/; Max-Age=0")
            return
        session.sid = session.sid or secrets.token_urlsafe(32)
        await self.store.write(session.sid, dict(session))
        headers.append("Set-Cookie", f"{self.cookie}={session.sid}; {self.flags}")


class ScreenSessionMiddleware:
    """The screens name their session in the address, for they keep no cookies."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self.app, self.store = app, store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        sid = connection.query_params.get("sid") or secrets.token_hex(16)
        scope["session"] = ServerSession(await self.store.read(sid) or {})
        scope["session"].sid = sid
        await self.app(scope, receive, send)
        await self.store.write(sid, dict(scope["session"]))
