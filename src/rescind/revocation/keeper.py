"""The thread that keeps a process fresh: renews, acknowledges, writes what was put off, watches the registry.

One real daemon thread per engine and process, so that it serves WSGI and any number of event loops, and a
blocked loop does not lapse the lease. It is started by the first check from memory and leaves when no check
was answered for ten leases: an idle site does nothing. Nothing is correct because of it; checks are fast.
"""

from __future__ import annotations

import logging
import threading

from rescind._clock import Clock
from rescind._tokens import jitter
from rescind.errors import RescindError, StoreUnwatched
from rescind.revocation.background import Background
from rescind.revocation.idle_ends import IdleEnds
from rescind.revocation.outage import FIRST_BACKOFF, LAST_BACKOFF, SAY_AGAIN, Outage
from rescind.revocation.registry import RegistryWatch
from rescind.revocation.touches import Touches
from rescind.revocation.worker import Worker

logger = logging.getLogger("rescind.keeper")

IDLE_LEASES = 10
PAUSE = (0.2, 0.3)
"""Between two rounds, as shares of a lease."""


class Keeper:
    """Starts and stops the thread; see the module."""

    def __init__(
        self,
        worker: Worker,
        idle_ends: IdleEnds,
        touches: Touches,
        watch: RegistryWatch,
        clock: Clock,
        *,
        outage: Outage | None = None,
    ) -> None:
        self._worker = worker
        self._outage = outage or Outage()
        self._idle_ends = idle_ends
        self._touches = touches
        self._watch = watch
        self._clock = clock
        self._said_at = float("-inf")
        self.thread = Background("rescind-keeper", self._run)

    def after_fork(self) -> None:
        """Threads do not survive a fork."""
        self.thread.after_fork()
        self._watch.after_fork()

    @property
    def running(self) -> bool:
        return self.thread.running

    def ensure(self) -> None:
        """Start the thread unless it runs. Cheap; called on slow paths only."""
        self._worker.used = True
        self.thread.ensure()

    def push(self) -> None:
        """Something was appended: look now. Nothing depends on it."""
        self.thread.push()

    def stop(self) -> None:
        """End the thread and wait for it, 5 s at most. ``ensure()`` starts another."""
        self.thread.stop()

    def _run(self, stop: threading.Event) -> None:
        end_listening = self._worker.listen(self.push)
        try:
            self._keep(stop)
        finally:
            if end_listening is not None:
                end_listening()

    def _keep(self, stop: threading.Event) -> None:
        last_used, backoff = self._clock.lease(), FIRST_BACKOFF
        while not stop.is_set():
            pause = jitter(*PAUSE) * (self._worker.lease or 1.0)
            try:
                self._round()
                backoff = FIRST_BACKOFF
            except RescindError as error:
                self._say(error)
                if self._outage.open:  # else it can be read, and has only refused to write
                    pause, backoff = self._later(backoff), min(backoff * 2, LAST_BACKOFF)
            except Exception:
                logger.exception("a round of the keeper failed; it goes on")
                pause, backoff = self._later(backoff), min(backoff * 2, LAST_BACKOFF)
            self.thread.pause(pause)
            now = self._clock.lease()
            if self._worker.used:
                self._worker.used, last_used = False, now
            elif now - last_used > IDLE_LEASES * (self._worker.lease or 1.0) and self._retire(stop):
                return

    def _later(self, backoff: float) -> float:
        """A pause in an outage, so long that every worker in use has looked within a lease at whoever answers
        then: a quarter of one has passed already."""
        return min(backoff, 0.5 * (self._worker.lease or LAST_BACKOFF)) * jitter(0.8, 1.2)

    def _say(self, error: RescindError) -> None:
        """Once in a while: of an outage ``Outage`` tells, and what cannot be written fails in every round."""
        now = self._clock.lease()
        if self._outage.open or isinstance(error, StoreUnwatched) or now < self._said_at + SAY_AGAIN:
            logger.debug("a round of the keeper failed: %s", error)
        else:
            self._said_at = now
            logger.warning("the keeper could not write: %s", error)

    def _round(self) -> None:
        if self._worker.lease:  # first: what cannot be written keeps nobody from reading
            self._worker.renew(register=True)
            self._worker.acknowledge()
            self._watch.observe(self._worker.view.applied, own=self._worker.id)
        if self._idle_ends:  # before the activity, which must not come first
            self._idle_ends.flush()
        if self._touches:
            self._touches.flush()

    def _retire(self, stop: threading.Event) -> bool:
        """Idle for long: give the lease back and end, unless a check came in between."""
        if not self.thread.ends_if(lambda: not self._worker.used, stop):
            return False
        self._worker.leave()
        return True
