"""Reads of the authority for those who wait: few threads, one read for all who ask the same.

Rules of this file:

1. A read may be shared by whoever asked before it began, never by whoever came later: its snapshot may be
   older than a revocation that was final before they came. They share the next.
2. Of one key one read is under way. However many wait, there are ``MOST`` threads, and so connections.
3. Who waits decides for how long. A thread that a driver keeps longer is waited for by nobody.
4. What was not begun when the authority turned out to be away is answered at once.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from rescind._clock import SystemClock
from rescind.errors import StoreUnavailable
from rescind.revocation.greenlets import LockKind
from rescind.revocation.outage import Outage

logger = logging.getLogger("rescind.outage")

MOST = 8
"""Threads; a read takes a round trip, so these are thousands of reads per second."""
LINGER = 5.0
"""Seconds that a thread without work waits for more."""
CLOSES_WITHIN = 1.0
"""Seconds that ``close`` waits for threads without work."""


@dataclass(slots=True)
class Outcome:
    """What came of a read.

    Attributes:
        error: raised by it; then there is no value.
    """

    value: Any = None
    error: BaseException | None = None

    def get(self) -> Any:
        """The value, or its error: to each who waited one of its own, since raising adds to a traceback, and
        the frames of one request are no business of another."""
        if self.error is None:
            return self.value
        try:
            mine = copy(self.error)
        except Exception:  # noqa: BLE001 - of a driver, with a constructor of its own
            mine = self.error
        raise mine from self.error.__cause__


@dataclass(slots=True, eq=False)
class Flight:
    """One read, shared.

    Attributes:
        done: has the outcome once there is one; never an exception of its own.
        begun: seconds on the lease clock, ``None`` while it waits for a thread.
    """

    key: Hashable
    work: Callable[[], Any]
    done: Future[Outcome] = field(default_factory=Future)
    begun: float | None = None

    def __post_init__(self) -> None:
        self.done.set_running_or_notify_cancel()  # who gives up waiting does not cancel it for the others


class Flights:
    """Args:
    outage: says whether a read that failed means that the others need not begin.
    """

    def __init__(self, outage: Outage, most: int = MOST) -> None:
        self._outage = outage
        self._most = most
        self._now = SystemClock().lease
        self.after_fork()

    def after_fork(self) -> None:
        """Threads do not survive a fork, and nobody waits in the child."""
        self._changed, self._locks = threading.Condition(), LockKind()
        self._queue: deque[Flight] = deque()
        self._next: dict[Hashable, Flight] = {}
        self._running: dict[Hashable, float] = {}
        self._threads: set[threading.Thread] = set()
        self._free = 0
        self._closing = False

    @property
    def threads(self) -> int:
        return len(self._threads)

    def close(self) -> None:
        """End the threads. A read that is under way is waited for a little, where the authority answers; its
        thread ends after it. A later ``ask`` starts new ones."""
        self.drop_waiting(StoreUnavailable("the engine is being closed"))
        with self._changed:
            ours, self._closing = list(self._threads), True
            self._changed.notify_all()
            self._changed.wait_for(self._are_done, CLOSES_WITHIN)
            ended = [thread for thread in ours if thread not in self._threads]
        for thread in ended:
            thread.join(CLOSES_WITHIN)

    def stuck_for(self) -> float:
        """Seconds since the oldest read under way began."""
        with self._changed:
            return self._now() - min(self._running.values(), default=self._now())

    def _are_done(self) -> bool:
        return len(self._threads) <= (len(self._running) if self._outage.open else 0)

    def ask(self, key: Hashable, work: Callable[[], Any]) -> Flight:
        """Have ``work`` done, or join those who wait for the same to begin.

        Args:
            key: two that are equal are answered by one read; its ``work`` is that of the first.

        Raises:
            ConfigurationError: threads were patched since.
        """
        self._locks.require()
        with self._changed:
            self._closing = False
            flight = self._next.get(key)
            if flight is None:
                flight = self._next[key] = Flight(key, work)
                if key not in self._running:
                    self._queue.append(flight)
            self._need_thread()  # for who joins, too: the first may have got none
            return flight

    def _need_thread(self) -> None:
        self._changed.notify()
        if len(self._queue) > self._free and len(self._threads) < self._most:
            self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="rescind-reads", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # none to be had: whoever waits is refused in time
            logger.warning("no thread to read the authority (%s)", error)
        else:
            self._threads.add(thread)

    def drop_waiting(self, error: StoreUnavailable) -> None:
        """The authority is away: who waits for a read that has not begun is answered now."""
        with self._changed:
            dropped = list(self._next.values())
            self._next.clear()
            self._queue.clear()
        for flight in dropped:
            flight.done.set_result(Outcome(error=error))

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._wait():
                    self._threads.discard(threading.current_thread())
                    self._changed.notify_all()
                    return
                flight = self._queue.popleft()
                self._next.pop(flight.key, None)
                flight.begun = self._running[flight.key] = self._now()
            self._fly(flight)

    def _wait(self) -> bool:
        """For work; ``False`` if there was none for long."""
        if self._queue:
            return True
        self._free += 1
        try:
            self._changed.wait_for(lambda: bool(self._queue) or self._closing, LINGER)
            return bool(self._queue)
        finally:
            self._free -= 1

    def _fly(self, flight: Flight) -> None:
        try:
            outcome = Outcome(flight.work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome = Outcome(error=error)
            if isinstance(error, StoreUnavailable) and self._outage.refuses:
                self.drop_waiting(error)
        with self._changed:
            self._running.pop(flight.key, None)
            following = self._next.get(flight.key)
            if following is not None:
                self._queue.append(following)
                self._need_thread()
        flight.done.set_result(outcome)
