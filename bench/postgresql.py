"""A strict check on PostgreSQL beside the driver's own prepared SELECT, on a server of this machine."""

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
from rescind import Rescind
from rescind.stores.sqlalchemy.migrations import upgrade

CALLS = 100
"""Calls of one case in a row; the cases take turns, so that what else runs here meets all of them."""
SELECT = "SELECT * FROM rescind_session WHERE id = %s"


def run(rounds: int = 300) -> Report:
    """See the gate for what must hold."""
    server = PostgresServer()
    try:
        server.init()
        server.start()
        url = server.url(server.create())
        upgrade(url)
        with Rescind(url) as auth:
            strict, select = strict_and_select(auth, url, rounds)
    finally:
        server.close()
    ratio = statistics.median(ours / theirs for ours, theirs in zip(strict, select, strict=True))
    rows = [
        Row("psycopg: prepared SELECT of the session's row", f"{statistics.median(select) * 1e6:.0f} us",
            statistics.median(select)),
        Row("strict check", f"{statistics.median(strict) * 1e6:.0f} us", statistics.median(strict)),
    ]  # fmt: skip
    return Report("postgresql", rows, [Gate("strict check, times the SELECT", ratio, at_most=1.35)])


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
