"""Sessions in Redis with a log in SQL: what a check and a sign-in cost, beside what the servers are asked."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import redis
from tests.postgres import PostgresServer
from tests.redis_server import Server

from bench.gate import Gate, Report, Row
from bench.postgresql import in_turn
from rescind import Rescind
from rescind.stores.redis import keys
from rescind.stores.sqlalchemy.migrations import upgrade

TOGETHER = 16
"""Strict checks of one event loop at a time."""
SELECT = "SELECT birth, seq FROM rescind_meta"

Select = Callable[[], object]


def run(rounds: int = 100) -> Report:
    """See the gates for what must hold."""
    report = Report("contents", [], [])
    for name, place in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        with (
            place() as (url, select),
            Server("redis") as server,
            redis.Redis.from_url(server.url) as client,
            Rescind(url, redis=server.url, authority_timeout="5s") as auth,
        ):
            issued = auth.sessions.start("probe")

            key = keys.session(issued.session.id)

            def both(client: redis.Redis = client, key: str = key, select: Select = select) -> None:
                client.get(key)
                select()

            add(report, f"{name} and Redis", checks_of(auth, issued.token, both, rounds))
            writes_of(report, f"{name} and Redis", auth, rounds)
    return report


def checks_of(
    auth: Rescind[str], token: str, both: Select, rounds: int
) -> tuple[list[float], list[float], float, float]:
    """Seconds of a strict check and of what it has to ask, by round; of one on a loop, and each of many."""
    auth.check(token, strict=True)
    strict, floor = in_turn(lambda: auth.check(token, strict=True), both, rounds)
    return strict, floor, *asyncio.run(on_a_loop(auth, rounds))


def add(report: Report, name: str, found: tuple[list[float], list[float], float, float]) -> None:
    strict, floor, alone, shared = found
    report.rows.extend(
        (
            in_us(f"{name}: redis-py GET and a SELECT of the head", statistics.median(floor)),
            in_us(f"{name}: strict check", statistics.median(strict)),
            in_us(f"{name}: strict check on a loop", alone),
            in_us(f"{name}: strict check on a loop, each of {TOGETHER} at a time", shared),
        )
    )
    ratio = statistics.median(ours / theirs for ours, theirs in zip(strict, floor, strict=True))
    report.gates.extend(
        (
            Gate(f"{name}: strict check, times GET and SELECT", ratio, at_most=2),
            Gate(f"{name}: each of {TOGETHER} at a time, times one", shared / alone, at_most=0.5),
        )
    )


def writes_of(report: Report, name: str, auth: Rescind[str], rounds: int) -> None:
    starts, ends = [], []
    for _ in range(rounds):
        begin = time.perf_counter()
        session = auth.sessions.start("ada").session
        starts.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        auth.revoke(session=session, reason="bench")
        ends.append(time.perf_counter() - begin)
    report.rows.append(in_us(f"{name}: a session opened", statistics.median(starts)))
    report.rows.append(in_us(f"{name}: a session ended, no other worker", statistics.median(ends)))


def in_us(name: str, seconds: float) -> Row:
    return Row(name, f"{seconds * 1e6:.0f} us", seconds)


async def on_a_loop(auth: Rescind[str], rounds: int) -> tuple[float, float]:
    """Seconds of one strict check, and of each of several at a time."""
    issued = [await auth.aio.sessions.start(f"p{number}") for number in range(TOGETHER)]
    for one in issued:
        await auth.aio.check(one.token, strict=True)
    alone, shared = [], []
    for _ in range(rounds):
        begin = time.perf_counter()
        await auth.aio.check(issued[0].token, strict=True)
        alone.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        await asyncio.gather(*(auth.aio.check(one.token, strict=True) for one in issued))
        shared.append((time.perf_counter() - begin) / TOGETHER)
    return statistics.median(alone), statistics.median(shared)


@contextmanager
def sqlite() -> Iterator[tuple[str, Select]]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "app.db"
        Rescind(f"sqlite:///{path}").open()
        connection = sqlite3.connect(path, isolation_level=None)
        stack.callback(connection.close)
        yield f"sqlite:///{path}", lambda: connection.execute(SELECT).fetchall()


@contextmanager
def postgresql() -> Iterator[tuple[str, Select]]:
    server = PostgresServer()
    try:
        server.init()
        server.start()
        url = server.url(server.create())
        upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            yield url, lambda: connection.execute(SELECT, prepare=True).fetchall()
    finally:
        server.close()
