"""The thread that keeps a process fresh: renews, acknowledges, writes activity, looks after the registry.

One real daemon thread per engine and process, so that it serves WSGI and any number of event loops, and a
blocked loop does not lapse the lease. It is started by the first check from memory and leaves when no check
was answered for ten leases: an idle site does nothing. Nothing is correct because of it; checks are fast.
"""

from __future__ import annotations

import logging
import threading

from rescind._clock import Clock
from rescind._tokens import jitter
from rescind.errors import RescindError
from rescind.revocation.registry import RegistryWatch
from rescind.revocation.touches import Touches
from rescind.revocation.worker import Worker

logger = logging.getLogger("rescind.keeper")

IDLE_LEASES = 10
FIRST_BACKOFF, LAST_BACKOFF = 0.05, 1.0


class Keeper:
    """Starts and stops the thread; see the module."""

    def __init__(self, worker: Worker, touches: Touches, watch: RegistryWatch, clock: Clock) -> None:
        self._worker = worker
        self._touches = touches
        self._watch = watch
        self._clock = clock
        self._begin()

    def _begin(self) -> None:
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()

    def after_fork(self) -> None:
        """Threads do not survive a fork."""
        self._begin()
        self._watch.after_fork()

    @property
    def running(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive()

    def ensure(self) -> None:
        """Start the thread unless it runs. Cheap; called on slow paths only."""
        if not self.running:
            with self._lock:
                self._start()

    def _start(self) -> None:
        if not self.running:
            self._worker.used = True
            # Each thread has its own word to stop: one that was given up on must not go on beside the next.
            stop = threading.Event()
            thread = threading.Thread(target=self._run, args=(stop,), name="rescind-keeper", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:  # none to be had, or the interpreter is ending
                logger.warning("no keeper (%s): checks read the authority", error)
                return
            self._thread, self._stop = thread, stop

    def push(self) -> None:
        """Something was appended: look now. Nothing depends on it."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread and wait for it, 5 s at most. ``ensure()`` starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=5)

    def _run(self, stop: threading.Event) -> None:
        last_used, backoff = self._clock.lease(), FIRST_BACKOFF
        while not stop.is_set():
            pause = jitter(0.2, 0.3) * (self._worker.lease or 1.0)
            try:
                self._round()
                backoff = FIRST_BACKOFF
            except RescindError as error:
                logger.warning("the keeper could not reach the authority: %s", error)
                pause, backoff = backoff * jitter(0.8, 1.2), min(backoff * 2, LAST_BACKOFF)
            except Exception:
                logger.exception("a round of the keeper failed; it goes on")
                pause, backoff = backoff * jitter(0.8, 1.2), min(backoff * 2, LAST_BACKOFF)
            self._wake.wait(pause)
            self._wake.clear()
            now = self._clock.lease()
            if self._worker.used:
                self._worker.used, last_used = False, now
            elif now - last_used > IDLE_LEASES * (self._worker.lease or 1.0) and self._retire(stop):
                return

    def _round(self) -> None:
        if self._worker.lease:
            self._worker.renew(register=True)
            self._worker.acknowledge()
            self._watch.observe(self._worker.view.applied, own=self._worker.id)
        if self._touches:
            self._touches.flush()

    def _retire(self, stop: threading.Event) -> bool:
        """Idle for long: give the lease back and end, unless a check came in between."""
        with self._lock:
            if self._worker.used or stop.is_set():
                return False
            self._thread = None
        self._worker.leave()
        return True
