"""A Redis server, and a house on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.redis_server import Server, shared
from tests.stores.contents.house import House, house


@pytest.fixture
def server() -> Iterator[Server]:
    """Of this test alone, which may stop it or change its settings."""
    with Server("redis") as made:
        yield made


@pytest.fixture
def shared_server() -> Server:
    """Emptied, for tests that leave it as it is."""
    server = shared("redis")
    server.do("FLUSHALL")
    return server


@pytest.fixture
def site(tmp_path: Path, server: Server) -> Iterator[House]:
    with house(tmp_path, server) as made:
        yield made
