"""The first open of a file: what is made, what is refused, and what the message says to do."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect
from tests.programs import Piped, text
from tests.stores.sqlalchemy.acts import append
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind import sqlalchemy as tables
from rescind._clock import SystemClock
from rescind.errors import ConfigurationError, SchemaMissing, StoreUnavailable
from rescind.stores.sqlalchemy import SqliteStore
from rescind.stores.sqlalchemy.create import SCHEMA_VERSION
from rescind.testing.processes import in_a_child

NOBODY = 65534


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


# -- what is made ----------------------------------------------------------------------------------------


def test_tables_are_made_on_the_first_open_and_stamped(store: SqliteStore, path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    assert set(inspect(engine).get_table_names()) == {*tables.metadata.tables, "rescind_alembic_version"}
    with engine.connect() as connection:
        stamped = (
            connection.exec_driver_sql("SELECT version_num FROM rescind_alembic_version").scalars().all()
        )
        version = connection.exec_driver_sql(
            "SELECT schema_version, min_reader, owner FROM rescind_meta"
        ).all()
    engine.dispose()
    assert len(stamped) == 1
    assert version == [(SCHEMA_VERSION, 1, "rescind")]


def test_many_processes_that_start_together_make_one_schema(path: Path) -> None:
    script = """
import sys
from rescind._clock import SystemClock
from rescind.stores.sqlalchemy import SqliteStore
from rescind.testing.records import an_entry
store = SqliteStore.from_url(sys.argv[1], clock=SystemClock())
print("ready", flush=True)
sys.stdin.readline()
store.open()
with store.write() as unit:
    unit.append(an_entry())
print(store.head().birth)
"""
    started = [Piped(text, script, f"sqlite:///{path}") for _ in range(4)]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    births = {process.communicate() for process in started}
    assert [process.returncode for process in started] == [0] * 4
    assert len(births) == 1
    store = SqliteStore.from_url(f"sqlite:///{path}", clock=SystemClock())
    assert store.head().seq == 4
    assert store.audit_events("") == []
    store.close()


def test_tables_made_by_the_applications_own_alembic_are_taken_over(
    open_store: OpenStore, path: Path
) -> None:
    """``metadata.create_all`` makes tables and no rows."""
    engine = create_engine(f"sqlite:///{path}")
    tables.metadata.create_all(engine)
    engine.dispose()
    store = open_store()
    birth = store.head().birth
    assert append(store) == 1
    assert open_store().head().birth == birth


def test_a_log_without_its_head_is_not_taken_for_a_new_one(
    store: SqliteStore, open_store: OpenStore, path: Path
) -> None:
    append(store)
    store.close()
    change(path, "DELETE FROM rescind_meta")
    with pytest.raises(SchemaMissing, match="restore"):
        open_store()


# -- versions --------------------------------------------------------------------------------------------


def test_a_newer_schema_that_this_version_may_read_is_read(
    open_store: OpenStore, store: SqliteStore, path: Path
) -> None:
    change(path, "UPDATE rescind_meta SET schema_version = 99")
    assert append(open_store()) == 1


# -- places that cannot work -----------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    """Every thread would have a database of its own."""
    with pytest.raises(ConfigurationError, match="memory://"):
        SqliteStore.from_url(url, clock=SystemClock())


@pytest.mark.parametrize("url", ["postgresql://h/d", "no url", "sqlite:///app.db?mode=ro"])
def test_a_url_that_says_something_else_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="url"):
        SqliteStore.from_url(url, clock=SystemClock())


def test_a_url_means_what_it_means_to_sqlalchemy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()
    for url in (
        "sqlite:///app.db",
        f"sqlite:///{tmp_path}/b.db",
        "sqlite:///~/c.db",
        "sqlite+pysqlite:///d%23?.db",
    ):
        engine = create_engine(url)
        with engine.connect() as connection:
            file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
        engine.dispose()
        assert SqliteStore.from_url(url, clock=SystemClock()).path == file


@pytest.mark.parametrize("name", ["a b.db", "ä?.db", "100%.db", "#1.db"])
def test_names_that_mean_something_in_a_uri(open_store: OpenStore, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    store = SqliteStore(str(place), clock=SystemClock())
    store.open()
    store.close()
    assert {name, f"{name}-rescind"} <= {found.name for found in tmp_path.iterdir()}


def test_a_folder_that_does_not_exist_is_named(open_store: OpenStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"url: the folder {tmp_path}/nowhere does not exist"):
        open_store(at=tmp_path / "nowhere" / "app.db")


def test_a_folder_in_place_of_the_file_is_named(open_store: OpenStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a folder"):
        open_store(at=tmp_path)


def test_what_is_no_database_is_left_alone(open_store: OpenStore, path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 100)
    with pytest.raises(ConfigurationError, match="is not an SQLite database"):
        open_store()
    assert path.read_bytes() == b"Dear diary, " * 100


def test_a_locked_database_is_unavailable_not_misconfigured(
    open_store: OpenStore, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rescind.stores.sqlalchemy.create.WRITE_TIMEOUT", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="locked"):
            open_store()
        other.execute("ROLLBACK")
    assert append(open_store()) == 1


# -- rights ----------------------------------------------------------------------------------------------


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def as_nobody(work: Callable[[], bool]) -> None:
    """In a child without rights. Whoever runs the tests without root's rights has none either."""

    def child() -> bool:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return work()

    in_a_child(child)


def refused(store: SqliteStore, words: str) -> bool:
    with pytest.raises(ConfigurationError, match=words):
        store.open()
    return True


def test_a_folder_that_may_not_be_written_is_named(shared: Path) -> None:
    shared.chmod(0o555)
    store = SqliteStore.from_url(f"sqlite:///{shared}/app.db", clock=SystemClock())
    as_nobody(lambda: refused(store, f"url: {shared} cannot be written"))


@pytest.mark.parametrize("rights", [0o444, 0o000], ids=oct)
def test_a_file_that_may_only_be_read_or_not_at_all_is_named(shared: Path, rights: int) -> None:
    store = SqliteStore.from_url(f"sqlite:///{shared}/app.db", clock=SystemClock())
    store.open()
    store.close()
    (shared / "app.db").chmod(rights)
    shared.chmod(0o777)
    as_nobody(lambda: refused(store, f"url: {shared}/app.db cannot be written"))


def test_after_a_command_of_root_the_owner_still_maps_the_counter(shared: Path) -> None:
    """``sudo rescind revoke`` makes the counter; the application that owns the database must move it."""
    shared.chmod(0o777)
    url = f"sqlite:///{shared}/app.db"

    def first() -> bool:
        store = SqliteStore.from_url(url, clock=SystemClock())
        return append(store) == 1

    as_nobody(first)
    Path(f"{shared}/app.db-rescind").unlink()
    root = SqliteStore.from_url(url, clock=SystemClock())
    assert append(root) == 2
    root.close()

    def second() -> bool:
        store = SqliteStore.from_url(url, clock=SystemClock())
        return append(store) == 3 and store.word is not None and store.word[0] == 3

    as_nobody(second)
