"""Fixtures of the flows' tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flows.house import CHEAP, House, WatchedStore

from rescind.credentials.password import Passwords
from rescind.stores.base import Store
from rescind.stores.memory import MemoryStore
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(CHEAP, threads=2)
    yield made
    made.close()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[Store]:
    made: Store = (
        MemoryStore()
        if request.param == "memory"
        else SqliteStore.from_url(f"sqlite:///{tmp_path / 'flows.db'}", clock=clock)
    )
    made.open()
    yield made
    made.close()


@pytest.fixture
def house(store: Store, clock: FakeClock, passwords: Passwords) -> House:
    return House(store, clock, passwords)


@pytest.fixture
def watched(house: House) -> WatchedStore:
    """The house's store, watched from here on."""
    watched = WatchedStore(house.store)
    house.store = watched
    return watched
