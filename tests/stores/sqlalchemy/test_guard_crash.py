"""kill -9 between any two steps of a writer: nothing lost, nothing half done, no number twice, no new log.

The child is a real process that kills itself at a named step; everything else is as it runs.
"""

from __future__ import annotations

import signal
import textwrap
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.stores.places import append, run_child
from tests.stores.sqlalchemy.acts import copy_into, counter_at

from rescind.model.revocation import Scope
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import NOW, REALM, a_session, a_standing, an_entry

DIE = """
def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

from rescind.stores.sqlalchemy import connections, guard, sqlite_unit
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.counter import CounterFile

def die_before(owner, name):
    setattr(owner, name, die)

def die_after(owner, name):
    original = getattr(owner, name)
    def step(*args, **kwargs):
        original(*args, **kwargs)
        die()
    setattr(owner, name, step)

def die_at_statement(query):
    original = sqlite_unit.SqliteUnit.run
    def run(self, asked, **values):
        if asked is query:
            die()
        return original(self, asked, **values)
    sqlite_unit.SqliteUnit.run = run
"""

WORK = """
with store.write() as unit_:
    unit_.put_standing(a_standing(active=False, version=2))
    unit_.append(an_entry(id="lost?"))
    unit_.append(an_entry(Scope.SESSION, "s", id="lost too?"))
    unit_.end_session("s", at=NOW, reason="x", by="system")
    unit_.audit(an_event())
print("done")
"""

STEPS = {
    "before the first statement": ("die_before(sqlite_unit.SqliteUnit, 'put_standing')", False),
    "before the counter moves": ("die_before(guard.Guard, 'announce')", False),
    "after the counter moved": ("die_after(guard.Guard, 'announce')", False),
    "before the entry": ("die_at_statement(s.INSERT_ENTRY)", False),
    "before the mark": ("die_at_statement(s.END_SESSION)", False),
    "before the event": ("die_at_statement(s.INSERT_EVENT)", False),
    "before the commit": ("die_before(connections.Connections, '_commit')", False),
    "after the commit": ("die_after(connections.Connections, '_commit')", True),
    "before the counter says committed": ("die_before(guard.Guard, 'committed')", True),
    "after everything": ("die_after(guard.Guard, 'committed')", True),
}


def prepared(store: SqliteStore) -> str:
    """A session to be ended, and entries before it."""
    with store.write() as unit:
        unit.put_standing(a_standing())
        unit.insert_session(a_session(unit.head(), id="s"))
        unit.append(an_entry(Scope.GRANT, "before"))
    return store.head().birth


def state(store: SqliteStore) -> dict[str, object]:
    standing, facts = store.standing(REALM, "7"), store.facts("s")
    assert standing is not None
    assert facts is not None
    return {
        "head": store.head().seq,
        "entries": [store.find_entry(name) is not None for name in ("lost?", "lost too?")],
        "version": standing.version,
        "ended": facts.record.ended_at,
        "by the log": facts.ended_by is not None,
        "events": len(store.audit_events(REALM)),
    }


QUICK = {
    "after the counter moved",
    "before the commit",
    "after the commit",
    "before the counter says committed",
    "before the head names it",
    "prepare",
}
"""Where what is there changes, on either side; ``make test-long`` has the other steps."""


def stepwise(steps: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "step", [pytest.param(step, marks=() if step in QUICK else pytest.mark.long) for step in steps]
    )


