"""Pushes: a thread with a connection of its own hears of commits as they are published.

Nothing depends on it. A message that is lost costs a worker a quarter of a lease; whenever the connection was
made anew, something may have been missed, so that counts as a push.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from redis import exceptions as said

from rescind._tokens import jitter
from rescind.errors import RescindError
from rescind.stores.redis.connections import Connections, Wire

logger = logging.getLogger("rescind.redis")

LOOK_FOR_THE_END = 0.2
"""Seconds between two looks whether it is to end."""
FIRST_BACKOFF, LAST_BACKOFF = 0.05, 1.0


class Listener:
    """Listens until ``stop``.

    Args:
        wake: called on the listener's thread for every push; must not block.
    """

    def __init__(self, connections: Connections, channel: str, wake: Callable[[], None]) -> None:
        self._connections = connections
        self._channel = channel
        self._wake = wake
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rescind-pushes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for it."""
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        backoff = FIRST_BACKOFF
        while not self._stop.is_set():
            try:
                wire = self._connections.new()
            except RescindError as error:
                logger.debug("no pushes for now: %s", error)
            else:
                backoff = FIRST_BACKOFF
                self._hear(wire)
            self._stop.wait(backoff * jitter(0.8, 1.2))
            backoff = min(2 * backoff, LAST_BACKOFF)

    def _hear(self, wire: Wire) -> None:
        """Until it is to end, or the connection breaks."""
        try:
            wire.call("SUBSCRIBE", self._channel)
            self._wake()
            while not self._stop.is_set():
                if wire.has_news(LOOK_FOR_THE_END):
                    self._wake()
        except said.RedisError as error:
            logger.debug("pushes were interrupted: %s", error)
        finally:
            wire.close()
