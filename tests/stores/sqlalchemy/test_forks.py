"""Forks: the parent's connections are closed before, nothing is inherited, no hook is left over."""

from __future__ import annotations

import gc
import os
import weakref
from functools import partial
from pathlib import Path

from tests.stores.places import append
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind.stores.sqlalchemy import SqliteStore, forks
from rescind.testing.processes import in_a_child
from rescind.testing.threads import race


def open_files(path: Path) -> list[str]:
    """What this process has open of the database and SQLite's files beside it."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if target.startswith(str(path)) and not target.endswith("-rescind"):
            found.append(target)
    return found


def test_a_child_inherits_no_descriptor_of_the_database(store: SqliteStore, path: Path) -> None:
    """With a descriptor would come SQLite's book of locks, without the locks."""
    append(store)
    store.head()
    race([store.head] * 3)
    assert len(open_files(path)) >= 4, "a writer and a reader, each with its write-ahead log"
    in_a_child(lambda: open_files(path) == [])
    assert append(store).seq == 2, "the parent connects again"


def test_a_child_of_a_child(store: SqliteStore) -> None:
    append(store)

    def child() -> bool:
        append(store)
        in_a_child(lambda: append(store).seq == 3)
        return append(store).seq == 4

    in_a_child(child)
    assert append(store).seq == 5


def test_threads_that_fork_at_once(store: SqliteStore) -> None:
    """The hooks of two forks may run side by side; each must give back exactly what it took."""

    def fork() -> None:
        for _ in range(5):
            in_a_child(lambda: append(store).seq > 0)

    race([fork] * 4)
    assert append(store).seq == 21
    assert race([store.head] * 4) == [store.head()] * 4
    entries = store.renew("w", 0).entries
    assert [entry.seq for entry in entries] == list(range(1, 22))


def test_a_store_that_is_gone_is_not_told_of_forks(open_store: OpenStore, tmp_path: Path) -> None:
    store = SqliteStore(str(tmp_path / "gone.db"), clock=open_store()._clock)
    store.open()
    store.close()
    connections = weakref.ref(store._connections)
    assert store._connections in set(forks._watched)
    del store
    gc.collect()
    assert connections() is None
    assert len(forks._watched) >= 1, "the other one is still told"


def test_a_fork_that_fails_gives_everything_back(store: SqliteStore) -> None:
    """As ``os.fork`` does when the process limit is reached: the hooks run, there is no child."""
    append(store)
    for _ in range(3):
        forks._before()
        forks._in_parent()
    assert [append(store).seq for _ in range(2)] == [2, 3]


def test_a_fork_in_c_runs_no_hooks_and_is_noticed_on_slow_paths(store: SqliteStore) -> None:
    """Written down by process id: in the child the parent's connections are kept and never used."""
    append(store)
    parent = store._connections._writer
    store._connections.pid = -1
    assert append(store).seq == 2
    assert store._connections._writer is not parent
    assert store._connections.pid == os.getpid()
    assert parent is not None
    assert parent.execute("SELECT 1").fetchone() == (1,), "kept, and not closed"


def test_both_sides_write_after_many_forks(store: SqliteStore) -> None:
    for number in range(1, 6):
        in_a_child(partial(lambda seq: append(store).seq == seq, 2 * number - 1))
        assert append(store).seq == 2 * number
