"""Activity, written off the request path: at most about one write per session and interval."""

from __future__ import annotations

import threading

from rescind.stores.base import Store

BATCH = 500


class Touches:
    """Sessions seen since the last flush. Losing a batch costs minutes of idle time, never access."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, int] = {}
        self._flushed: dict[str, int] = {}  # what is being written, or was last
        self._lock = threading.Lock()

    def add(self, session_id: str, at: int) -> None:
        """Remember activity at ``at`` (microseconds since the epoch)."""
        self._seen[session_id] = at

    def flush(self) -> int:
        """Write what was seen; returns how many rows moved.

        Raises:
            StoreUnavailable: what could not be written is kept for the next flush.
        """
        with self._lock:
            self._flushed = seen = self._seen
            self._seen = {}
            items = list(seen.items())
            moved = 0
            for start in range(0, len(items), BATCH):
                try:
                    moved += self._store.touch(items[start : start + BATCH])
                except Exception:
                    self._seen = dict(items[start:]) | self._seen
                    raise
            return moved

    def last_seen(self, session_id: str) -> int | None:
        """Activity that a row read a moment ago may not show (microseconds since the epoch)."""
        seen = self._seen.get(session_id)
        return self._flushed.get(session_id) if seen is None else seen

    def __len__(self) -> int:
        return len(self._seen)

    def after_fork(self) -> None:
        """The parent will write its own; the child starts with none."""
        self._seen, self._flushed = {}, {}
        self._lock = threading.Lock()
