"""PostgreSQL on this machine: a strict check beside the driver's own prepared SELECT, and the lag.

``python -m bench.postgresql``: not a part of ``make bench`` yet, whose page shows figures of a quiet machine.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from tests.postgres import PostgresServer

from bench.gate import Gate, Report, Row
from bench.lag import WORKERS, start, timed, wait_for_registry
from bench.measure import percentile
from rescind import Rescind
from rescind.stores.sqlalchemy.migrations import upgrade

CALLS = 100
"""Calls of one case in a row; the cases take turns, so that what else runs here meets all of them."""
SELECT = "SELECT * FROM rescind_session WHERE id = %s"


def run(rounds: int = 300) -> Report:
    """A server of its own, with fsync; four idle workers, each in a process."""
    server = PostgresServer()
    try:
        server.init()
        server.start("-c", "fsync=on")
        url = server.url(server.create())
        upgrade(url)
        with Rescind(url) as auth:
            strict, select = strict_and_select(auth, url, rounds)
            floor, lag = lag_of(auth, url, rounds)
    finally:
        server.close()
    ratio = statistics.median(ours / theirs for ours, theirs in zip(strict, select, strict=True))
    middle, late = statistics.median(lag), percentile(lag, 0.99)
    rows = [
        Row("psycopg: prepared SELECT of the session's row", f"{statistics.median(select) * 1e6:.0f} us",
            statistics.median(select)),
        Row("strict check", f"{statistics.median(strict) * 1e6:.0f} us", statistics.median(strict)),
        Row("one durable commit on that server, p50", f"{statistics.median(floor) * 1e3:.2f} ms",
            statistics.median(floor)),
        Row("revoke one session, 4 idle workers, p50", f"{middle * 1e3:.2f} ms", middle),
        Row("the same, p99", f"{late * 1e3:.2f} ms", late),
    ]  # fmt: skip
    gates = [
        Gate("strict check / the driver's prepared SELECT", ratio, at_most=1.35),
        Gate("revoke one session, p50 in ms", middle * 1e3, at_most=5),
        Gate("the same, p99 in ms", late * 1e3, at_most=20),
    ]
    return Report("postgresql", rows, gates)


def strict_and_select(auth: Rescind[str], url: str, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds per call, one value a round."""
    issued = auth.sessions.start("probe")
    auth.check(issued.token, strict=True)
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.cursor()

        def select() -> None:
            cursor.execute(SELECT, (issued.session.id,), prepare=True)
            cursor.fetchone()

        store = auth.core.store
        ours = [link.connection.info.backend_pid for link in store._connections.readers._idle]  # type: ignore[attr-defined]
        with on_one_cpu(0, connection.info.backend_pid, *ours):
            return in_turn(lambda: auth.check(issued.token, strict=True), select, rounds)


@contextmanager
def on_one_cpu(*pids: int) -> Iterator[None]:
    """These processes (0 is this one) on one CPU: on which of two a server process happens to be decides more
    than what it is asked."""
    before = {pid: os.sched_getaffinity(pid) for pid in pids}
    try:
        for pid in pids:
            os.sched_setaffinity(pid, {min(before[0])})
        yield
    finally:
        for pid, cpus in before.items():
            os.sched_setaffinity(pid, cpus)


def in_turn(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds per call of each, one value a round."""
    cases: list[tuple[Callable[[], object], list[float]]] = [
        (ours, []),
        (theirs, []),
    ]
    for _ in range(rounds):
        for call, seconds in random.sample(cases, len(cases)):
            begin = time.perf_counter()
            for _ in range(CALLS):
                call()
            seconds.append((time.perf_counter() - begin) / CALLS)
    return cases[0][1], cases[1][1]


def lag_of(auth: Rescind[str], url: str, rounds: int) -> tuple[list[float], list[float]]:
    """One durable commit, and one revocation with its barrier, in turn."""
    token = auth.sessions.start("probe").token
    workers = [start(url, token) for _ in range(WORKERS)]
    commits, lags = [], []
    try:
        wait_for_registry(auth)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE bench (n int)")
            for turn in range(rounds):
                begin = time.perf_counter()
                connection.execute("INSERT INTO bench VALUES (1)")
                commits.append(time.perf_counter() - begin)
                session = auth.sessions.start(f"p{turn}").session
                lags.append(timed(lambda s=session: auth.revoke(session=s, reason="bench").state))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return commits, lags


if __name__ == "__main__":
    print("\n".join(run().lines()))
