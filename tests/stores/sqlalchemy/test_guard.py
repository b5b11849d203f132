"""The counter beside the database: what happens to it, and what the store makes of it."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.stores.sqlalchemy.acts import append, births, counter_at, drop_counter, word_of
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind._clock import SystemClock
from rescind.model.revocation import Scope
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.processes import in_a_child
from rescind.testing.records import NOW, REALM, an_entry


class Lost(Exception):
    """Thrown into a unit."""


def lose_the_write(store: SqliteStore) -> None:
    """A unit that does its work and then comes to nothing."""

    with suppress(Lost), store.write() as unit:
        unit.append(an_entry())
        raise Lost


# -- the numbers -----------------------------------------------------------------------------------------


def test_the_counter_is_set_under_the_write_lock_before_the_commit(store: SqliteStore, path: Path) -> None:
    counter = counter_at(path)
    with store.write() as unit:
        unit.append(an_entry())
        assert (counter.announced, counter.committed, store.head().seq) == (1, 0, 0)
        unit.append(an_entry())
        assert (counter.announced, counter.committed, store.head().seq) == (2, 0, 0)
    assert (counter.announced, counter.committed, store.head().seq) == (2, 2, 2)


def test_a_rollback_leaves_the_counter_ahead_until_the_next_renewal(store: SqliteStore, path: Path) -> None:
    append(store)
    lose_the_write(store)
    assert counter_at(path).announced == 2
    assert store.renew("w", 1).head.seq == 1
    assert counter_at(path).announced == 1
    assert births(store) == []


def test_the_counter_is_not_lowered_beside_an_append_in_flight(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    other = open_store()
    with store.write() as unit:
        unit.append(an_entry())
        assert other.renew("w", 0).head.seq == 0
        assert counter_at(path).announced == 1
    assert word_of(other)[0] == 1


def test_opening_lowers_what_a_crash_left_ahead(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    append(store)
    counter_at(path).announce(7)
    open_store()
    assert counter_at(path).announced == 1
    assert births(store) == []


def test_a_late_writer_does_not_lower_what_was_committed(store: SqliteStore, path: Path) -> None:
    append(store)
    append(store)
    counter = counter_at(path)
    counter.commit(1)
    assert counter.committed == 2


# -- the file --------------------------------------------------------------------------------------------


def test_two_paths_to_one_database_have_one_counter(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    folder = path.parent / "link"
    folder.symlink_to(path.parent, target_is_directory=True)
    link = path.parent / "other.db"
    link.symlink_to(path)
    for other in (open_store(at=folder / "app.db"), open_store(at=link)):
        seq = append(other)
        assert word_of(store)[0] == word_of(other)[0] == seq
    assert sorted(p.name for p in path.parent.glob("*-rescind")) == ["app.db-rescind"]


def test_a_relative_path_has_the_same_counter(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    relative = SqliteStore.from_url("sqlite:///app.db", clock=SystemClock())
    append(relative)
    relative.close()
    assert word_of(store)[0] == 1


def test_the_counter_has_owner_and_mode_of_the_database(open_store: OpenStore, path: Path) -> None:
    sqlite3.connect(path).close()
    path.touch()
    path.chmod(0o640)
    os.chown(path, 65534, 65534)
    open_store()
    found = Path(f"{path}-rescind").stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (65534, 65534, 0o640)


def test_a_deleted_counter_is_made_anew_and_both_move(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    """Until another process looks again it sees the old mapping: who still holds it moves it along."""
    other = open_store()
    append(store)
    old = word_of(other)
    drop_counter(path)
    append(store)
    assert old[0] == 2
    assert store.head().counter_id == counter_at(path).id
    assert word_of(other) is old
    other.renew("w", 0)
    assert word_of(other) is not old
    assert append(other) == 3
    assert word_of(store)[0] == word_of(other)[0] == counter_at(path).announced == 3
    assert births(store) == []


def test_a_counter_replaced_by_a_stranger_is_adopted_under_the_lock(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    """Two processes that both miss it: the loser maps what stands at the path."""
    other = open_store()
    append(store)
    drop_counter(path)
    store.renew("w", 1)
    other.renew("v", 1)
    assert store.head().counter_id == counter_at(path).id
    assert append(other) == word_of(store)[0] == 2
    assert births(store) == []


@pytest.fixture
def busy_shell(path: Path) -> Iterator[Callable[[], sqlite3.Connection]]:
    """Somebody who takes the write lock and keeps it."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield lambda: connection.execute("BEGIN IMMEDIATE").connection
    connection.close()


def test_a_renewal_never_watches_another_counter_than_the_head_names(
    open_store: OpenStore, store: SqliteStore, path: Path, busy_shell: Callable[[], sqlite3.Connection]
) -> None:
    """A worker registers under the head's counter: whoever moves that one does not wait for it."""
    other = open_store()
    old = word_of(other)
    drop_counter(path)
    append(store)
    shell = busy_shell()
    assert other.renew("w", 0).head.counter_id == counter_at(path).id
    assert word_of(other) is not old
    shell.execute("ROLLBACK")
    append(store)
    assert word_of(other)[0] == 2


