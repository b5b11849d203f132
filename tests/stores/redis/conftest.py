"""A server for each test that breaks it, on Redis and on Valkey."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.redis_server import Server

from rescind._clock import SystemClock
from rescind.stores.redis import RedisStore

MakeStore = Callable[[], RedisStore]


@pytest.fixture(params=["redis", pytest.param("valkey", marks=pytest.mark.long)])
def kind(request: pytest.FixtureRequest) -> str:
    """``"redis"``, and among the long tests ``"valkey"``; ``test_server.py`` always starts both."""
    return str(request.param)


@pytest.fixture
def server(kind: str) -> Iterator[Server]:
    """A server of the test's own, which forgets everything when it ends."""
    with Server(kind) as made:
        yield made


@pytest.fixture
def open_store(server: Server) -> Iterator[MakeStore]:
    """Opens stores on the server, and closes them after the test."""
    stores: list[RedisStore] = []

    def make() -> RedisStore:
        store = RedisStore(server.url, clock=SystemClock())
        stores.append(store)
        store.open()
        return store

    yield make
    for store in stores:
        store.close()
