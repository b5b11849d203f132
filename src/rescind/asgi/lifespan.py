"""Open at start, give the lease back at the end. An optimisation: everything works without it.

Without it (a mounted application, ``TestClient`` without ``with``) the engine gives its lease back when the
process ends.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rescind.engine import Rescind

logger = logging.getLogger("rescind.asgi")


class Lifespan:
    """The life cycle of an engine that several applications of a process may share."""

    def __init__(self, engine: Rescind[Any]) -> None:
        self._engine = weakref.ref(engine)
        self._lock = threading.Lock()
        self._running = 0

    @asynccontextmanager
    async def __call__(self, app: object = None) -> AsyncIterator[None]:
        """Open; at the end of the last application of this process, close."""
        engine = self._engine()
        if engine is None:
            raise RuntimeError("the engine is gone")
        with self._lock:
            self._running += 1
        try:
            await engine.aio.open()
            if engine.settings.cookie == "dev":
                logger.warning('cookie="dev": the cookie has no Secure flag; for development only')
            yield
        finally:
            with self._lock:
                self._running -= 1
                last = not self._running
            if last:
                await engine.aio.close()
