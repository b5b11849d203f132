"""Connections: a reader per thread, one writer, a file that goes away, a database that gives up."""

from __future__ import annotations

import gc
import resource
import sqlite3
import threading
import weakref
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests import programs
from tests.stores.sqlalchemy.acts import append, copy_into, start
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind.errors import CommitUnknown, StoreUnavailable
from rescind.stores.sqlalchemy import SqliteStore
from rescind.stores.sqlalchemy.sqlite import WRITE_TIMEOUT
from rescind.testing.records import NOW, REALM, a_session, a_standing, an_entry, an_event
from rescind.testing.threads import race


def test_no_read_leaves_a_snapshot_open(store: SqliteStore, path: Path) -> None:
    """A reader inside an old snapshot would compare with an old log, and keep the log file from shrinking."""
    start(store)
    store.facts("s")
    store.facts("s")
    store.facts("nobody")
    store.head()
    store.workers()
    store.renew("w", 0)
    append(store)
    with closing(sqlite3.connect(path)) as other:
        busy, _, _ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0


def test_readers_cannot_write(store: SqliteStore) -> None:
    store.head()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store._connections.reader().execute("DELETE FROM rescind_session")


def test_every_thread_reads_on_its_own_connection_and_lets_go_of_it(store: SqliteStore) -> None:
    def read() -> weakref.ref[object]:
        store.head()
        return weakref.ref(store._connections.reader())

    readers = race([read] * 4)
    gc.collect()
    assert [reader() for reader in readers] == [None] * 4


def test_a_unit_is_durable_and_small_things_are_not_waited_for(store: SqliteStore) -> None:
    """A revocation that was confirmed survives a power cut (``synchronous = FULL``)."""
    start(store)
    with store.write():
        pass
    writer = store._connections._writer
    assert writer is not None
    assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
    store.touch([("s", NOW + 10**9)])
    assert writer.execute("PRAGMA synchronous").fetchone() == (1,)
    append(store)
    assert writer.execute("PRAGMA synchronous").fetchone() == (2,)


def test_close_waits_for_nobody_and_a_later_call_opens_again(store: SqliteStore) -> None:
    start(store)
    store.close()
    store.close()
    assert store.word is None
    assert store.facts("s") is not None
    assert store.word is not None


def test_a_reader_that_is_closed_under_its_thread_connects_again(store: SqliteStore) -> None:
    start(store)
    gate, seen = threading.Event(), []

    def read() -> None:
        seen.append(store.facts("s"))
        gate.wait(10)
        seen.append(store.facts("s"))

    thread = threading.Thread(target=read)
    thread.start()
    while not seen:
        gate.wait(0.01)
    store._connections.reconnect(store._connections.identity)
    gate.set()
    thread.join(10)
    assert len(seen) == 2
    assert seen[0] == seen[1] is not None


# -- a file that goes away -------------------------------------------------------------------------------


def test_a_removed_database_is_never_replaced_by_an_empty_one(store: SqliteStore, path: Path) -> None:
    """An empty database would be a log without the revocations, and in the way of who puts the file back."""
    start(store)
    aside = path.rename(path.parent / "aside.db")
    for _ in range(3):
        for ask in (store.head, lambda: store.facts("s"), lambda: append(store), store.open):
            with pytest.raises(StoreUnavailable, match="removed"):
                ask()
    assert not path.exists()
    aside.rename(path)
    assert store.facts("s") is not None
    assert append(store) == 1


def append_while_the_file_is_replaced(store: SqliteStore, path: Path) -> None:
    copy_into(path, path.parent / "copy.db")
    with store.write() as unit:
        unit.append(an_entry(id="gone"))
        path.rename(path.parent / "aside.db")
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink()
        (path.parent / "copy.db").rename(path)


def test_a_database_that_is_replaced_inside_a_unit_has_not_taken_it(store: SqliteStore, path: Path) -> None:
    """The commit went into the file that was moved away; nobody may be told that it holds."""
    start(store)
    with pytest.raises(CommitUnknown, match="replaced"):
        append_while_the_file_is_replaced(store, path)
    assert store.find_entry("gone") is None
    assert store.facts("s") is not None
    append(store, id="there")
    assert store.find_entry("there") is not None


def test_a_failed_unit_leaves_the_next_one_clean(store: SqliteStore) -> None:
    class Lost(Exception):
        pass

    with suppress(Lost), store.write() as unit:
        unit.put_standing(a_standing())
        raise Lost
    assert append(store) == 1
    assert store.standing(REALM, "7") is None


