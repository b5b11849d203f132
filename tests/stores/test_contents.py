"""Sessions in Redis with a log in SQL pass the store contract; their own tests stand beside this file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import create_engine
from tests.redis_server import shared
from tests.stores.places import store_at
from tests.world import PATIENCE

from rescind._clock import SystemClock
from rescind.stores.base import Store
from rescind.stores.contents import ContentsStore, Place
from rescind.stores.contents.delegating import Log
from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing import StoreContract
from rescind.testing.store_cases.base import StoreCases
from rescind.testing.store_cases.joining import Caller, JoiningCases
from rescind.testing.store_cases.sessions import SessionCases
from rescind.testing.store_cases.silence import Silence
from rescind.testing.store_cases.touch import TouchCases
from rescind.testing.store_cases.unchanged import UnchangedCases


class OnContents(StoreCases):
    """Two handles on one new database and one empty Redis."""

    kind = "redis"
    differing: ClassVar[int] = 2
    """Which end ends what is asked of the log, and each log has tests with every combination."""
    url: str

    def log(self) -> Log:
        raise NotImplementedError

    def make(self) -> ContentsStore:
        shared(self.kind).do("FLUSHALL")
        return self.another()

    def make_second(self, first: Store) -> ContentsStore:
        return self.another()

    def another(self, patience: float = PATIENCE) -> ContentsStore:
        place = Place(shared(self.kind).url, patience=patience, keep_ended=30 * 86400.0)
        return ContentsStore(self.log(), place, clock=SystemClock())

    @contextmanager
    def falls_silent(self, patience: float) -> Iterator[tuple[Store, Silence]]:
        server = shared(self.kind)  # what holds the sessions; the log has tests of its own
        yield (
            self.another(patience),
            lambda stop: os.kill(server.pid, signal.SIGSTOP if stop else signal.SIGCONT),
        )

    @contextmanager
    def caller(self, store: Store) -> Iterator[Caller]:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            yield Caller(connection, connection.commit, connection.rollback)
        engine.dispose()


class OnSqlite(OnContents):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "app.db"
        self.url = f"sqlite:///{self.path}"

    def log(self) -> Log:
        return store_at(self.path)


class TestContentsWithSqliteInShort(OnSqlite, SessionCases, UnchangedCases, JoiningCases, TouchCases):
    """What the two places share most of; all of the contract is among the long tests."""


@pytest.mark.long
class TestContentsWithSqlite(OnSqlite, StoreContract):
    kind = "valkey"


@pytest.mark.long
class TestContentsWithPostgres(OnContents, StoreContract):
    @pytest.fixture(autouse=True)
    def _place(self, postgres: str) -> None:
        self.url = postgres

    def log(self) -> Log:
        return PostgresStore.from_url(self.url, clock=SystemClock())
