"""What the operations of the protocol cost on this machine: processor time here and at the server.

Processor time is what one operation takes from a server that has others to serve; another program on the
machine hardly changes it. What waits for the disk is taken from the wall clock.
"""

from __future__ import annotations

import sqlite3
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass

import psycopg
import redis

from bench.fleet import Costs, Op
from bench.gate import BenchFailed
from bench.shapes import Shape, median_of
from rescind import Rescind
from rescind._clock import SystemClock
from rescind._tokens import new_id
from rescind.model.revocation import Kind, LogEntry, Scope, What, WorkerRow
from rescind.stores.base import Store

ROWS = 500
"""Workers in the registry for the cost of a row."""
LISTENERS = 8
ENTRIES = 500
"""Entries for the size of one."""
SETTLES = 1.5
"""Seconds until a worker has opened all its connections."""
WITHIN = 10.0
"""Seconds for what happens on other threads."""


@dataclass(frozen=True)
class Spent:
    """By one call, in seconds: at the server, in this process, by the wall clock."""

    server: float
    client: float
    wall: float

    @property
    def op(self) -> Op:
        return Op(self.server, self.client)

    def less(self, other: Spent) -> Spent:
        """What this took more; nothing where it took less."""
        return Spent(
            max(0.0, self.server - other.server),
            max(0.0, self.client - other.client),
            max(0.0, self.wall - other.wall),
        )

    def plus(self, other: Spent) -> Spent:
        return Spent(self.server + other.server, self.client + other.client, self.wall + other.wall)


@dataclass(frozen=True)
class Sizes:
    """What is kept: bytes of an entry with its audit event and indexes, and connections of a worker."""

    entry: float
    connections: int


class Meter:
    """Counts what calls cost.

    Args:
        shape: whose server is watched; a file has none.
    """

    def __init__(self, shape: Shape) -> None:
        self._pids = server_of(shape.url)

    def of(self, call: Callable[[], object], times: int) -> Spent:
        """Of one of so many calls in a row: the mean of processor time, the median by the wall clock."""
        call()
        pids = self._pids()
        servers, ours, walls = self._server(pids), time.process_time(), []
        for _ in range(times):
            begin = time.perf_counter()
            call()
            walls.append(time.perf_counter() - begin)
        ours, servers = time.process_time() - ours, self._server(pids) - servers
        return Spent(servers / times, ours / times, statistics.median(walls))

    @staticmethod
    def _server(pids: list[int]) -> float:
        return sum(processor_time(pid) for pid in pids)


