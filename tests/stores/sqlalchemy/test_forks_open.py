"""Forks with something open, and forks made in C: whose locks are whose."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests import programs
from tests.stores.sqlalchemy.acts import counter_at

from rescind.errors import StoreUnavailable
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.processes import in_a_child
from rescind.testing.records import an_entry

TRY = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError:
    print("held")
else:
    print("free")
"""


def write_lock(path: Path) -> str:
    """Asked by another process: in this one SQLite would look into its own book."""
    return programs.run(programs.text, TRY, path).stdout.strip()


def test_a_child_that_reads_and_ends_drops_no_lock_of_the_parent(store: SqliteStore, path: Path) -> None:
    """This is how committed rows are lost: a descriptor closed, and with it all locks of the process."""
    store.head()
    with store.write() as unit:
        unit.append(an_entry())
        in_a_child(lambda: store.head().seq == 0)
        assert write_lock(path) == "held"
        unit.append(an_entry())
    assert write_lock(path) == "free"
    assert store.head().seq == counter_at(path).announced == 2


def test_a_unit_that_was_open_at_the_fork_is_the_parents(store: SqliteStore, path: Path) -> None:
    def leave_the_block() -> bool:
        with pytest.raises(StoreUnavailable, match="only the parent commits"):
            block.__exit__(None, None, None)
        return store.find_entry("parent") is None

    block = store.write()
    block.__enter__().append(an_entry(id="parent"))
    in_a_child(leave_the_block)
    assert write_lock(path) == "held"
    block.__exit__(None, None, None)
    assert store.find_entry("parent") is not None
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


FORK_IN_C = """
import ctypes, os, sys
from rescind._clock import SystemClock
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import a_session, a_standing, an_entry

store = SqliteStore.from_url(f"sqlite:///{sys.argv[1]}", clock=SystemClock())
store.open()
with store.write() as unit:
    unit.put_standing(a_standing())
    unit.insert_session(a_session(unit.head(), id="s"))
facts = store.facts("s")
assert store.unchanged(facts)
inherited = store._connections.reader()
child = ctypes.PyDLL(None).fork()
if child == 0:
    if sys.argv[2] == "half":
        ctypes.pythonapi.PyOS_AfterFork_Child()
    first = store.unchanged(facts)
    same = store.facts("s") == facts
    with store.write() as unit:
        seq = unit.append(an_entry()).seq
    mine = store._connections.reader()
    print(first, same, seq, mine is inherited, mine.pid == os.getpid(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(store.head().seq, store._connections.reader() is inherited)
"""


@pytest.mark.parametrize("hooks", ["none", "half"])
def test_a_fork_made_in_c_is_noticed_by_the_process_id(path: Path, hooks: str) -> None:
    """As servers written in C do it: without any hook, or with that of the child alone."""
    done = programs.run(programs.text, FORK_IN_C, path, hooks)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["False True 1 False True", "1 True"]
