"""What the tests of this store do again and again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from rescind.stores.base import Word
from rescind.stores.sqlalchemy import SqliteStore
from rescind.stores.sqlalchemy.counter import CounterFile, open_counter
from rescind.testing.records import a_session, a_standing, an_entry


def counter_at(path: Path) -> CounterFile:
    counter = open_counter(f"{path}-rescind")
    assert counter is not None
    return counter


def append(store: SqliteStore, **facts: Any) -> int:
    with store.write() as unit:
        return unit.append(an_entry(**facts)).seq


def start(store: SqliteStore, session_id: str = "s") -> None:
    with store.write() as unit:
        unit.put_standing(a_standing())
        unit.insert_session(a_session(unit.head(), id=session_id))


def copy_into(source: Path, target: Path) -> None:
    """As ``sqlite3 source '.backup target'``: page by page into the file that is there."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def copy_of(path: Path) -> Path:
    copy_into(path, path.parent / "copy.db")
    return path.parent / "copy.db"


def word_of(store: SqliteStore) -> Word:
    assert store.word is not None
    return store.word


def births(store: SqliteStore) -> list[str]:
    return [event.type for event in store.audit_events("")]


def drop_counter(path: Path) -> None:
    Path(f"{path}-rescind").unlink()
