"""A place for one SQLite file, and stores on it that are closed when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rescind._clock import SystemClock
from rescind.stores.sqlalchemy import SqliteStore

OpenStore = Callable[..., SqliteStore]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.db"


@pytest.fixture
def open_store(path: Path) -> Iterator[OpenStore]:
    """``open_store()`` is one more process on the file, ``open_store(at=other)`` on another path."""
    opened: list[SqliteStore] = []

    def open_at(at: Path = path) -> SqliteStore:
        store = SqliteStore.from_url(f"sqlite:///{at}", clock=SystemClock())
        opened.append(store)
        store.open()
        return store

    yield open_at
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> SqliteStore:
    return open_store()
