"""Two processes that prune at the same time."""

from __future__ import annotations

from typing import Any

import pytest
from tests.stores.redis.acts import append
from tests.stores.redis.conftest import MakeStore

from rescind._clock import SECOND
from rescind.model.revocation import Scope
from rescind.stores.redis import keys
from rescind.stores.redis.connections import Wire
from rescind.testing.records import NOW

YEAR = 365 * 86_400 * SECOND
AGES = {"now": NOW + YEAR, "keep_ended": 0, "access_life": 0, "session_life": 0}


def test_entries_that_another_prunes_while_they_are_looked_at(
    open_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look without the write lock is two commands: between them they may be gone."""
    store, other = open_store(), open_store()
    for number in range(4):
        append(store, f"s{number}", Scope.SESSION, at=NOW)
    removed: list[int] = []
    call = Wire.call

    def beside(wire: Wire, *words: Any) -> Any:
        if words[:2] == ("HMGET", keys.ENTRIES) and not removed:
            removed.append(0)
            removed[0] = other.prune(**AGES).entries
        return call(wire, *words)

    monkeypatch.setattr(Wire, "call", beside)
    assert store.prune(**AGES).entries == 0
    assert removed == [3]
    assert store.head().floor == 3
