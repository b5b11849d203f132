"""The SQLAlchemy store on PostgreSQL passes the contract; its own tests stand in ``sqlalchemy/postgres/``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine
from tests.postgres import PostgresServer

from rescind._clock import SystemClock
from rescind.stores.base import Store
from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing import StoreContract
from rescind.testing.store_cases.ending import EndingCases
from rescind.testing.store_cases.joining import Caller, JoiningCases
from rescind.testing.store_cases.silence import Silence


class OnPostgres:
    """Two handles on one new database."""

    url: str

    @pytest.fixture(autouse=True)
    def _place(self, postgres: str, postgres_server: PostgresServer) -> None:
        self.url, self.server = postgres, postgres_server

    def make(self) -> PostgresStore:
        return PostgresStore.from_url(self.url, clock=SystemClock())

    def make_second(self, first: Store) -> PostgresStore:
        return self.make()


class TestPostgresStore(OnPostgres, StoreContract):
    differing = 2

    @contextmanager
    def falls_silent(self, patience: float) -> Iterator[tuple[Store, Silence]]:
        store = PostgresStore.from_url(self.url, clock=SystemClock(), patience=patience)
        yield store, lambda stop: self.server.freeze() if stop else self.server.thaw()

    @contextmanager
    def caller(self, store: Store) -> Iterator[Caller]:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            yield Caller(connection, connection.commit, connection.rollback)
        engine.dispose()


@pytest.mark.long
class TestEveryEndOnPostgres(OnPostgres, EndingCases):
    """With every combination of what an end may say."""


class TestJoiningPsycopg(OnPostgres, JoiningCases):
    """A connection of psycopg itself, without SQLAlchemy."""

    @contextmanager
    def caller(self, store: Store) -> Iterator[Caller]:
        connection: psycopg.Connection[Any] = psycopg.connect(self.url)
        with connection:
            yield Caller(connection, connection.commit, connection.rollback)
