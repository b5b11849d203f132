"""The SQLAlchemy store on SQLite passes the store contract; its own tests stand beside this file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from rescind._clock import SystemClock
from rescind.stores.base import Store
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing import StoreContract
from rescind.testing.store_cases.joining import Caller


class TestSqlStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.url = f"sqlite:///{tmp_path}/app.db"

    def make(self) -> SqliteStore:
        return SqliteStore.from_url(self.url, clock=SystemClock())

    def make_second(self, first: Store) -> SqliteStore:
        return SqliteStore.from_url(self.url, clock=SystemClock())

    @contextmanager
    def caller(self, store: Store) -> Iterator[Caller]:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            yield Caller(connection, connection.commit, connection.rollback)
        engine.dispose()
