"""Sessions that are refused as idle: their end is written, so that no late activity brings them back.

Where a thread may be blocked, it is written before the answer. On an event loop the answer is given at once
and the keeper writes; until it has, nobody in this process accepts them, and what was answered stays true: it
is written whatever activity others report meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from rescind.model.session import SessionRecord

BATCH = 100
MOST = 10_000
"""Ends that wait at most. Beyond it (the authority is away) a session is refused and its end left unwritten:
its row says idle at the next check too."""


class IdleEnds:
    """Args:
    end_now: ends a session unless somebody was active since it was read; ``False`` if so.
    end_told: ends sessions whose refusal has been answered, in one transaction.
    may_write: whether this thread may be blocked.
    wake: makes the keeper look.
    """

    def __init__(
        self,
        *,
        end_now: Callable[[SessionRecord], bool],
        end_told: Callable[[Sequence[SessionRecord]], object],
        may_write: Callable[[], bool],
        wake: Callable[[], None],
    ) -> None:
        self._end_now = end_now
        self._end_told = end_told
        self._may_write = may_write
        self._wake = wake
        self.after_fork()

    def after_fork(self) -> None:
        """The parent writes its own."""
        self._waiting: dict[str, SessionRecord] = {}
        self._lock = threading.Lock()

    def end(self, record: SessionRecord) -> bool:
        """End an idle session, or see to it that it is ended.

        Returns:
            ``False``: somebody was active since it was read; judge it again.

        Raises:
            StoreUnavailable: it could not be written.
        """
        if self._may_write():
            return self._end_now(record)
        if len(self._waiting) < MOST:
            self._waiting[record.id] = record
            self._wake()
        return True

    def flush(self) -> int:
        """Write what waits, in bounded transactions; returns how many sessions they were of.

        Raises:
            StoreUnavailable: what could not be written waits for the next flush.
        """
        written = 0
        with self._lock:
            while batch := list(self._waiting.values())[:BATCH]:
                self._end_told(batch)
                for record in batch:
                    self._waiting.pop(record.id, None)
                written += len(batch)
        return written

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)
