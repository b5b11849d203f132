"""A server that a test may stop, freeze and restart; pgbouncer in front of one; a standby behind one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.postgres import PostgresServer, running

from rescind._clock import SystemClock
from rescind.stores.sqlalchemy.postgres import PostgresStore

Opened = Callable[..., PostgresStore]


@pytest.fixture(scope="package")
def own_server() -> Iterator[PostgresServer]:
    with running() as server:
        yield server


@pytest.fixture
def own(own_server: PostgresServer) -> Iterator[str]:
    """The url of a database on the server of these tests alone."""
    name = own_server.create("rescind_empty")
    yield own_server.url(name)
    own_server.drop(name)


@pytest.fixture
def store(postgres: str) -> Iterator[PostgresStore]:
    made = PostgresStore.from_url(postgres, clock=SystemClock())
    made.open()
    yield made
    made.close()


@pytest.fixture
def opened() -> Iterator[Opened]:
    """``opened(url)``: a store, closed when the test is over."""
    made: list[PostgresStore] = []

    def open_at(url: str, *, patience: float = 5.0) -> PostgresStore:
        store = PostgresStore.from_url(url, clock=SystemClock(), patience=patience)
        made.append(store)
        store.open()
        return store

    yield open_at
    for store in made:
        store.close()
