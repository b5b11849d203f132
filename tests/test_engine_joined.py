"""``connection=``: a revocation as part of the caller's own SQLAlchemy transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import scoped_session, sessionmaker
from tests.world import World, code, spy_of

from rescind import Rescind
from rescind.errors import ConfigurationError, StoreUnavailable


@pytest.fixture
def auth(file_world: World) -> Rescind[Any]:
    return file_world.engine(spy=True)


@pytest.fixture
def other(file_world: World) -> Rescind[Any]:
    return file_world.engine()


def engine_at(path: Path) -> Engine:
    """An application's own engine, as SQLAlchemy's documentation has it for SQLite."""
    made = create_engine(f"sqlite:///{path}")

    @event.listens_for(made, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(made, "begin")
    def _(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made


@pytest.fixture
def app(file_world: World) -> Iterator[Engine]:
    made = engine_at(file_world.path)
    yield made
    made.dispose()


def test_pending_until_the_commit_then_final(auth: Rescind[Any], other: Rescind[Any], app: Engine) -> None:
    """Mutation: waiting for the barrier inside the cause's transaction."""
    token = auth.sessions.start("ada").token
    assert code(other.check(token)) == "live"
    with OrmSession(app) as orm, orm.begin():
        receipt = auth.revoke(principal="ada", reason="left", connection=orm.connection())
        assert (receipt.state, receipt.seq) == ("pending", 0)
        with pytest.raises(RuntimeError, match="commit it"):
            receipt.wait()
        assert code(other.check(token)) == "live", "uncommitted entries are never applied"
        assert code(auth.check(token)) == "live"
    assert receipt.state == "final"
    assert receipt.seq == auth.core.store.head().seq
    assert {code(auth.check(token)), code(other.check(token))} == {"revoked"}


def test_state_and_revocation_commit_together(auth: Rescind[Any], app: Engine) -> None:
    token = auth.sessions.start("ada").token
    with app.begin() as connection:
        connection.execute(text("CREATE TABLE member (name TEXT)"))
    with OrmSession(app) as orm, orm.begin():
        orm.execute(text("INSERT INTO member VALUES ('left')"))
        auth.revoke(principal="ada", reason="left", connection=orm.connection())
        orm.rollback()
    with app.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM member")).scalar_one() == 0
    assert code(auth.check(token)) == "live"


def test_void_after_a_rollback(auth: Rescind[Any], other: Rescind[Any], app: Engine) -> None:
    token = auth.sessions.start("ada").token
    head = auth.core.store.head().seq
    with OrmSession(app) as orm:
        receipt = auth.revoke(principal="ada", reason="left", connection=orm.connection())
        orm.rollback()
    assert receipt.state == "void"
    assert receipt.complete().state == "void"
    assert auth.core.store.head().seq == head
    assert {code(auth.check(token)), code(other.check(token))} == {"live"}


def test_a_plain_connection_is_completed_by_hand(auth: Rescind[Any], app: Engine) -> None:
    token = auth.sessions.start("ada").token
    with app.connect() as connection:
        receipt = auth.revoke(principal="ada", reason="left", connection=connection)
        assert receipt.complete().state == "pending", "not committed yet"
        connection.commit()
    assert code(auth.check(token)) == "revoked", "also when nobody completes the receipt"
    assert receipt.state == "pending"
    assert receipt.complete().state == "final"
    assert receipt.seq > 0


def test_a_plain_connection_that_rolls_back(auth: Rescind[Any], app: Engine) -> None:
    with app.connect() as connection:
        receipt = auth.revoke(principal="ada", reason="left", connection=connection)
        connection.rollback()
    assert receipt.state == "void"


def test_a_session_is_as_good_as_its_connection(auth: Rescind[Any], app: Engine) -> None:
    plain, scoped = OrmSession(app), scoped_session(sessionmaker(app))
    for orm in (plain, scoped):
        token = auth.sessions.start("ada").token
        receipt = auth.revoke(principal="ada", reason="left", connection=orm)
        assert receipt.state == "pending"
        orm.commit()
        assert (receipt.state, code(auth.check(token))) == ("final", "revoked")
    plain.close()
    scoped.remove()


def test_a_change_of_standing_joins_as_well(auth: Rescind[Any], app: Engine) -> None:
    token = auth.sessions.start("ada").token
    with OrmSession(app) as orm, orm.begin():
        receipt = auth.principals.set("ada", active=False, reason="left", connection=orm.connection())
        before = receipt.state
    assert (before, receipt.state) == ("pending", "final")
    assert code(auth.check(token)) == "principal_disabled"


def test_nothing_to_end_becomes_final_with_the_commit(auth: Rescind[Any], app: Engine) -> None:
    with OrmSession(app) as orm, orm.begin():
        receipt = auth.revoke(session="0" * 24, reason="left", connection=orm.connection())
        again = auth.principals.set("ada", active=True, reason="no change", connection=orm.connection())
        same = auth.principals.set("ada", active=True, reason="no change", connection=orm.connection())
        assert {receipt.state, again.state, same.state} == {"pending"}
    assert [receipt.state, again.state, same.state] == ["final"] * 3


def test_nothing_to_end_can_be_completed_by_hand(auth: Rescind[Any], app: Engine) -> None:
    with app.connect() as connection:
        receipt = auth.revoke(session="0" * 24, reason="left", connection=connection)
        connection.commit()
    assert receipt.complete().state == "final"


def test_ended_by_the_same_transaction_is_not_final_before_it(auth: Rescind[Any], app: Engine) -> None:
    session = auth.sessions.start("ada").session
    with app.connect() as connection:
        auth.revoke(session=session, reason="first", connection=connection)
        second = auth.revoke(session=session, reason="second", connection=connection)
        assert second.complete().state == "pending", "it rests on the first, which may yet roll back"
        connection.rollback()
    assert second.state == "void"


def test_the_callers_commit_does_not_fail_because_workers_cannot_be_asked(
    auth: Rescind[Any], app: Engine
) -> None:
    token = auth.sessions.start("ada").token
    with OrmSession(app) as orm:
        receipt = auth.revoke(principal="ada", reason="left", connection=orm.connection())
        spy_of(auth).failing("find_entry", StoreUnavailable("gone"))
        orm.commit()
    assert receipt.state == "pending"
    spy_of(auth).works("find_entry")
    assert receipt.complete().state == "final"
    assert code(auth.check(token)) == "revoked"


def test_another_database_is_refused(auth: Rescind[Any], tmp_path: Path) -> None:
    elsewhere = engine_at(tmp_path / "other.db")
    head = auth.core.store.head().seq
    with elsewhere.connect() as connection, pytest.raises(ConfigurationError, match="elsewhere"):
        auth.revoke(principal="ada", reason="left", connection=connection)
    elsewhere.dispose()
    assert auth.core.store.head().seq == head


@pytest.mark.parametrize("wrong", [object(), "sqlite:///app.db", 7])
def test_what_is_no_connection_is_refused(auth: Rescind[Any], wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="Connection"):
        auth.revoke(principal="ada", reason="left", connection=wrong)


def test_memory_has_no_transactions_to_join() -> None:
    with Rescind("memory://") as auth, pytest.raises(ConfigurationError, match="no connections"):
        auth.revoke(principal="ada", reason="left", connection=object())
