"""Real uvicorn servers for the tests of sockets, streams and life cycles: in a thread, on a free port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

TIMEOUT = 15.0
"""Seconds after which a test gives up waiting for a server."""


class Serving:
    """A running server.

    Attributes:
        address: ``127.0.0.1:PORT``.
    """

    def __init__(self, app: Any, **config: Any) -> None:
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": 0,
            "log_level": "warning",
            "ws": "websockets-sansio",
        }
        self._server = uvicorn.Server(uvicorn.Config(app, **(settings | config)))
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uvicorn", daemon=True)

    def start(self) -> None:
        startup = self._server.startup

        async def announced(*args: Any, **kwargs: Any) -> None:
            await startup(*args, **kwargs)
            self._started.set()

        self._server.startup = announced  # type: ignore[method-assign]
        self._thread.start()
        assert self._started.wait(TIMEOUT), "the server did not start"
        assert self._server.started, "the server stopped while it started"
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"127.0.0.1:{port}"

    def _run(self) -> None:
        try:
            self._server.run()
        finally:
            self._started.set()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(TIMEOUT)
        assert not self._thread.is_alive(), "the server did not stop"


@contextmanager
def serving(app: Any, **config: Any) -> Iterator[Serving]:
    """Serve an ASGI application while the block runs."""
    server = Serving(app, **config)
    server.start()
    try:
        yield server
    finally:
        server.stop()
