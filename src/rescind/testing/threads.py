"""Real threads for the cases that need them: all start together, and every failure is seen."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
WAIT = 60.0
"""Seconds after which a thread counts as hung; a case that works never gets near it."""
SWITCH_INTERVAL = 1e-5
"""Seconds after which the interpreter lets another thread run; usually 5 ms."""


def race(jobs: Sequence[Callable[[], T]], *, within: float = WAIT) -> list[T]:
    """Run every job in a thread of its own, released by one barrier; results in the order of the jobs.

    Args:
        within: seconds that each may take.

    Raises:
        BaseExceptionGroup: what the jobs raised.
        TimeoutError: a job did not come to its end.
    """
    gate = threading.Barrier(len(jobs))
    results: dict[int, T] = {}
    failures: list[BaseException] = []

    def run(index: int) -> None:
        try:
            gate.wait(WAIT)
            results[index] = jobs[index]()
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(jobs))]
    with _frequent_switches():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(within)
    if failures:
        raise BaseExceptionGroup("threads failed", failures)
    if len(results) != len(jobs):
        raise TimeoutError(
            f"{len(jobs) - len(results)} of {len(jobs)} threads did not end within {within:g} s"
        )
    return [results[index] for index in range(len(jobs))]


@contextmanager
def _frequent_switches() -> Iterator[None]:
    """Let threads take turns every few instructions, so that a gap between two of them is found."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def watch_during(look: Callable[[], None], work: Sequence[Callable[[], object]]) -> int:
    """Call ``look`` again and again while ``work`` runs in threads; at least once after its end.

    Returns how many times it looked.
    """
    done = threading.Event()
    looks = 0

    def watch() -> None:
        nonlocal looks
        while True:
            last = done.is_set()
            look()
            looks += 1
            if last:
                return

    def labour() -> None:
        try:
            race(work)
        finally:
            done.set()

    race([watch, labour])
    return looks