def processor_time(pid: int) -> float:
    """Seconds that all threads of a process have used (clock_getcpuclockid(3): its id, turned)."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError as error:
        raise BenchFailed(f"the processor time of process {pid} cannot be read: {error}") from error


def server_of(url: str) -> Callable[[], list[int]]:
    """Asks for the processes of the server."""
    if url.startswith("sqlite"):
        return list
    if url.startswith(("redis", "unix")):
        with redis.Redis.from_url(url) as client:
            pid = client.info("server")["process_id"]
        return lambda: [pid]

    def backends() -> list[int]:
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            return [pid for (pid,) in found]

    return backends


def measured(shape: Shape, times: int) -> tuple[Costs, Sizes]:
    """Costs and sizes of one shape, with a store of its own in this process.

    Args:
        times: calls for one figure.
    """
    meter = Meter(shape)
    with Rescind(shape.url) as auth:
        auth.open()
        entry = bytes_of_an_entry(auth.core.store, shape.url, min(ENTRIES, times * 5))
        costs = costs_of(auth, meter, times, median_of(shape.write, times))
        return costs, Sizes(entry, connections_of_a_worker(shape.url))


def costs_of(auth: Rescind[str], meter: Meter, times: int, durable: float) -> Costs:
    """A figure that is the difference of two is not less than nothing."""
    store = auth.core.store
    started = meter.of(lambda: auth.sessions.start("ada"), times)
    revoked = meter.of(lambda: auth.revoke(session=auth.sessions.start("ada").session, reason="bench"), times)
    now = store.head()
    short = meter.of(store.head, times)
    keeps = meter.of(lambda: store.keeps(now, None), times)
    look = meter.of(lambda: look_at(store), times)
    append = revoked.less(started.plus(look).plus(keeps))
    one = register(store)
    registering = meter.of(lambda: register(store), max(2, min(ROWS, times * 5)))
    rows = len(store.workers())
    many = meter.of(lambda: look_at(store), max(2, times // 5))
    costs = Costs(
        read=meter.of(lambda: store.renew(one, now.seq), times).op,
        news=meter.of(lambda: store.renew(one, now.seq - 1), times).op,
        ack=meter.of(Acknowledging(store, one), times).op,
        retire=meter.of(lambda: store.retire(one, 0), times).op,
        look=look.op,
        row=many.less(look).op.times(1 / rows),
        append=append.op,
        keeps=keeps.op,
        register=registering.op,
        push=cost_of_a_push(store, meter, times),
        hop=max(0.0, short.wall - short.server - short.client) / 2,
        durable=durable,
        wait=max(0.0, append.wall - append.server - append.client - durable),
    )
    for worker in store.workers():
        store.deregister(worker.id)
    return costs


def look_at(store: Store) -> None:
    """As ``rescind.revocation.looks`` does."""
    store.registry()


def register(store: Store) -> str:
    worker, head = new_id(), store.head()
    store.register(WorkerRow(worker, head.birth, 1.0, 1, 0, counter_id=head.counter_id, host="bench", pid=1))
    return worker


class Acknowledging:
    """Each call says one number more."""

    def __init__(self, store: Store, worker: str) -> None:
        self._store, self._worker, self._seq = store, worker, 0

    def __call__(self) -> None:
        self._seq += 1
        self._store.acknowledge(self._worker, self._seq, at=self._seq)


def cost_of_a_push(store: Store, meter: Meter, times: int) -> Op:
    """For each listener: what a push costs more if there are some."""
    alone = meter.of(store.push, times)
    heard = threading.Semaphore(0)
    with ExitStack() as stack:
        for _ in range(LISTENERS):
            end = store.listen(heard.release)
            if end is None:
                return Op()
            stack.callback(end)
        wait_for(heard)

        def push() -> None:
            store.push()
            wait_for(heard)

        return meter.of(push, times).less(alone).op.times(1 / LISTENERS)


def wait_for(heard: threading.Semaphore) -> None:
    for _ in range(LISTENERS):
        if not heard.acquire(timeout=WITHIN):
            raise BenchFailed(f"a push was not heard within {WITHIN:g} s")


def bytes_of_an_entry(store: Store, url: str, count: int) -> float:
    """What the log grows by, indexes included; the audit event is kept elsewhere and longer."""
    before = size_of(url)
    for number in range(count):
        with store.write() as unit:
            unit.append(entry_about(f"p{number}"))
    return (size_of(url) - before) / count


def entry_about(person: str) -> LogEntry:
    now = SystemClock().wall()
    return LogEntry(new_id(), Kind.END, "default", Scope.PRINCIPAL, person, What.ALL, "bench", "cli:a@b", now)


def size_of(url: str) -> float:
    """Bytes of the log, and of nothing that grows with sessions."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            (pages,), (each,) = (
                connection.execute(f"PRAGMA {n}").fetchone() for n in ("page_count", "page_size")
            )
            return float(pages * each)
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute("SELECT pg_total_relation_size('rescind_revocation')").fetchall()
            return float(found[0][0])
    with redis.Redis.from_url(url) as client:
        return float(client.info("memory")["used_memory"])


def connections_of_a_worker(url: str) -> int:
    """Open ones of a process that checks from memory, once it listens."""
    if url.startswith("sqlite"):
        return 0
    before = connections(url)
    with Rescind(url) as auth:
        token = auth.sessions.start("probe").token
        until, seen = SystemClock().lease() + SETTLES, before
        while SystemClock().lease() < until:
            auth.check(token)
            seen = max(seen, connections(url))
    return seen - before


def connections(url: str) -> int:
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as connection:
            clients = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            return int(connection.execute(clients).fetchall()[0][0])
    with redis.Redis.from_url(url) as client:
        return int(client.info("clients")["connected_clients"])