@stepwise(STEPS)
def test_a_writer_killed_between_two_steps(store: SqliteStore, path: Path, step: str) -> None:
    birth = prepared(store)
    before = state(store)
    act, is_committed = STEPS[step]
    died = run_child(path, DIE + act + WORK, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert "done" not in died.stdout
    after = {
        "head": 3,
        "entries": [True, True],
        "version": 2,
        "ended": NOW,
        "by the log": True,
        "events": 1,
    }
    assert state(store) == (after if is_committed else before), "all of it or nothing"
    counter = counter_at(path)
    assert counter.committed <= store.head().seq <= counter.announced, "ahead, never behind"
    head = store.renew("w", 0).head
    assert head.birth == birth, "a crash is no log that went backwards"
    assert store.word is not None
    assert store.word[0] == head.seq == counter.announced
    assert append(store).seq == head.seq + 1
    assert store.head().birth == birth


MAKING = {
    "before the file": "die_before(guard, 'make_counter')",
    "before it is in place": "die_before(os, 'replace')",
    "before the head names it": "die_after(os, 'replace')",
    "before that commits": "die_before(connections.Connections, '_commit')",
    "after that committed": "die_after(connections.Connections, '_commit')",
}


@stepwise(MAKING)
def test_a_writer_killed_while_it_makes_the_counter(store: SqliteStore, path: Path, step: str) -> None:
    """The file was deleted; the one that is left half-way is finished by whoever comes next."""
    birth = prepared(store)
    lose = "os.unlink(sys.argv[1] + '-rescind')\n"
    died = run_child(path, DIE + lose + MAKING[step] + WORK, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    seq = store.head().seq
    assert store.renew("w", 0).head.birth == birth
    head = store.head()
    assert (head.birth, head.seq) == (birth, seq)
    counter = counter_at(path)
    assert counter.id == head.counter_id
    assert store.word is not None
    assert store.word[0] == counter.announced == head.seq
    assert append(store).seq == head.seq + 1 == counter.announced
    assert store.head().birth == birth


def test_a_restored_copy_that_numbers_cannot_tell_is_told_by_the_counters_id(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    """The copy is older than the counter, and the last writer died before it could say "committed".

    So the numbers look like those of a crash, and two entries that were confirmed are gone.
    """
    birth = prepared(store)
    copy = tmp_path / "copy.db"
    copy_into(path, copy)
    path.with_name(path.name + "-rescind").unlink()
    for _ in range(2):
        with store.write():
            pass
    died = run_child(path, DIE + STEPS["before the counter says committed"][0] + WORK, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    gone = store.head().seq
    copy_into(copy, path)
    counter, head = counter_at(path), store.head()
    assert 0 < counter.committed <= head.seq < counter.announced == gone, "as after a crash"
    assert head.counter_id not in (None, counter.id)
    reborn = store.renew("w", 0).head
    assert reborn.birth != birth
    assert reborn.seq > gone, "no number is used twice"


@stepwise(["_make_or_verify", "prepare"])
def test_a_process_killed_at_its_first_open_leaves_nothing_half_made(path: Path, step: str) -> None:
    code = f"""
    from rescind.stores.sqlalchemy import create, sqlite_store as store_module
    fresh = SqliteStore.from_url("sqlite:///" + sys.argv[1] + "-fresh", clock=SystemClock())
    owner = create if {step!r} == "_make_or_verify" else store_module
    die_after(owner, {step!r})
    fresh.open()
    """
    died = run_child(path, DIE + textwrap.dedent(code), check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    fresh = path.with_name(path.name + "-fresh")
    assert fresh.exists()
    assert run_child(fresh, "print(store.head().seq, store.word[0])").stdout.split() == ["0", "0"]


def test_many_writers_killed_at_random_leave_one_gapless_log(store: SqliteStore, path: Path) -> None:
    """Whatever was confirmed on standard output is in the log."""
    birth = prepared(store)
    code = """
    import threading
    threading.Timer(0.05 + int(os.urandom(1)[0]) / 1000, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    while True:
        entry = an_entry(Scope.GRANT, "x")
        with store.write() as unit:
            unit.append(entry)
            unit.audit(an_event(subject=entry.id))
        print(entry.id, flush=True)
    """
    confirmed: list[str] = []
    for _ in range(3):
        died = run_child(path, code, check=False)
        assert died.returncode == -signal.SIGKILL, died.stderr
        confirmed += died.stdout.split()
    assert store.renew("w", 0).head.birth == birth
    entries = store.renew("w", 0, limit=10**6).entries
    assert [entry.seq for entry in entries] == list(range(1, store.head().seq + 1))
    assert set(confirmed) <= {entry.id for entry in entries}
    told = {event.subject for event in store.audit_events(REALM, limit=10**6)}
    assert told == {entry.id for entry in entries[1:]}, "entry and event, both or neither"
    assert confirmed
