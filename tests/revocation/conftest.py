"""One process as a reader of the log, and the store that it reads, watched."""

from __future__ import annotations

import pytest
from tests.world import Reader, Spy, World


@pytest.fixture
def spy(world: World) -> Spy:
    made = Spy(world.store())
    made.open()
    return made


@pytest.fixture
def reader(world: World, spy: Spy) -> Reader:
    return Reader(spy.as_store, world.clock)
