"""Interleaved measuring: every round visits every case once, in random order; medians over the rounds.

What is measured is the CPU time of this process, all threads together. Nothing that is timed here waits for
anything, so that is what the wall clock says too where a CPU is free; where it is not, the wall clock tells
of the other programs.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

WINDOW = 0.02
"""CPU seconds that one visit of one case lasts, at least."""

Operation = Callable[[], object]
AsyncOperation = Callable[[], Awaitable[object]]


@dataclass
class Case:
    """One thing to time: a call without arguments, plain or a coroutine function.

    Attributes:
        batch: calls between two looks at the clock.
        seconds: CPU seconds per call, one value a round.
    """

    name: str
    call: Operation | AsyncOperation
    is_async: bool = False
    batch: int = 100
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def microseconds(self) -> float:
        return self.median * 1e6


def pin(cpu: int = 0) -> None:
    """Stay on one CPU, where the system can say so."""
    with suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {cpu})


def interleave(cases: list[Case], *, rounds: int, seed: int = 1) -> dict[str, Case]:
    """Time every case in every round and return them by name."""
    order, chance = list(cases), random.Random(seed)
    loop = asyncio.new_event_loop()
    try:
        for _ in range(rounds):
            chance.shuffle(order)
            for case in order:
                case.seconds.append(_window_async(loop, case) if case.is_async else _window(case))
    finally:
        loop.close()
    return {case.name: case for case in cases}


def _window(case: Case) -> float:
    call, batch, done = case.call, case.batch, 0
    for _ in range(batch // 10 + 1):
        call()
    start = time.process_time()
    while True:
        for _ in range(batch):
            call()
        done += batch
        elapsed = time.process_time() - start
        if elapsed >= WINDOW:
            return elapsed / done


def _window_async(loop: asyncio.AbstractEventLoop, case: Case) -> float:
    async def run() -> float:
        call, done = case.call, 0
        for _ in range(case.batch // 10 + 1):
            await call()  # type: ignore[misc]
        start = time.process_time()
        while True:
            for _ in range(case.batch):
                await call()  # type: ignore[misc]
            done += case.batch
            elapsed = time.process_time() - start
            if elapsed >= WINDOW:
                return elapsed / done

    return loop.run_until_complete(run())


def percentile(values: list[float], share: float) -> float:
    """The value at ``share`` (0 to 1) of the sorted values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def resident() -> int:
    """Bytes of this process in memory (proc_pid_statm(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most bytes that this process had in memory (VmHWM, proc_pid_status(5)).

    Not ``ru_maxrss``: that is handed down from the process that started this one.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
