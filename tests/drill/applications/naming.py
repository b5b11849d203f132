"""Adds the worker process to every answer, for either kind of server."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

HEADER = "X-Worker"


def wsgi_named(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def named(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, (HEADER, str(os.getpid()))], *rest)

        return application(environ, start)

    return named


def asgi_named(application: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def named(scope: dict[str, Any], receive: Any, send: Any) -> None:
        async def sent(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (HEADER.lower().encode(), b"%d" % os.getpid())]
            await send(message)

        await application(scope, receive, sent)

    return named