def test_a_renewal_that_finds_no_counter_of_the_head_watches_none(
    open_store: OpenStore, store: SqliteStore, path: Path, busy_shell: Callable[[], sqlite3.Connection]
) -> None:
    other = open_store()
    drop_counter(path)
    append(store)
    drop_counter(path)
    shell = busy_shell()
    other.renew("w", 0)
    assert other.word is None
    shell.execute("ROLLBACK")
    other.renew("w", 1)
    assert word_of(other)[0] == append(store) - 1 == 1
    assert store.head().counter_id == counter_at(path).id


@pytest.mark.parametrize("content", [b"", b"x" * 64, b"rescind\x02" + bytes(56), b"rescind\x01"])
def test_what_is_no_counter_is_replaced(store: SqliteStore, path: Path, content: bytes) -> None:
    append(store)
    found = Path(f"{path}-rescind")
    found.unlink()
    found.write_bytes(content)
    append(store)
    assert counter_at(path).announced == word_of(store)[0] == 2
    assert births(store) == []


def test_a_counter_made_in_a_unit_that_came_to_nothing_starts_no_new_log(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    append(store)
    birth = store.head().birth
    drop_counter(path)
    lose_the_write(store)
    for handle in (store, open_store()):
        assert handle.renew("w", 0).head.birth == birth
        append(handle)
    assert store.head().birth == birth
    assert store.head().counter_id == counter_at(path).id


def test_no_file_is_left_lying_about(store: SqliteStore, path: Path) -> None:
    for _ in range(3):
        drop_counter(path)
        append(store)
    assert {p.name for p in path.parent.iterdir()} <= {
        "app.db",
        "app.db-wal",
        "app.db-shm",
        "app.db-rescind",
    }


def test_a_symbolic_link_in_place_of_the_counter_is_not_followed(
    open_store: OpenStore, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise whoever may write the folder could have us write into any file of ours."""
    victim = tmp_path / "victim"
    victim.write_bytes(bytes(64))
    Path(f"{path}-rescind").symlink_to(victim)
    with caplog.at_level(logging.WARNING, "rescind.store"):
        store = open_store()
        append(store)
        store.renew("w", 0)
    assert store.word is None
    assert not store.capabilities.counter
    assert victim.read_bytes() == bytes(64)
    assert len(caplog.records) == 1, "said once"
    drop_counter(path)
    store.renew("w", 1)
    assert word_of(store)[0] == 1


def test_who_cannot_move_the_counter_takes_it_out_of_the_head() -> None:
    """Otherwise its revocation would count as known to all that watch the counter, which did not move."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        path = folder / "app.db"
        store = SqliteStore.from_url(f"sqlite:///{path}", clock=SystemClock())
        append(store)
        before = store.head()
        for file in folder.iterdir():
            file.chmod(0o600 if file.name.endswith("-rescind") else 0o666)

        def as_nobody() -> bool:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            else:
                Path(f"{path}-rescind").chmod(0o400)
            other = SqliteStore.from_url(f"sqlite:///{path}", clock=SystemClock())
            other.open()
            with other.write() as unit:
                unit.append(an_entry(id="unseen"))
                told = unit.head()
            return other.word is None and told.counter_id is None and told.seq == 2

        in_a_child(as_nobody)
        Path(f"{path}-rescind").chmod(0o600)
        assert word_of(store)[0] == 1, "not moved: whoever revokes there must wait for its workers"
        assert store.head() == replace(before, seq=2, counter_id=None)
        assert [entry.id for entry in store.renew("w", 1).entries] == ["unseen"]
        assert store.head() == replace(before, seq=2)
        assert word_of(store)[0] == 2
        assert births(store) == []
        store.close()


def test_a_writer_that_knows_no_counter_is_noticed_by_the_renewal(store: SqliteStore, path: Path) -> None:
    """``sqlite3 app.db`` in a shell: bounded by the lease, since its commit moves no counter."""
    append(store)
    shell = sqlite3.connect(path)
    with shell:
        shell.execute(
            """INSERT INTO rescind_revocation
                (id, seq, kind, realm, scope, target, what, reason, initiator, at)
                VALUES ('shell', 2, 'end', ?, ?, '7', 7, 'x', 'x', ?)""",
            (REALM, Scope.PRINCIPAL.value, NOW),
        )
        shell.execute("UPDATE rescind_meta SET seq = 2")
    shell.close()
    assert word_of(store)[0] == 1
    renewal = store.renew("w", 1)
    assert [entry.id for entry in renewal.entries] == ["shell"]
    assert word_of(store)[0] == 2
    assert births(store) == []


def test_the_counter_of_a_removed_folder_is_no_end_of_the_process(store: SqliteStore, path: Path) -> None:
    """Truncating a mapped file would kill every reader with SIGBUS; removing it does not."""
    word = word_of(store)
    append(store)
    shutil.rmtree(path.parent)
    assert word[0] == 1
