"""A file that becomes read-only under a running process: it reads on, and moves nothing without the lock."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.programs import Piped, text
from tests.stores.places import PRELUDE, append, opened

from rescind.testing.records import an_entry

READ_ONLY = """
store._connections._drop_writer()       # its next one is opened under other rights
os.chmod(sys.argv[1], 0o444)
if os.geteuid() == 0:
    os.seteuid(65534)
print("ready", flush=True)
sys.stdin.readline()
from rescind.errors import StoreUnavailable
print(store.renew("w", 0).head.seq, store.word[0])
try:
    with store.write() as unit:
        print("entered", unit.head())
except StoreUnavailable as error:
    print(type(error).__name__, error)
print(store.word[0])
"""
REFUSED = "StoreUnavailable the database cannot be written: look at the rights of the file and its folder"


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder and files that everybody may write, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name) / "app.db"


@pytest.fixture
def reader(shared: Path) -> Iterator[Piped]:
    """A process with the file open; told to go on, it works under rights that allow it to read only."""
    store = opened(shared)
    append(store)
    for file in shared.parent.iterdir():
        file.chmod(0o666)
    with Piped(text, PRELUDE + READ_ONLY, shared) as process:
        assert process.stdout.readline() == "ready\n"
        store.close()
        shared.chmod(0o666)
        yield process


def said(reader: Piped) -> list[str]:
    return reader.communicate("go on\n").splitlines()


def test_without_the_write_lock_nothing_is_moved(shared: Path, reader: Piped) -> None:
    """On a file that it can open for reading only SQLite begins a transaction all the same."""
    store = opened(shared)
    with store.write() as unit:
        assert unit.append(an_entry()).seq == 2
        shared.chmod(0o444)
        assert said(reader) == ["1 2", REFUSED, "2"], "it reads, and leaves the counter to who holds the lock"
    assert store.word is not None
    assert store.head().seq == store.word[0] == 2
    store.close()


def test_after_a_rollback_it_reads_on_with_the_counter_ahead(shared: Path, reader: Piped) -> None:
    store = opened(shared)
    with pytest.raises(ZeroDivisionError), store.write() as unit:
        unit.append(an_entry())
        raise ZeroDivisionError
    shared.chmod(0o444)
    assert said(reader) == ["1 2", REFUSED, "2"]
    shared.chmod(0o666)
    assert store.renew("w", 0).head.seq == 1
    assert store.word is not None
    assert store.word[0] == 1, "who may write lowers it"
    store.close()
