"""The store on Django's own connection passes the contract, wherever Django's tests may have their tables."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections
from tests.django.places import file_at, in_atomic, in_memory, pointing, server_at

from rescind._clock import SystemClock
from rescind.django.connection_store import ConnectionStore
from rescind.stores.base import Store
from rescind.testing import StoreContract
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.store_cases.data import DataCases
from rescind.testing.store_cases.joining import Caller
from rescind.testing.store_cases.listing import ListingCases
from rescind.testing.store_cases.log import LogCases
from rescind.testing.store_cases.prune import PruneCases
from rescind.testing.store_cases.sessions import SessionCases
from rescind.testing.store_cases.touch import TouchCases
from rescind.testing.store_cases.units import UnitCases

UNSYNCED = {"init_command": "PRAGMA synchronous = OFF"}
"""No test here cuts the power."""


@pytest.fixture(autouse=True)
def _tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that ends closes its connections, as those of Django's servers do."""
    run = threading.Thread.run

    def tidily(thread: threading.Thread) -> None:
        try:
            run(thread)
        finally:
            connections.close_all()

    monkeypatch.setattr(threading.Thread, "run", tidily)


class OnConnections(StoreCases):
    """Another process is another alias of the same database."""

    differing = 2

    def make(self) -> ConnectionStore:
        return ConnectionStore("default", clock=SystemClock())

    def make_second(self, first: Store) -> ConnectionStore:
        return ConnectionStore("second", clock=SystemClock())

    @contextmanager
    def caller(self, store: Store) -> Iterator[Caller]:
        """On a third connection."""
        with in_atomic("third") as caller:
            yield Caller(*caller)


@pytest.mark.long
class TestOnAFile(OnConnections, StoreContract):
    """Without forks beside busy threads: there the child has what they had open, and SQLite its book of their
    locks. The connections are Django's, and nobody closes them for it."""

    test_children_of_a_busy_parent_work = None  # type: ignore[assignment]

    @pytest.fixture(autouse=True)
    def _place(self, migrated: Path) -> Iterator[None]:
        database = file_at(migrated).database | {"OPTIONS": UNSYNCED}
        with pointing(default=database, second=dict(database), third=dict(database)):
            yield


class OnPostgres(OnConnections):
    @pytest.fixture(autouse=True)
    def _place(self, postgres: str) -> Iterator[None]:
        database = server_at(postgres).database
        with pointing(default=database, second=dict(database), third=dict(database)):
            yield


@pytest.mark.long
class TestOnPostgres(OnPostgres, StoreContract):
    pass


class TestInMemory(
    OnConnections, LogCases, SessionCases, ListingCases, TouchCases, DataCases, UnitCases, PruneCases
):
    """One connection sees the database: there is no other thread, no child, no caller beside the store."""

    @pytest.fixture(autouse=True)
    def _place(self, migrated_file: Path) -> Iterator[None]:
        with in_memory(migrated_file):
            yield

    make_second = StoreCases.make_second  # type: ignore[assignment]


ELSEWHERE = {"race", "watch_during", "in_a_child", "caller"}
for name in dir(TestInMemory):
    if name.startswith("test_") and ELSEWHERE.intersection(getattr(TestInMemory, name).__code__.co_names):
        setattr(TestInMemory, name, None)
