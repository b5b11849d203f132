"""Thirty-two people sign in at once: throughput, memory, and how long the event loop stands still."""

from __future__ import annotations

import asyncio
import os
import statistics
import time

from bench.gate import Gate, Report, Row
from bench.measure import peak, resident
from rescind import Overloaded, Rescind

PASSWORD = "plum-tractor-nine-lamps"


def run(attempts: int = 32) -> Report:
    """Memory first, while this process has not hashed anything; then rates and stalls, three times each."""
    cores = os.cpu_count() or 1
    with Rescind("memory://", hash_deadline="2m") as auth:
        grown = asyncio.run(memory_of_storm(auth, attempts))
        for number in range(attempts):
            auth.accounts.create(login=f"p{number}@example.com", password=PASSWORD)
        phc = auth.passwords.hash(PASSWORD)
        one = statistics.median(seconds_of(auth, phc) for _ in range(5))
        twos, storms = [], []
        for _ in range(3):
            twos.append(two_threads(auth, phc, attempts))
            storms.append(asyncio.run(storm(auth, attempts)))
    rate, stall = (statistics.median(values) for values in zip(*storms, strict=True))
    two, refused = statistics.median(twos), asyncio.run(overflow(4))
    rows = [
        Row("one hash", f"{one * 1e3:.1f} ms", one),
        Row(f"{attempts} at once", f"{rate:.1f} /s", rate),
        Row("two threads, nothing else", f"{two:.1f} /s", two),
        Row("memory grown at the peak", f"{grown / 1e6:.0f} MB", grown),
        Row("longest stall of the event loop", f"{stall * 1e3:.1f} ms", stall),
        Row("refused beyond the queue", f"{refused}", refused),
    ]
    gates = [
        Gate("throughput, of two threads'", rate / two, at_least=0.9),
        Gate("memory grown, MB", grown / 1e6, at_most=cores * 40),
        Gate("longest stall, in hashes", stall / one, at_most=1 / 3),
        Gate("Overloaded beyond the queue, with Retry-After", refused, at_least=1),
    ]
    return Report("sign-in", rows, gates)


def seconds_of(auth: Rescind[str], phc: str) -> float:
    begin = time.perf_counter()
    auth.passwords.verify(PASSWORD, phc)
    return time.perf_counter() - begin


async def memory_of_storm(auth: Rescind[str], attempts: int) -> int:
    """Bytes by which the peak exceeds what there was before. A missing account costs a whole hash, too."""
    base = resident()
    await asyncio.gather(*(auth.aio.passwords.verify(PASSWORD, None) for _ in range(attempts)))
    return peak() - base


async def storm(auth: Rescind[str], attempts: int) -> tuple[float, float]:
    """(sign-ins per second, longest stall of the loop in seconds)."""
    stalls, stop = [0.0], asyncio.Event()

    async def tick() -> None:
        while not stop.is_set():
            begin = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append(time.perf_counter() - begin - 0.001)

    ticker = asyncio.create_task(tick())
    begin = time.perf_counter()
    await asyncio.gather(*(auth.aio.sign_in(f"p{n}@example.com", PASSWORD) for n in range(attempts)))
    elapsed = time.perf_counter() - begin
    stop.set()
    await ticker
    return attempts / elapsed, max(stalls)


def two_threads(auth: Rescind[str], phc: str, count: int) -> float:
    """Verifications per second of two threads that do nothing else."""
    from concurrent.futures import ThreadPoolExecutor

    from argon2 import PasswordHasher

    hasher = PasswordHasher()
    begin = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: hasher.verify(phc, PASSWORD), range(count)))
    return count / (time.perf_counter() - begin)


async def overflow(url_queue: int) -> int:
    """How many of many are refused at once when the queue is short."""
    auth = Rescind("memory://", hash_queue=url_queue)
    results = await asyncio.gather(
        *(auth.aio.passwords.verify(PASSWORD, None) for _ in range(url_queue + 20)), return_exceptions=True
    )
    auth.close()
    return sum(isinstance(one, Overloaded) and one.retry_after is not None for one in results)
