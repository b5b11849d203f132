"""Several processes on one file, as a site has them: one log, one counter, one winner."""

from __future__ import annotations

from pathlib import Path

from tests.programs import Piped, text
from tests.stores.sqlalchemy.acts import counter_at, start

from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import REALM

WRITERS, UNITS = 4, 15

WRITER = f"""
import sys
from rescind._clock import SystemClock
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import NOW, Scope, an_entry, an_event

url, name = sys.argv[1:]
store = SqliteStore.from_url(url, clock=SystemClock())
store.open()
print("ready", flush=True)
sys.stdin.readline()
won = 0
for number in range({UNITS}):
    entry = an_entry(Scope.GRANT, name)
    with store.write() as unit:
        seq = unit.append(entry).seq
        won += unit.end_session(f"s{{number}}", at=NOW, reason=name, by="system")
        unit.audit(an_event(subject=entry.id, seq=seq))
    assert store.word[0] >= seq, "the counter does not go back"
    assert store.head().seq >= seq, "what was committed is seen at once"
print(won)
"""


def started(path: Path) -> list[Piped]:
    processes = [Piped(text, WRITER, f"sqlite:///{path}", f"w{number}") for number in range(WRITERS)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return processes


def test_processes_that_append_at_the_same_time(store: SqliteStore, path: Path) -> None:
    for number in range(UNITS):
        start(store, f"s{number}")
    processes = started(path)
    counter, word = counter_at(path), store.word
    assert word is not None
    looks = 0
    while any(process.returncode is None for process in processes):
        committed, seen = counter.committed, store.head().seq
        announced = word[0]
        # Read in this order, each can only have grown since the one before it.
        assert committed <= seen <= announced
        looks += 1
    won = [int(process.communicate()) for process in processes]
    assert looks > 0
    assert [process.returncode for process in processes] == [0] * WRITERS
    assert sum(won) == UNITS, "every session was ended by one of them"
    entries = store.renew("w", 0).entries
    assert [entry.seq for entry in entries] == list(range(1, WRITERS * UNITS + 1))
    events = store.audit_events(REALM, limit=10**4)
    assert [(event.seq, event.subject) for event in reversed(events)] == [(e.seq, e.id) for e in entries]
    assert counter.announced == store.head().seq == len(entries)
    assert store.audit_events("") == [], "no log was begun anew"
