"""Both sides of the middleware by hand: the scope of a connection, and the messages that pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from rescind.asgi import Gate, Middleware

App = Callable[[Any, Any, Any], Awaitable[None]]


def scope_of(token: str | None = None, kind: str = "http", **changes: Any) -> dict[str, Any]:
    headers = [(b"host", b"app.example")]
    if token is not None:
        headers.append((b"cookie", b"__Host-rescind=" + token.encode()))
    made = {"type": kind, "method": "GET", "path": "/", "scheme": "https", "headers": headers, "client": None}
    return made | changes


class Wire:
    """The server's side of one connection."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.incoming: asyncio.Queue[Any] = asyncio.Queue()

    async def receive(self) -> Any:
        return await self.incoming.get()

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def statuses(self) -> list[int]:
        return [message["status"] for message in self.sent if "status" in message]


def serve(gate: Gate, app: App, scope: dict[str, Any], *incoming: Any) -> Wire:
    async def whole() -> Wire:
        wire = Wire()
        for message in incoming:
            wire.incoming.put_nowait(message)
        await asyncio.wait_for(Middleware(app, gate)(scope, wire.receive, wire.send), 5)
        return wire

    return asyncio.run(whole())


def start(*headers: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}
