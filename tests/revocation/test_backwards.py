"""A log that went backwards: of all who notice one begins a new one, above what any of them had seen."""

from __future__ import annotations

from functools import partial

from rescind.revocation.backwards import WENT_BACKWARDS, begin_anew
from rescind.stores.memory.store import MemoryStore
from rescind.testing.records import NOW
from rescind.testing.threads import race

SEEN = 41


def test_one_of_many_begins_the_new_log() -> None:
    store = MemoryStore()
    old = store.head()
    heads = race([partial(begin_anew, store, old, seen=SEEN, at=NOW)] * 8)
    assert set(heads) == {store.head()}
    assert store.head().birth != old.birth
    assert store.head().seq == SEEN + 1
    (event,) = store.audit_events("")
    assert (event.reason, event.actor, event.at) == (WENT_BACKWARDS, "system", NOW)
