"""A daemon thread of an engine: there while it has work, gone when it has none, another one after a fork."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger("rescind.background")

PATIENCE = 5.0
"""Seconds that ``stop`` waits for the thread."""


class Background:
    """Starts, wakes and stops one thread.

    Args:
        name: of the thread.
        work: what it does, until the event that it is given is set or ``ends_if`` said yes.
    """

    def __init__(self, name: str, work: Callable[[threading.Event], None]) -> None:
        self._name = name
        self._work = work
        self._forbidden = False
        self.after_fork()

    def forbid(self) -> None:
        """There never is a thread: what it reads belongs to the threads that ask."""
        self._forbidden = True

    def after_fork(self) -> None:
        """Threads do not survive a fork."""
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()

    @property
    def running(self) -> bool:
        thread = self.thread
        return thread is not None and thread.is_alive()

    def ensure(self) -> None:
        """Start the thread unless it runs. None to be had is no failure: what it does can wait."""
        with self.lock:  # also to look: a thread that is about to end is still alive
            if not (self.running or self._forbidden):
                self._start()

    def _start(self) -> None:
        # Each thread has its own word to stop: one that was given up on must not go on beside the next.
        stop = threading.Event()
        thread = threading.Thread(target=self._work, args=(stop,), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # none to be had, or the interpreter is ending
            logger.warning("%s: no thread (%s)", self._name, error)
            return
        self.thread, self._stop = thread, stop

    def push(self) -> None:
        """There is something to do: end the pause."""
        self._wake.set()

    def pause(self, seconds: float) -> None:
        """From the thread itself: wait, ``push`` ends it."""
        self._wake.wait(seconds)
        self._wake.clear()

    def ends_if(self, idle: Callable[[], bool], stop: threading.Event) -> bool:
        """From the thread itself: whether it ends because it is ``idle``; ``ensure`` then starts another."""
        with self.lock:
            if stop.is_set() or not idle():
                return False
            self.thread = None
            return True

    def stop(self) -> None:
        """End the thread and wait for it, ``PATIENCE`` at most. ``ensure`` starts another."""
        with self.lock:
            thread, self.thread = self.thread, None
            self._stop.set()
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=PATIENCE)
