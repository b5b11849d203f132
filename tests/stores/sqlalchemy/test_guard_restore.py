"""A database that went backwards: an older file restored, moved or copied into place."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from tests.stores.sqlalchemy.acts import (
    append,
    births,
    copy_into,
    copy_of,
    drop_counter,
    start,
    word_of,
)
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import an_entry


def test_a_backup_restored_into_the_live_file_starts_a_new_log(
    store: SqliteStore, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start(store)
    append(store)
    copy = copy_of(path)
    old = store.head()
    highest = [append(store) for _ in range(3)][-1]
    copy_into(copy, path)
    with caplog.at_level(logging.CRITICAL, "rescind.store"):
        renewal = store.renew("w", highest)
    assert renewal.head.birth != old.birth
    assert renewal.head.seq == renewal.head.floor > highest
    assert word_of(store)[0] == renewal.head.seq
    assert births(store) == ["log.reborn"]
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    facts = store.facts("s")
    assert facts is not None and facts.record.birth != facts.head.birth, "what was issued before is refused"


def test_a_strict_check_after_a_restore_believes_nothing(store: SqliteStore, path: Path) -> None:
    """Without any renewal: a session that was ended after the copy was made is not alive again."""
    start(store)
    append(store, target="8")
    assert store.facts("s") is not None
    copy = copy_of(path)
    append(store, target="7")
    copy_into(copy, path)
    facts = store.facts("s")
    assert facts is not None
    assert facts.record.birth != facts.head.birth


def test_a_unit_after_a_restore_writes_into_the_new_log(store: SqliteStore, path: Path) -> None:
    copy = copy_of(path)
    highest = append(store)
    birth = store.head().birth
    copy_into(copy, path)
    assert append(store) > highest + 1
    assert store.head().birth != birth


def put_in_place(copy: Path, path: Path) -> None:
    """As an operator who follows the page on restoring: the three files away, the copy in place."""
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    copy.replace(path)


def test_an_old_copy_moved_into_place_starts_a_new_log(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    start(store)
    other = open_store()
    copy = copy_of(path)
    append(store, target="7")
    birth = store.head().birth
    put_in_place(copy, path)
    facts = other.facts("s")
    assert facts is not None and facts.head.birth != birth
    for handle in (store, other):
        assert handle.head() == facts.head
        assert handle.head().seq == word_of(handle)[0] > 1


def test_a_restore_loses_nothing_that_callers_committed_themselves(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    """Nobody tells the store of such a commit; the next renewal sees it, and the counter remembers it."""
    append(store)
    copy = copy_of(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        with store.write(connection) as unit:
            unit.append(an_entry())
        connection.commit()
    engine.dispose()
    store.renew("w", 1)
    birth = store.head().birth
    store.close()
    put_in_place(copy, path)
    assert open_store().head().birth != birth


def test_a_copy_of_the_same_log_moved_into_place_keeps_the_log(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    """A move to another disk and back; nothing was lost, so nobody is signed out."""
    start(store)
    append(store, target="8")
    other = open_store()
    birth = store.head().birth
    put_in_place(copy_of(path), path)
    assert append(store) == 2
    assert other.renew("w", 1).head.birth == store.head().birth == birth
    assert word_of(other)[0] == 2


def test_a_copy_with_another_counter_starts_a_new_log(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    """The counter was made anew since the copy: numbers cannot be compared, so nothing old is believed."""
    copy = copy_of(path)
    birth = store.head().birth
    drop_counter(path)
    append(store)
    append(store)
    put_in_place(copy, path)
    assert open_store().head().birth != birth
