"""The short question of a strict check, on SQLite: what the comparison of columns alone would not notice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.stores.sqlalchemy.acts import append, copy_into, counter_at, start
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind.model.session import Facts
from rescind.stores.sqlalchemy import SqliteStore, probe
from rescind.stores.sqlalchemy.probe import Expected, row_of


def facts_of(store: SqliteStore, session_id: str = "s") -> Facts:
    facts = store.facts(session_id)
    assert facts is not None
    return facts


def test_an_older_file_under_the_connection_is_a_change(store: SqliteStore, path: Path) -> None:
    """Every column reads as it did; only the counter knows that more was committed since."""
    start(store)
    append(store, target="8")
    facts = facts_of(store)
    assert store.unchanged(facts)
    copy = path.with_name("copy.db")
    copy_into(path, copy)
    append(store, target="7")
    copy_into(copy, path)
    assert not store.unchanged(facts)


def test_an_append_in_flight_is_doubt(store: SqliteStore, path: Path) -> None:
    start(store)
    facts = facts_of(store)
    counter_at(path).announce(facts.head.seq + 1)
    assert not store.unchanged(facts)


def test_a_file_moved_into_place_and_written_to_is_a_change(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    """The connection still has the old file open, where nothing was ended."""
    start(store)
    facts = facts_of(store)
    copy_into(path, path.with_name("new.db"))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.with_name("new.db").replace(path)
    append(open_store(), target="7")
    assert not store.unchanged(facts)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rescind_session SET ended_at = 1",
        "UPDATE rescind_session SET expires_at = 1",
        "UPDATE rescind_session SET idle = 1",
        "UPDATE rescind_session SET digest = x'00'",
        "UPDATE rescind_session SET principal_id = 'other'",
        "UPDATE rescind_principal SET active = 0",
        "UPDATE rescind_principal SET roles = '[\"less\"]'",
        "UPDATE rescind_principal SET tenant = 'other'",
        "DELETE FROM rescind_principal",
        "DELETE FROM rescind_session",
    ],
)
def test_a_row_changed_by_hand_is_seen(store: SqliteStore, path: Path, change: str) -> None:
    """Without any entry in the log, as somebody does who knows the tables and not the command line."""
    start(store)
    facts = facts_of(store)
    assert store.unchanged(facts)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(change)
    assert not store.unchanged(facts)


def test_without_a_counter_nothing_is_certain(store: SqliteStore) -> None:
    start(store)
    facts = facts_of(store)
    store._guard.counter = None
    assert not store.unchanged(facts)


def test_a_fault_is_doubt(store: SqliteStore) -> None:
    start(store)
    facts = facts_of(store)
    store._connections.reader().close()
    assert not store.unchanged(facts)


def test_it_asks_one_statement(store: SqliteStore) -> None:
    start(store)
    facts = facts_of(store)
    asked: list[str] = []
    store._connections.reader().connection.set_trace_callback(asked.append)
    assert store.unchanged(facts)
    assert len(asked) == 1


def test_what_is_kept_for_the_comparison_is_bounded(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "KEPT", 2)
    expected = Expected()
    for name in ("a", "b", "c"):
        start(store, name)
        facts = facts_of(store, name)
        assert expected.row(facts) == row_of(facts)
        assert expected.row(facts) is expected.row(facts), "made once"
        assert len(expected._rows) <= 2
