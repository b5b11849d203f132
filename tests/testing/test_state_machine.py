"""The memory store and the SQL store give the same answers to whatever is done to them."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from rescind.stores.base import Selection, Store
from rescind.stores.memory import MemoryStore
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing import FakeClock
from rescind.testing.state_machine import StoreComparison

QUICK = settings(max_examples=25, stateful_step_count=20, deadline=None)


class MemoryAgainstSql(StoreComparison):
    def make(self) -> tuple[Store, Store]:
        self.folder = TemporaryDirectory()
        return MemoryStore(), SqliteStore.from_url(f"sqlite:///{self.folder.name}/app.db", clock=FakeClock())

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


class MemoryAgainstItself(StoreComparison):
    """Proves that the comparison leaves out what is random, and nothing else."""

    def make(self) -> tuple[Store, Store]:
        return MemoryStore(), MemoryStore()


class Careless(MemoryStore):
    """Does not ask the log whether a session is over."""

    def count(self, selection: Selection, *, now: int) -> tuple[int, int]:
        rows = list(self._tables.selected(selection))
        return len(rows), sum(row.ended_at is None and now < row.expires_at for row in rows)


class MemoryAgainstCareless(StoreComparison):
    def make(self) -> tuple[Store, Store]:
        return MemoryStore(), Careless()


def test_memory_and_sql_agree() -> None:
    run_state_machine_as_test(MemoryAgainstSql, settings=QUICK)


@pytest.mark.long
def test_memory_and_sql_agree_for_long() -> None:
    run_state_machine_as_test(
        MemoryAgainstSql, settings=settings(QUICK, max_examples=300, stateful_step_count=40)
    )


def test_two_memory_stores_agree() -> None:
    run_state_machine_as_test(MemoryAgainstItself, settings=QUICK)


def test_a_store_that_does_not_ask_the_log_is_found() -> None:
    once = settings(QUICK, max_examples=500, phases=[Phase.generate], derandomize=True)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(MemoryAgainstCareless, settings=once)
