"""``on_revoked`` listeners: told on a thread of their own, so that a slow one delays only the others."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from rescind.model.revocation import LogEntry

logger = logging.getLogger("rescind.streams")

Listener = Callable[[LogEntry], None]


class Listeners:
    """The thread lives while there is something to tell."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._begin()

    def _begin(self) -> None:
        self._news: deque[LogEntry] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def after_fork(self) -> None:
        """Threads do not survive a fork; the parent tells its own listeners."""
        self._begin()

    def __len__(self) -> int:
        return len(self._listeners)

    def add(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def tell(self, entries: list[LogEntry]) -> None:
        """Hand entries over. Returns at once."""
        if not entries or not self._listeners:
            return
        with self._lock:
            self._news.extend(entries)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rescind-listeners", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Forget what was not told yet and wait for the call that is under way, 5 s at most."""
        with self._lock:
            self._news.clear()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._news:
                    self._thread = None
                    return
                entry = self._news.popleft()
            for listener in list(self._listeners):
                try:
                    listener(entry)
                except Exception:
                    logger.exception("an on_revoked listener failed")
