"""Units in the caller's own transaction: what can be joined, what is refused, and what the counter does."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.orm import Session
from tests.stores.sqlalchemy.conftest import OpenStore

from rescind.errors import ConfigurationError, Conflict, StoreUnavailable
from rescind.stores.sqlalchemy import SqliteStore, joined
from rescind.testing.records import REALM, a_session, a_standing, an_account, an_entry


def connected(path: Path | str, **options: object) -> Iterator[Connection]:
    """A connection of the application's own engine."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, **options)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def connection(store: SqliteStore, path: Path) -> Iterator[Connection]:
    yield from connected(path)


def word(store: SqliteStore) -> int:
    assert store.word is not None
    return store.word[0]


# -- what cannot be joined ---------------------------------------------------------------------------------


def refuses(store: SqliteStore, connection: object, match: str) -> None:
    before = store.head()
    with pytest.raises(ConfigurationError, match=match), store.write(connection):
        raise AssertionError("the block must not be entered")
    assert store.head() == before


def test_an_autocommit_connection_is_refused(store: SqliteStore, path: Path) -> None:
    """Each statement would commit alone: a state change without its revocation."""
    for connection in connected(path, isolation_level="AUTOCOMMIT"):
        refuses(store, connection, "autocommit mode.*BEGIN IMMEDIATE")


def test_another_database_is_refused(store: SqliteStore, open_store: OpenStore, tmp_path: Path) -> None:
    open_store(tmp_path / "other.db")
    for place in (tmp_path / "other.db", ":memory:"):
        for connection in connected(place):
            refuses(store, connection, "rescind's tables are elsewhere")


def test_a_connection_that_a_power_cut_could_undo_is_refused(store: SqliteStore, path: Path) -> None:
    for connection in connected(path):
        connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
        refuses(store, connection, "synchronous is below FULL")


@pytest.mark.parametrize("what", ["session", "connection"])
def test_an_orm_session_or_its_connection(store: SqliteStore, path: Path, what: str) -> None:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with Session(engine) as session:
        with store.write(session if what == "session" else session.connection()) as unit:
            unit.append(an_entry())
        session.commit()
    assert store.head().seq == 1


def test_a_session_whose_transaction_began_before_anybody_watched(store: SqliteStore, path: Path) -> None:
    """The ORM was imported after the store had opened."""
    engine, told = create_engine(f"sqlite:///{path}", poolclass=NullPool), list[bool]()
    with Session(engine) as session:
        joined._sessions.pop(session.connection())
        with store.write(session) as unit:
            unit.append(an_entry())
        store.watch_transaction(session, told.append)
        session.commit()
    assert told == [True]


def test_a_link_to_the_database_is_the_database(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(path)
    for connection in connected(tmp_path / "link.db"):
        with store.write(connection) as unit:
            unit.append(an_entry())
        connection.commit()
    assert store.head().seq == word(store) == 1


def test_a_transaction_that_has_read_names_the_mend(
    store: SqliteStore, open_store: OpenStore, connection: Connection
) -> None:
    """SQLite cannot make an old snapshot a writing one, and no time-out applies to that."""
    connection.exec_driver_sql("BEGIN")
    connection.exec_driver_sql("SELECT seq FROM rescind_meta").all()
    with open_store().write() as unit:
        unit.append(an_entry())
    with pytest.raises(StoreUnavailable, match="BEGIN IMMEDIATE"), store.write(connection):
        raise AssertionError("the block must not be entered")
    connection.rollback()
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    with store.write(connection) as unit:
        assert unit.append(an_entry()).seq == 2
    connection.commit()
    assert store.head().seq == word(store) == 2


# -- the counter -------------------------------------------------------------------------------------------


def test_the_counter_moves_under_the_callers_lock(store: SqliteStore, connection: Connection) -> None:
    with store.write(connection) as unit:
        assert unit.append(an_entry()).seq == 1
    assert word(store) == 1
    assert store.head().seq == 0, "ahead, until the caller commits"
    assert store.renew("w", 0).head.seq == 0
    assert word(store) == 1, "nobody lowers it while the caller holds the write lock"
    connection.commit()
    assert store.head().seq == word(store) == 1


def test_a_rollback_is_no_log_that_went_backwards(store: SqliteStore, connection: Connection) -> None:
    """Two units see each other in the transaction; what they saw was never committed."""
    birth = store.head().birth
    for _ in range(3):
        for _ in range(2):
            with store.write(connection) as unit:
                unit.append(an_entry())
        assert word(store) == 2
        connection.rollback()
    with store.write() as unit:
        assert unit.head().birth == birth
        assert unit.append(an_entry()).seq == 1
    assert store.head().birth == birth
    assert word(store) == 1


def test_what_the_caller_rolls_back_is_lowered_by_the_next_to_open(
    open_store: OpenStore, store: SqliteStore, connection: Connection
) -> None:
    with store.write(connection) as unit:
        unit.append(an_entry())
    connection.rollback()
    assert word(store) == 1
    other = open_store()
    assert word(store) == word(other) == 0


def test_a_conflict_leaves_the_transaction_to_the_caller(store: SqliteStore, connection: Connection) -> None:
    with store.write() as unit:
        unit.insert_account(an_account())
    with pytest.raises(Conflict), store.write(connection) as unit:
        unit.put_standing(a_standing("8"))
        unit.insert_account(an_account())
    connection.rollback()
    assert store.standing(REALM, "8") is None


def test_a_unit_is_over_with_its_block(store: SqliteStore, connection: Connection) -> None:
    with store.write(connection) as unit:
        unit.insert_session(a_session(unit.head()))
    with pytest.raises(RuntimeError, match="over"):
        unit.append(an_entry())
    connection.rollback()


# -- outcomes ----------------------------------------------------------------------------------------------


def test_the_commit_of_an_orm_session_is_told_once(store: SqliteStore, path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    told: list[bool] = []
    with Session(engine) as session:
        with session.begin_nested():
            with store.write(session.connection()) as unit:
                unit.append(an_entry(id="e"))
            store.watch_transaction(session.connection(), told.append)
        assert told == [], "a savepoint ends, the transaction goes on"
        session.commit()
        assert told == [True]
        assert store.find_entry("e") is not None, "told after the commit, not before"
        session.connection()
        session.commit()
        session.connection()
        session.rollback()
    assert told == [True]


def test_the_rollback_of_an_orm_session_is_told_once(store: SqliteStore, path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    told: list[bool] = []
    with Session(engine) as session:
        with store.write(session.connection()) as unit:
            unit.append(an_entry(id="e"))
        store.watch_transaction(session.connection(), told.append)
        session.rollback()
        assert told == [False]
        session.connection()
        session.commit()
    assert told == [False]
    assert store.find_entry("e") is None


def test_of_a_plain_connection_only_the_rollback_is_told(store: SqliteStore, connection: Connection) -> None:
    told: list[bool] = []
    for end, expected in ((connection.commit, []), (connection.rollback, [False])):
        with store.write(connection) as unit:
            unit.append(an_entry())
        store.watch_transaction(connection, told.append)
        end()
        assert told == expected
