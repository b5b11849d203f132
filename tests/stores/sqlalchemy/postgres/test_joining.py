"""Connections that cannot be joined, each with what to do; and those that can, told of their end."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.stores.sqlalchemy.postgres.conftest import Opened

from rescind import Rescind
from rescind.errors import ConfigurationError
from rescind.testing.records import an_entry


def test_autocommit_makes_nothing_atomic(postgres: str, opened: Opened) -> None:
    store = opened(postgres)
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, pytest.raises(ConfigurationError, match="autocommit"):
        store.write(connection).__enter__()
    engine.dispose()
    with psycopg.connect(postgres, autocommit=True) as raw:
        with pytest.raises(ConfigurationError, match="autocommit"):
            store.write(raw).__enter__()
        with raw.transaction(), store.write(raw) as unit:
            unit.append(an_entry(id="inside"))
    assert store.find_entry("inside") is not None


def test_another_database_is_refused(postgres: str, new_postgres: str, opened: Opened) -> None:
    store = opened(postgres)
    with psycopg.connect(new_postgres) as other, pytest.raises(ConfigurationError, match="another database"):
        store.write(other).__enter__()
    engine = create_engine("sqlite://")
    with (
        engine.connect() as other,
        pytest.raises(ConfigurationError, match="cannot join a unit on PostgreSQL"),
    ):
        store.write(other).__enter__()
    engine.dispose()


@pytest.mark.parametrize("committed", [True, False])
def test_a_session_of_the_orm_is_told_of_its_end(postgres: str, committed: bool) -> None:
    engine = create_engine(postgres)
    with Rescind(postgres) as auth:
        auth.sessions.start("ada")
        with Session(engine) as session:
            receipt = auth.revoke(principal="ada", reason="for a test", connection=session.connection())
            assert (receipt.state, receipt.seq) == ("pending", 0)
            (session.commit if committed else session.rollback)()
            assert receipt.state == ("final" if committed else "void")
        assert receipt.seq == auth.core.store.head().seq == int(committed)
    engine.dispose()


def test_ending_twice_in_one_transaction_is_pending_both_times(postgres: str) -> None:
    with Rescind(postgres) as auth, psycopg.connect(postgres) as connection:
        session = auth.sessions.start("ada").session
        first = auth.revoke(session=session, reason="for a test", connection=connection)
        second = auth.revoke(session=session, reason="for a test", connection=connection)
        assert (first.state, second.state) == ("pending", "pending")
        assert second.complete().state == "pending", "the answer depends on a transaction that is open"
        connection.commit()
        assert first.complete().state == "final"
