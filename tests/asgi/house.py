"""A FastAPI application with everything that can go on for long, and a client that speaks to it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx2
from fastapi import Depends, FastAPI, WebSocket
from fastapi.responses import StreamingResponse
from tests import plain_http
from websockets.sync.client import ClientConnection, connect

from rescind.fastapi import Rescind, Session

NAME = "__Host-rescind"


class House:
    """An application over an engine, and what it saw.

    Attributes:
        left: messages of endpoints that were told that their client has gone.
        pushed: numbers that ``/push`` handed to the server; it stops when there are ``enough``.
    """

    def __init__(self, url: str, inside: Sequence[Any] = (), outside: Sequence[Any] = ()) -> None:
        self.auth: Rescind[int] = Rescind(url, principal_id=int)
        self.left: list[str] = []
        self.gone = threading.Event()
        self.pushed, self.enough = 0, threading.Event()
        self.opened = threading.Semaphore(0)
        self.app = FastAPI()
        for middleware in inside:
            self.app.add_middleware(middleware)
        self.auth.install(self.app)
        for middleware in outside:
            self.app.add_middleware(middleware)
        self._routes()

    def _routes(self) -> None:
        guard: Any = Depends(self.auth.require())

        @self.app.websocket("/feed")
        async def feed(socket: WebSocket, session: Session[int] = guard) -> None:
            await socket.accept()
            try:
                async for message in socket.iter_text():
                    await socket.send_text(message)
            finally:
                self._note("feed")

        @self.app.websocket("/push")
        async def push(socket: WebSocket, session: Session[int] = guard) -> None:
            """Sends and never listens; a client that has gone is not its business."""
            await socket.accept()
            while not self.enough.is_set():
                await socket.send_text(str(self.pushed))
                self.pushed += 1
                await asyncio.sleep(0.005)
            self._note("push")

        @self.app.get("/events")
        async def events(session: Session[int] = guard) -> StreamingResponse:
            return StreamingResponse(self._numbers(), media_type="text/event-stream")

        @self.app.get("/asking")
        async def asking(session: Session[int] = guard) -> StreamingResponse:
            """Asks by itself before each part, as the documentation says."""

            async def parts() -> AsyncIterator[str]:
                while True:
                    self.auth.recheck(session)
                    yield "data: x\n\n"
                    await asyncio.sleep(0.001)

            return StreamingResponse(parts(), media_type="text/event-stream")

        @self.app.get("/silent")
        async def silent(session: Session[int] = guard) -> StreamingResponse:
            return StreamingResponse(self._nothing(), media_type="text/event-stream")

        @self.app.get("/me")
        async def me(session: Session[int] = guard) -> int:
            return session.principal_id

    async def _numbers(self) -> AsyncIterator[str]:
        try:
            for number in range(100_000):
                yield f"data: {number}\n\n"
                await asyncio.sleep(0.005)
        finally:
            self._note("events")

    async def _nothing(self) -> AsyncIterator[str]:
        """A stream on which nothing happens."""
        try:
            self.opened.release()
            await asyncio.Event().wait()
            yield "data: never\n\n"
        finally:
            self._note("silent")

    def _note(self, what: str) -> None:
        self.left.append(what)
        self.gone.set()

    def token(self, principal: int = 7) -> str:
        return self.auth.sessions.start(principal).token


class Recorder:
    """What the application hands to the server, and when (seconds, monotonic)."""

    def __init__(self) -> None:
        self.messages: list[tuple[float, Any]] = []

    def around(self, app: Any) -> Any:
        async def recorded(scope: Any, receive: Any, send: Any) -> None:
            async def noted(message: Any) -> None:
                self.messages.append((time.monotonic(), message))
                await send(message)

            await app(scope, receive, noted)

        return recorded

    def passed(self, kind: str, *, since: float = 0.0, before: float = float("inf")) -> list[Any]:
        """Messages of a kind that held something."""
        return [
            message
            for at, message in self.messages
            if since <= at < before
            and message["type"] == kind
            and (message.get("body") or message.get("text"))
        ]


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"{NAME}={token}"}


def socket(address: str, token: str, path: str = "/feed", **headers: str) -> ClientConnection:
    """A WebSocket client with our cookie."""
    return connect(f"ws://{address}{path}", additional_headers=cookie(token) | headers)


def get(address: str, path: str, token: str) -> httpx2.Response:
    return plain_http.get(f"http://{address}{path}", headers=cookie(token))