# -- locks -----------------------------------------------------------------------------------------------


def test_a_writer_waits_for_another_process_and_then_says_what_blocks_it(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.setattr("rescind.stores.sqlalchemy.connections.BUSY", "PRAGMA busy_timeout = 50")
    store.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            append(store)
        assert store.head().seq == 0, "reading goes on"
        other.execute("COMMIT")
    assert append(store) == 1


def test_writers_of_a_process_take_turns(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert WRITE_TIMEOUT == 5
    monkeypatch.setattr("rescind.stores.sqlalchemy.connections.WRITE_TIMEOUT", 0.05)
    refused = []

    def second() -> None:
        try:
            append(store)
        except StoreUnavailable as error:
            refused.append(str(error))

    with store.write():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
    assert refused == ["the write lock was not to be had within 0.05 s"]
    assert append(store) == 1


def test_a_unit_inside_a_unit_of_the_same_thread_is_refused_at_once(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.append(an_entry())
        with pytest.raises(StoreUnavailable, match="this thread has a unit of work open"):
            append(store)
        assert store.head().seq == 0, "reading beside it works, and sees the last commit"
    assert store.head().seq == 1


# -- a full disk -----------------------------------------------------------------------------------------


def fill(store: SqliteStore) -> None:
    with store.write() as unit:
        for n in range(10_000):
            unit.put_standing(a_standing(f"{n:0200}"))


def limit_pages(store: SqliteStore) -> None:
    writer = store._connections._writer
    assert writer is not None
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_database_refuses_and_loses_nothing(store: SqliteStore) -> None:
    start(store)
    limit_pages(store)
    with pytest.raises(StoreUnavailable, match="full"):
        fill(store)
    assert store.standings(REALM) == [a_standing()]
    assert store.facts("s") is not None
    assert store.renew("w", 0).head.seq == 0


def fill_and_go_on(store: SqliteStore, *, then_end: bool) -> None:
    with store.write() as unit:
        with suppress(StoreUnavailable):
            for n in range(10_000):
                unit.put_standing(a_standing(f"{n:0200}"))
        if then_end:
            unit.end_session("s", at=NOW, reason="half", by="system")


@pytest.mark.parametrize("then_end", [True, False])
def test_a_unit_that_swallows_the_fault_neither_goes_on_nor_looks_committed(
    store: SqliteStore, then_end: bool
) -> None:
    """SQLite rolls back by itself when it is full; the next statement would commit alone."""
    start(store)
    limit_pages(store)
    with pytest.raises(StoreUnavailable, match="begin a new one"):
        fill_and_go_on(store, then_end=then_end)
    facts = store.facts("s")
    assert facts is not None
    assert facts.record.ended_at is None
    assert store.standings(REALM) == [a_standing()]


COMMIT_FAILS = """
import resource, sys
from pathlib import Path
from rescind._clock import SystemClock
from rescind.errors import CommitUnknown
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import an_entry, an_event, NOW

path = Path(sys.argv[1])
store = SqliteStore.from_url(f"sqlite:///{path}", clock=SystemClock())
store.open()
with store.write() as unit:
    unit.append(an_entry(id="before"))
store.head()
size = Path(f"{path}-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
try:
    with store.write() as unit:
        unit.append(an_entry(id="lost"))
except CommitUnknown as error:
    print("unknown", store.find_entry("lost"), store.head().seq)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with store.write() as unit:
    print(unit.append(an_entry(id="after")).seq)
print(store.renew("w", 0).head.seq, store.word[0])
"""


def test_a_commit_that_fails_half_way_is_unknown(path: Path) -> None:
    """The kernel refuses the bytes of the commit; what the log says decides."""
    done = programs.run(programs.text, COMMIT_FAILS, path)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["unknown None 1", "2", "2 2"]


def test_events_and_rows_of_a_lost_unit_leave_no_gap(store: SqliteStore) -> None:
    class Lost(Exception):
        pass

    with suppress(Lost), store.write() as unit:
        unit.append(an_entry())
        unit.insert_session(a_session(unit.head(), id="s"))
        unit.audit(an_event())
        raise Lost
    assert append(store) == 1
    assert store.facts("s") is None
    assert store.audit_events(REALM) == []


def test_many_threads_on_one_file_keep_few_descriptors(open_store: OpenStore) -> None:
    stores = [open_store() for _ in range(3)]
    jobs = [store.head for store in stores for _ in range(8)]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        race(jobs)
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + len(jobs) < limit
