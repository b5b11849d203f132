"""What ``revoke()`` costs on each store, with 1, 4 and 16 workers, idle and busy, beside one durable write.

Every store runs on this machine, with servers of their own. An idle worker checks four times a second; a busy
one checks all the time and leaves no processor to anybody.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from tests.postgres import PostgresServer
from tests.redis_server import DURABLE, Server

from bench.gate import BenchFailed, Gate, Report, Row
from bench.lag import fsync_once, timed
from bench.measure import percentile
from rescind import Rescind
from rescind.stores.sqlalchemy.migrations import upgrade

WORKERS = (1, 4, 16)
START_WITHIN = 60.0
"""Seconds until all workers are in the registry."""
LONGEST = 8.0
"""Seconds for one figure: where all processors are taken a revocation waits for one."""
FEWEST = 10
WORKER = """
import signal, sys, time
from rescind import Rescind
signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # gives its lease back
auth = Rescind(sys.argv[1])
token, pause = sys.argv[2], float(sys.argv[3])
end = time.monotonic() + 600
while time.monotonic() < end:
    auth.check(token)
    if pause:
        time.sleep(pause)
"""
IDLE, BUSY = 0.25, 0.0
"""Seconds between two checks of a worker."""


@dataclass
class Shape:
    """A store on this machine: its URL, and one durable write to it without rescind."""

    name: str
    url: str
    write: Callable[[], object]


@contextmanager
def sqlite() -> Iterator[Shape]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        yield Shape("SQLite", f"sqlite:///{path / 'app.db'}", lambda: fsync_once(path / "fsync"))


@contextmanager
def postgresql() -> Iterator[Shape]:
    server = PostgresServer()
    try:
        server.init()
        server.start("-c", "fsync=on")
        url = server.url(server.create())
        upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE bench (n int)")
            yield Shape("PostgreSQL", url, lambda: connection.execute("INSERT INTO bench VALUES (1)"))
    finally:
        server.close()


@contextmanager
def redis_alone() -> Iterator[Shape]:
    with Server("redis", *DURABLE) as server, redis.Redis.from_url(server.url) as client:
        yield Shape("Redis", server.url, lambda: client.set("bench", "1"))


SHAPES = (sqlite, postgresql, redis_alone)


def run(rounds: int = 200) -> Report:
    """See the gates for what must hold.

    Args:
        rounds: revocations for one figure, at most.

    Raises:
        BenchFailed: workers that did not start, or a receipt that was not final.
    """
    rows, gates = [], []
    for shape in SHAPES:
        with shape() as made:
            rows.append(in_ms(f"{made.name}: one durable write", median_of(made.write, rounds)))
            for count in WORKERS:
                for kind, pause in (("idle", IDLE), ("busy", BUSY)):
                    lags = lags_of(made.url, count, pause, rounds)
                    middle, late = statistics.median(lags), percentile(lags, 0.99)
                    name = f"{made.name}: {count} {kind} worker{'s'[: count - 1]}"
                    rows += [in_ms(f"{name}, p50", middle), in_ms(f"{name}, p99", late)]
                    if (count, kind) == (4, "idle"):
                        gates.append(Gate(f"{name}, p50 in ms", middle * 1e3, at_most=5))
                        gates.append(Gate(f"{name}, p99 in ms", late * 1e3, at_most=20))
    return Report("shapes", rows, gates)


def in_ms(name: str, seconds: float) -> Row:
    return Row(name, f"{seconds * 1e3:.2f} ms", seconds)


def median_of(call: Callable[[], object], rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def lags_of(url: str, count: int, pause: float, rounds: int) -> list[float]:
    """Seconds of each revocation of one session, until its receipt is final."""
    with Rescind(url) as auth, ExitStack() as stack:
        token = auth.sessions.start("probe").token
        for _ in range(count):
            stack.enter_context(worker(url, token, pause))
        wait_for(auth, count)
        auth.revoke(session="of nobody", reason="bench")  # the first on a server waits until it was watched
        lags: list[float] = []
        until = time.monotonic() + LONGEST
        while len(lags) < FEWEST or (len(lags) < rounds and time.monotonic() < until):
            session = auth.sessions.start("ada").session
            lags.append(timed(lambda s=session: auth.revoke(session=s, reason="bench").state))
    return lags


@contextmanager
def worker(url: str, token: str, pause: float) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", WORKER, url, token, str(pause)])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def wait_for(auth: Rescind[str], count: int) -> None:
    """Until so many are in the registry; those of the last figure have gone or been forgotten by then."""
    deadline = time.monotonic() + START_WITHIN
    while len(auth.core.store.workers()) != count:
        if time.monotonic() > deadline:
            raise BenchFailed(f"{count} workers were not in the registry within {START_WITHIN:g} s")
        time.sleep(0.01)
