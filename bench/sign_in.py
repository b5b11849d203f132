"""Thirty-two people sign in at once: throughput, memory, and how long the event loop stands still."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from bench.gate import Gate, Report, Row
from rescind import Overloaded, Rescind

PASSWORD = "plum-tractor-nine-lamps"
PAGE = 4096


def run(attempts: int = 32) -> Report:
    """Measured in a process of its own, so that memory is only what signing in takes."""
    out = subprocess.run(
        [sys.executable, "-m", "bench.sign_in", str(attempts)], capture_output=True, text=True, check=True
    )
    found = json.loads(out.stdout)
    cores = os.cpu_count() or 1
    rows = [
        Row("one hash", f"{found['hash'] * 1e3:.1f} ms", found["hash"]),
        Row(f"{attempts} at once", f"{found['rate']:.1f} /s", found["rate"]),
        Row("two threads, nothing else", f"{found['two']:.1f} /s", found["two"]),
        Row("memory grown at the peak", f"{found['grown']:.0f} MB", found["grown"]),
        Row("longest stall of the event loop", f"{found['stall'] * 1e3:.1f} ms", found["stall"]),
        Row("refused beyond the queue", f"{found['overloaded']}", found["overloaded"]),
    ]
    gates = [
        Gate("throughput, of two threads'", found["rate"] / found["two"], at_least=0.9),
        Gate("memory grown, MB", found["grown"], at_most=cores * 40),
        Gate("longest stall, in hashes", found["stall"] / found["hash"], at_most=1 / 3),
        Gate("Overloaded beyond the queue, with Retry-After", found["overloaded"], at_least=1),
    ]
    return Report("sign-in", rows, gates)


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


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def main() -> None:
    attempts = int(sys.argv[1])
    with Rescind("memory://") as auth:
        for number in range(attempts):
            auth.accounts.create(login=f"p{number}@example.com", password=PASSWORD)
        phc = auth.passwords.hash(PASSWORD)
        hashes = []
        for _ in range(5):
            begin = time.perf_counter()
            auth.passwords.verify(PASSWORD, phc)
            hashes.append(time.perf_counter() - begin)
        rates, stalls, twos = [], [], []
        for _ in range(3):
            twos.append(two_threads(auth, phc, attempts))
            rate, stall = asyncio.run(storm(auth, attempts))
            rates.append(rate)
            stalls.append(stall)
    peak = peak_of_storm(attempts)
    print(
        json.dumps(
            {
                "hash": statistics.median(hashes),
                "rate": statistics.median(rates),
                "two": statistics.median(twos),
                "stall": statistics.median(stalls),
                "grown": peak,
                "overloaded": asyncio.run(overflow(4)),
            }
        )
    )


def peak_of_storm(attempts: int) -> float:
    """Megabytes by which the peak of a fresh process exceeds what it had before the storm."""
    code = (
        "import asyncio, resource, sys; from bench.sign_in import *; from rescind import Rescind\n"
        "auth = Rescind('memory://'); n = int(sys.argv[1])\n"
        "phc = None\n"
        "base = resident()\n"
        "async def go():\n"
        "    await asyncio.gather(*(auth.aio.passwords.verify(PASSWORD, phc) for _ in range(n)))\n"
        "asyncio.run(go())\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - base) / 1e6)\n"
    )
    with suppress(OSError):
        out = subprocess.run(
            [sys.executable, "-c", code, str(attempts)], capture_output=True, text=True, check=True
        )
        return float(out.stdout)
    return float("inf")


if __name__ == "__main__":
    main()
