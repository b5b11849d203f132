"""Measures password hashing under load, in a process of its own; prints one JSON object.

Usage: ``python load.py ROUNDS [THREADS]``. Production parameters, 32 verifications at a time; the yardstick:
as many plain threads as the pool has.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from statistics import median, quantiles

from argon2 import PasswordHasher

from rescind.credentials.password import Passwords

CONCURRENT = 32
TICK = 0.001


def memory(field: str) -> float:
    """A field of /proc/self/status in MB (``VmRSS`` now, ``VmHWM`` at most)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


async def awaited(passwords: Passwords, phc: str) -> dict[str, float]:
    """32 verifications at once beside a ticker that wants to run every millisecond."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            late.append(time.perf_counter() - due)

    ticker = asyncio.create_task(tick())
    began = time.perf_counter()
    matched = await asyncio.gather(*(passwords.verify_async("words", phc) for _ in range(CONCURRENT)))
    seconds = time.perf_counter() - began
    ticker.cancel()
    if not all(matched):
        raise SystemExit("a verification failed")
    return {
        "per_second": CONCURRENT / seconds,
        "late_p99": quantiles(late, n=100)[98],
        "late_max": max(late),
    }


def plain(threads: int, phc: str) -> float:
    """Verifications per second of ``threads`` threads that do nothing else."""
    hasher = PasswordHasher()
    share = CONCURRENT // threads

    def work() -> None:
        for _ in range(share):
            hasher.verify(phc, b"words")

    workers = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return share * threads / (time.perf_counter() - began)


def main(rounds: int, threads: int | None) -> None:
    passwords = Passwords(threads=threads, deadline=60.0)  # others may have this machine for a while
    hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    base = memory("VmRSS")
    phc = passwords.hash("words")
    first = asyncio.run(awaited(passwords, phc))
    peak = memory("VmHWM")
    one: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        hasher.verify(phc, b"words")
        one.append(time.perf_counter() - began)
    pooled, ratios = [first], []
    for _ in range(rounds):  # side by side, so that a busy machine is busy for both
        yardstick = plain(passwords.pool.threads, phc)
        pooled.append(asyncio.run(awaited(passwords, phc)))
        ratios.append(pooled[-1]["per_second"] / yardstick)
    figures = {
        "threads": passwords.pool.threads,
        "base_mb": base,
        "peak_mb": peak,
        "one_hash": median(one),
        "per_second": median(r["per_second"] for r in pooled),
        "ratios": ratios,
        "late_p99": [r["late_p99"] for r in pooled],
        "late_max": [r["late_max"] for r in pooled],
    }
    sys.stdout.write(json.dumps(figures) + "\n")


main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
