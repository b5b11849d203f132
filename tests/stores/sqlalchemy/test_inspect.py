"""A look from outside makes nothing and changes nothing, whatever is at the path."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.stores.places import append, counter_of, opened

from rescind.errors import ConfigurationError
from rescind.stores.sqlalchemy.inspect import (
    CounterState,
    damage_of,
    inspect,
    realms_of,
    write_lock_free,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "app.db"


def test_no_file_stays_no_file(file: Path) -> None:
    assert inspect(str(file), deep=True).missing
    assert list(file.parent.iterdir()) == []


def test_file_without_tables_gets_none(file: Path) -> None:
    sqlite3.connect(file).close()
    file.touch()
    seen = inspect(str(file), deep=True)
    assert (seen.missing, seen.schema_version, seen.head) == (False, None, None)
    assert file.stat().st_size == 0


def test_head_counter_and_workers(file: Path) -> None:
    store = opened(file)
    append(store)
    seen = inspect(str(file), deep=True)
    assert (seen.head, seen.counter, seen.announced) == (store.head(), CounterState.IN_ORDER, 1)
    assert (seen.schema_version, seen.owner, seen.journal_mode) == (seen.newest_known, "rescind", "wal")
    assert seen.workers == ()
    assert inspect(str(file)).head is None
    store.close()


def test_counter_that_is_ahead_and_one_that_is_behind(file: Path) -> None:
    store = opened(file)
    append(store)
    counter = counter_of(file)
    content = bytearray(counter.read_bytes())
    for announced, state in ((5, CounterState.AHEAD), (0, CounterState.BEHIND)):
        content[24:32] = announced.to_bytes(8, "little")
        with counter.open("r+b") as mapped:
            mapped.write(content)
        assert inspect(str(file), deep=True).counter is state
    store.close()


@pytest.mark.parametrize("content", [b"", b"x" * 64, b"x" * 4096])
def test_something_else_in_place_of_the_counter(file: Path, content: bytes) -> None:
    opened(file).close()
    counter_of(file).unlink()
    counter_of(file).write_bytes(content)
    assert inspect(str(file), deep=True).counter is CounterState.NO_COUNTER
    assert counter_of(file).read_bytes() == content


def test_folder_and_foreign_file(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        inspect(str(file.parent))
    file.write_bytes(b"no database at all, only text " * 50)
    with pytest.raises(ConfigurationError, match="not an SQLite database"):
        inspect(str(file))


def test_write_lock(file: Path) -> None:
    store = opened(file)
    assert write_lock_free(str(file))
    with store.write():
        assert not write_lock_free(str(file))
    assert write_lock_free(str(file))
    store.close()


def test_whole_file(file: Path) -> None:
    opened(file).close()
    assert damage_of(str(file)) is None
    assert realms_of(str(file)) == []
