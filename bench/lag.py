"""What ``revoke()`` costs with live workers, beside what the disk needs for one durable write."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.gate import BenchFailed, Gate, Report, Row
from bench.measure import percentile
from rescind import Rescind

WORKERS = 4
SLOW_DISK = 0.0005
"""Seconds for one durable write, above which the disk decides what a revocation takes."""
WORKER = """
import sys, time
from rescind import Rescind
auth = Rescind(sys.argv[1])
token = sys.argv[2]
print("up", flush=True)
end = time.monotonic() + 600
while time.monotonic() < end:
    auth.check(token)
    time.sleep(0.002)
"""


def run(rounds: int = 400) -> Report:
    """Four worker processes check; this process revokes single sessions, people and everything."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'app.db'}"
        with Rescind(url) as auth:
            token = auth.sessions.start("probe").token
            workers = [start(url, token) for _ in range(WORKERS)]
            try:
                wait_for_registry(auth)
                one, disk = [], []
                for turn in range(rounds):
                    session = auth.sessions.start(f"p{turn}").session
                    one.append(timed(lambda s=session: auth.revoke(session=s, reason="bench").state))
                    disk.append(fsync_once(Path(folder) / "fsync"))
                many = end_hundreds(auth, max(5, rounds // 20))
                everything = end_everything(auth, 100_000 if rounds >= 100 else 1_000)
            finally:
                for worker in workers:
                    worker.kill()
                    worker.wait()
    return report(one, disk, many, everything)


def start(url: str, token: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORKER, url, token], stdout=subprocess.PIPE)


def wait_for_registry(auth: Rescind[str]) -> None:
    deadline = time.monotonic() + 20
    while len(auth.core.store.workers()) < WORKERS:
        if time.monotonic() > deadline:
            raise BenchFailed("the workers did not register within 20 s")
        time.sleep(0.01)


def timed(call: object) -> float:
    begin = time.perf_counter()
    state = call()  # type: ignore[operator]
    elapsed = time.perf_counter() - begin
    if state != "final":
        raise BenchFailed(f"the receipt is {state}")
    return elapsed


def fsync_once(path: Path) -> float:
    """Write 4 KiB and wait until the disk has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        begin = time.perf_counter()
        os.pwrite(descriptor, bytes(4096), 0)
        os.fsync(descriptor)
        return time.perf_counter() - begin
    finally:
        os.close(descriptor)


def end_hundreds(auth: Rescind[str], times: int) -> list[float]:
    """Sign a person with 100 sessions out everywhere."""
    found = []
    for turn in range(times):
        for _ in range(100):
            auth.sessions.start(f"many{turn}")
        found.append(timed(lambda n=turn: auth.revoke(principal=f"many{n}", reason="bench").state))
    return found


def end_everything(auth: Rescind[str], sessions: int) -> tuple[int, float]:
    """One entry for so many sessions."""
    from bench.prune import insert_sessions

    insert_sessions(auth, sessions, expired=False)
    return sessions, timed(lambda: auth.revoke(everything=True, confirm="default", reason="bench").state)


def report(one: list[float], disk: list[float], many: list[float], everything: tuple[int, float]) -> Report:
    middle, sync, hundred = statistics.median(one), statistics.median(disk), statistics.median(many)
    rows = [
        Row("revoke one session, 4 live workers, p50", f"{middle * 1e3:.2f} ms", middle),
        Row("the same, p99", f"{percentile(one, 0.99) * 1e3:.2f} ms", percentile(one, 0.99)),
        Row("the disk: write 4 KiB and fsync, p50", f"{sync * 1e3:.2f} ms", sync),
        Row("sign out everywhere, 100 sessions, p50", f"{hundred * 1e3:.2f} ms", hundred),
        Row(f"everything, {everything[0]:,} sessions", f"{everything[1] * 1e3:.1f} ms", everything[1]),
    ]  # fmt: skip
    gates = [Gate("revoke one session, p50 in ms", middle * 1e3, at_most=1.5)]
    slow = [f"The disk needs {sync * 1e3:.2f} ms for one durable write, and a revocation is one."]
    return Report("lag", rows, gates, slow if sync > SLOW_DISK else [])
