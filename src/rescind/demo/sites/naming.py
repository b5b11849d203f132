"""Adds the process id to every answer, so that the drill can tell workers apart; for ASGI and for WSGI."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-worker"
Wsgi = Callable[..., Iterable[bytes]]


class NamedAsgi:
    """Around an ASGI application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._header = (HEADER.encode(), str(os.getpid()).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), self._header]
            await send(message)

        await self._app(scope, receive, named if scope["type"] == "http" else send)


def named_wsgi(app: Wsgi) -> Wsgi:
    """Around a WSGI application. Asks for the id with each answer: it may be loaded before workers fork."""

    def named(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, (HEADER, str(os.getpid()))], *rest)

        return app(environ, start)

    return named
