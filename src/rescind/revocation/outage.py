"""Whether the authority answers, as far as this process knows: a breaker, and one line in the log per outage.

Rules of this file:

1. It only ever turns waiting into a refusal at once. No answer of "ok" comes from here.
2. One failed read opens it. Where reads leave the process, nobody waits for the authority from then on.
3. While it is open, one caller at a time is told to send a probe, with pauses that double up to a second.
4. Whatever reads the authority with success closes it: the probe, the keeper, a read that was under way.

Reads alone count. A server that is full refuses to write and still knows who was revoked.
Source: ASVS 5.0 V16.5.2 (operate securely while a resource is away, by circuit breakers).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rescind._clock import Clock, SystemClock
from rescind._tokens import jitter
from rescind.errors import ConfigurationError, RescindError, StoreBusy, StoreUnavailable, StoreUnwatched

logger = logging.getLogger("rescind.outage")

T = TypeVar("T")
FIRST_BACKOFF, LAST_BACKOFF = 0.05, 1.0
"""Seconds between two probes."""
QUICK = 0.05
"""Seconds. A read in the process itself that fails within them kept nobody waiting: it may be tried again."""
SAY_AGAIN = 60.0
"""Seconds between two lines about one outage."""


@dataclass(frozen=True, slots=True)
class Health:
    """What ``auth.health()`` returns. Made without asking the authority.

    Attributes:
        reachable: the last read of the authority was answered, or none was made yet.
        since: seconds for which it has not answered, 0 while it does.
        refused: checks and changes that were refused at once in this outage.
        why: what the last attempt said, ``None`` while it is reachable; holds no secret.
    """

    reachable: bool
    since: float = 0.0
    refused: int = 0
    why: str | None = None


class Outage:
    """Args:
        inline: reads are made in the process itself, and quick ones may be tried however often.
        clock: real time by default, whatever the tests' clock says: it is about real waiting.

    Attributes:
        open: the authority is away: the last read of it failed, and none has succeeded since.
    """

    def __init__(self, *, inline: bool = False, clock: Clock | None = None) -> None:
        self._inline = inline
        self._now = (clock or SystemClock()).lease
        self._begin()

    def _begin(self) -> None:
        self.open = False
        self._lock = threading.Lock()
        self._waits = False
        self._kind: type[RescindError] = RescindError
        self._why = ""
        self._since = self._probe_at = self._said_at = 0.0
        self._backoff = FIRST_BACKOFF
        self._failures = self._refused = 0

    def after_fork(self) -> None:
        """The child finds out for itself."""
        self._begin()

    @property
    def confirmed(self) -> bool:
        """More than one attempt has failed: not only one slow answer on a busy machine."""
        return self.open and self._failures > 1

    def watched(self, read: Callable[[], T]) -> T:
        """Read the authority, and note what came of it.

        Raises:
            StoreUnavailable, ConfigurationError: as ``read`` does.
        """
        began = self._now()
        try:
            answer = read()
        except StoreBusy:
            raise
        except StoreUnwatched:
            self.answered()
            raise
        except StoreUnavailable as error:
            self.failed(error, self._now() - began)
            raise
        except ConfigurationError as error:  # it answers, and is not what it was: that is what to mend now
            if self.open:
                self.failed(error, self._now() - began)
            raise
        if self.open:
            self.answered()
        return answer

    def failed(self, error: RescindError, took: float = 1.0) -> None:
        """A read failed.

        Args:
            took: seconds until it did. One that began before the outage is no second attempt.
        """
        with self._lock:
            now = self._now()
            self._failures += not self.open or now - took >= self._since
            again = SAY_AGAIN if type(error) is self._kind else LAST_BACKOFF
            self._kind, self._why = type(error), str(error)
            self._waits = not self._inline or took > QUICK
            if not self.open:
                self.open, self._since, self._said_at = True, now, now
                self._backoff, self._probe_at = FIRST_BACKOFF, now + FIRST_BACKOFF
                logger.error("the authority does not answer; what memory cannot answer is refused: %s", error)
            elif now - self._said_at >= again:
                self._said_at = now
                logger.error(
                    "the authority has not answered for %.0f s, %d refused: %s",
                    now - self._since,
                    self._refused,
                    error,
                )

    def answered(self) -> None:
        """A read was answered."""
        with self._lock:
            if self.open:
                lasted = self._now() - self._since
                logger.warning(
                    "the authority answers again after %.1f s, %d were refused", lasted, self._refused
                )
                self.open = self._waits = False
                self._failures = self._refused = 0

    @property
    def refuses(self) -> bool:
        """Whether to refuse at once, without asking."""
        return self.open and self._waits

    def refused(self) -> str:
        """Count one; returns why."""
        with self._lock:
            self._refused += 1
            return f"the authority has not answered for {self._now() - self._since:.1f} s: {self._why}"

    def probe_is_due(self) -> bool:
        """Whether the caller is the one to send a probe now. Its outcome is told like that of any read."""
        if not self.open or self._now() < self._probe_at:
            return False
        with self._lock:
            now = self._now()
            if not self.open or now < self._probe_at:
                return False
            self._backoff = min(self._backoff * 2, LAST_BACKOFF)
            self._probe_at = now + self._backoff * jitter(0.8, 1.2)
            return True

    def health(self) -> Health:
        with self._lock:
            if not self.open:
                return Health(reachable=True)
            return Health(False, self._now() - self._since, self._refused, self._why)
