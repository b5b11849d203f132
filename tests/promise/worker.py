"""A worker process of the promise test: checks every slot's token in turn and notes what it saw.

SIGTERM stops it cleanly, SIGUSR1 makes it fork a second worker that goes on under its number + 16 with what
it inherited, SIGUSR2 makes each say what its threads are doing. Each ends with whoever started it, however
that ended.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.promise.board import SLOTS, Board, BoardClock

from rescind import Rescind, Session

LEASE = 0.5


def stacks_of(board: Path, number: int) -> Path:
    """Where a worker and its forked child write what their threads are doing."""
    return board.with_name(f"stacks-{number}")


def spin(stop: threading.Event) -> None:
    """Keep the interpreter busy, so that the keeper has to fight for it."""
    while not stop.is_set():
        sum(range(1000))


def serve(board: Board, auth: Rescind[str], number: int, fork_asked: threading.Event) -> None:
    parent = os.getppid()
    while not board.stopped and os.getppid() == parent:
        if fork_asked.is_set() and number < 16:
            fork_asked.clear()
            forking = os.getpid()
            if os.fork() == 0:
                number, parent = number + 16, forking
        for slot in range(SLOTS):
            entry = board.token(slot)
            if entry is None:
                continue
            generation, token = entry
            started = time.monotonic_ns()
            accepted = isinstance(auth.check(token), Session)
            board.note(number, slot, generation, started, accepted)
        time.sleep(0)


def main(path: Path, url: str, settings: dict[str, Any], number: int, busy: bool) -> None:
    os.setsid()
    faulthandler.register(signal.SIGUSR2, stacks_of(path, number).open("w"))
    board = Board(path)
    auth = Rescind(url, clock=BoardClock(board), lease=LEASE, reread_every=5, **settings)
    fork_asked, stop = threading.Event(), threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: fork_asked.set())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if busy:
        threading.Thread(target=spin, args=(stop,), daemon=True).start()
    try:
        serve(board, auth, number, fork_asked)
    finally:
        stop.set()
        auth.close()
