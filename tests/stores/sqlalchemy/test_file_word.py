"""What the counter of a file does not tell: an entry of somebody who knows of none."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from tests.stores.sqlalchemy.acts import append, counter_at
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind.stores.sqlalchemy import SqliteStore, file_word
from rescind.stores.sqlalchemy.file_word import UNKNOWN, FileWord

A_TRIGGER = """UPDATE rescind_meta SET seq = seq + 1;
INSERT INTO rescind_revocation (id, seq, kind, realm, scope, target, what, keep, reason, initiator, at)
SELECT lower(hex(randomblob(16))), seq, 'end', 'default', 'principal', '7', 1, NULL, 'x', 'x', 1
FROM rescind_meta"""


def by_sql(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.executescript(f"BEGIN IMMEDIATE; {script}; COMMIT")


@pytest.fixture
def word(store: SqliteStore, path: Path) -> FileWord:
    store.renew("", 0)  # this thread has a reader now
    return FileWord(counter_at(path), store._connections)


def test_it_is_the_counter_while_everybody_moves_that(
    word: FileWord, open_store: OpenStore, path: Path
) -> None:
    assert word[0] == 0
    assert append(open_store()) == word[0] == 1
    counter_at(path).announce(2)  # about to commit
    assert word[0] == 2


def test_an_entry_without_the_counter_is_seen_at_once(word: FileWord, path: Path) -> None:
    """Mutation: compare the counter alone."""
    assert word[0] == 0
    by_sql(path, A_TRIGGER)
    assert counter_at(path).announced == 0
    assert word[0] == 1
    by_sql(path, A_TRIGGER)
    assert word[0] == 2


def test_what_was_rolled_back_is_not(word: FileWord, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        file.execute("UPDATE rescind_meta SET seq = seq + 1")
        assert word[0] == 0
        file.execute("ROLLBACK")
    assert word[0] == 0


def test_the_head_is_read_once_for_each_commit(
    word: FileWord, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit of anything costs one read, and no distrust."""
    by_sql(path, "CREATE TABLE other (a); INSERT INTO other VALUES (1)")
    assert word[0] == 0
    monkeypatch.setattr(file_word, "HEAD", "SELECT no head")
    assert word[0] == 0
    by_sql(path, "INSERT INTO other VALUES (2)")
    assert word[0] == UNKNOWN


def test_a_thread_that_has_read_nothing_yet_looks_for_itself(word: FileWord, path: Path) -> None:
    by_sql(path, A_TRIGGER)
    seen: list[int] = []
    thread = Thread(target=lambda: seen.append(word[0]))
    thread.start()
    thread.join()
    assert seen == [1]


def test_nothing_is_known_of_a_store_that_is_closed_and_it_stays_closed(
    word: FileWord, store: SqliteStore
) -> None:
    store.close()
    assert word[0] == UNKNOWN
    assert store._connections.identity is None


def test_a_child_of_a_fork_without_hooks_knows_nothing(
    word: FileWord, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = os.getpid()
    monkeypatch.setattr(file_word, "getpid", lambda: parent + 1)
    assert word[0] == UNKNOWN


def test_an_older_file_in_its_place_is_doubt_until_the_log_is_read(
    word: FileWord, open_store: OpenStore, path: Path
) -> None:
    """Overwritten with a backup: the counter still announces what was."""
    assert append(open_store()) == 1
    by_sql(path, "UPDATE rescind_meta SET seq = 0; DELETE FROM rescind_revocation")
    assert word[0] == 1
