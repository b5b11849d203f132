"""Pruning on SQLite: bounded in rows, memory and time under the write lock; readers beside it do not wait."""

from __future__ import annotations

import sqlite3
import threading
import time
import tracemalloc
from array import array
from pathlib import Path

import pytest
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind.model.revocation import Scope
from rescind.stores.base import PruneReport
from rescind.stores.sqlalchemy import SqliteStore
from rescind.stores.sqlalchemy import prune as pruning
from rescind.stores.sqlalchemy import statements as s
from rescind.testing.records import DAY, HOUR, NOW, a_session, an_entry, select

LIVES = {"keep_ended": DAY, "access_life": HOUR, "session_life": 30 * DAY}
LATER = NOW + 60 * DAY


def fill(path: Path, count: int, **facts: object) -> None:
    """Rows as fast as SQLite takes them; the store's own insert is tested elsewhere."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    head = connection.execute("SELECT birth FROM rescind_meta").fetchone()
    names = s.INSERT_SESSION.names
    model = dict.fromkeys(names) | {
        "realm": "default",
        "birth": head[0],
        "issued_seq": 0,
        "method": "password",
        "created_at": NOW,
        "auth_time": NOW,
        "last_seen": NOW,
        "expires_at": NOW,
    }
    rows = (
        tuple(
            (
                model
                | facts
                | {"id": f"{n:024x}", "digest": n.to_bytes(32, "big"), "principal_id": str(n % 1000)}
            ).values()
        )
        for n in range(count)
    )
    order = (*model,)
    places = [order.index(name) for name in names]
    with connection:
        connection.executemany(s.INSERT_SESSION.sql, (tuple(row[place] for place in places) for row in rows))
    connection.close()


def test_nothing_to_do_takes_no_write_lock(store: SqliteStore, open_store: OpenStore) -> None:
    """An idle site does nothing: also while somebody else holds the lock for long."""
    with open_store().write() as unit:
        unit.append(an_entry())
        assert store.prune(now=NOW, **LIVES) == PruneReport()


def test_marks_are_made_in_bounded_batches_before_the_end_goes(store: SqliteStore, path: Path) -> None:
    """One ``everything`` over many sessions: no batch marks them all, and none is forgotten."""
    fill(path, 25, expires_at=LATER + DAY)
    with store.write() as unit:
        entry = unit.append(an_entry(Scope.EVERYTHING, "", at=NOW))
        unit.append(an_entry(Scope.GRANT, "newest", at=LATER))
    unmarked, batches = [25], 0
    while True:
        report = store.prune(now=LATER, batch=10, **LIVES)
        batches += 1
        connection = sqlite3.connect(path)
        unmarked += connection.execute(
            "SELECT count(*) FROM rescind_session WHERE ended_at IS NULL"
        ).fetchone()
        connection.close()
        assert unmarked[-2] - unmarked[-1] <= 11
        assert (store.find_entry(entry.id) is None) is (unmarked[-1] == 0), "the end goes with the last mark"
        assert store.count(select(), now=NOW)[1] == 0, "at no time does one of them live"
        if not report.more:
            break
    assert batches > 3
    assert store.head().floor == entry.seq


def test_an_entry_of_a_newer_version_is_left_to_it(store: SqliteStore, path: Path) -> None:
    with store.write() as unit:
        unit.append(an_entry(at=NOW))
        unit.append(an_entry(Scope.GRANT, "newest", at=LATER))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE rescind_revocation SET kind = 'frozen' WHERE seq = 1")
    assert store.prune(now=LATER, **LIVES) == PruneReport()
    assert connection.execute("SELECT count(*) FROM rescind_revocation").fetchone() == (2,)
    connection.close()


def test_batches_are_found_by_index(store: SqliteStore, path: Path) -> None:
    connection = sqlite3.connect(path)
    deletions = [query for pair in pruning.DELETIONS for query in pair]
    for query in (pruning.EXPIRED, pruning.ENDED, pruning.OLD_ENTRIES, *deletions):
        values = dict.fromkeys(query.names, 1)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.bind(**values)).fetchall()
        steps = [step for *_, step in plan]
        assert [step for step in steps if step.startswith("SCAN")] == []
        assert query is pruning.OLD_ENTRIES or not any("TEMP B-TREE" in step for step in steps)
    connection.close()


@pytest.mark.long
def test_a_million_expired_sessions(store: SqliteStore, path: Path) -> None:
    """Flat memory, and a reader beside it waits for nobody."""
    count = 1_000_000
    fill(path, count)
    with store.write() as unit:
        watched = a_session(unit.head(), expires_at=LATER + DAY)
        unit.insert_session(watched)
    waits = array("d", [0.0]) * 2**20
    reads = 0
    done = threading.Event()

    def read() -> None:
        nonlocal reads
        while not done.is_set():
            start = time.perf_counter()
            assert store.facts(watched.id) is not None
            waits[reads % len(waits)] = time.perf_counter() - start
            reads += 1

    reader = threading.Thread(target=read)
    reader.start()
    tracemalloc.start()
    removed, peaks, longest_batch = 0, [], 0.0
    try:
        while True:
            start = time.perf_counter()
            report = store.prune(now=LATER, **LIVES)
            longest_batch = max(longest_batch, time.perf_counter() - start)
            removed += report.sessions
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
            if not report.more:
                break
    finally:
        tracemalloc.stop()
        done.set()
        reader.join()
    ordered = sorted(waits[:reads])
    median, p99, longest = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1]
    print(
        f"{removed} sessions in {len(peaks)} batches, the longest {longest_batch * 1e3:.1f} ms; peak memory "
        f"{max(peaks) / 1024:.0f} KiB; {reads} reads beside them: p99 {p99 * 1e3:.2f} ms, longest "
        f"{longest * 1e3:.1f} ms"
    )
    assert removed == count
    assert store.count(select(), now=NOW) == (1, 1)
    assert max(peaks[-100:]) <= max(peaks[:100]) + 2**20, "memory does not grow with what was removed"
    assert max(peaks) < 8 * 2**20
    # A reader that had to wait for the writer's transactions would wait for about as long as one takes.
    assert median < longest_batch / 10
    assert p99 < longest_batch
