"""How often a call asks the server: each time costs as much as the network takes, and nothing else tells."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import psycopg
import pytest
from tests.stores.sqlalchemy.postgres.callers import callers_transaction

from rescind import Rescind
from rescind.errors import StoreUnavailable
from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing.records import a_worker, an_entry
from rescind.testing.threads import race


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this thread asks."""
    execute, own, texts = psycopg.Cursor.execute, threading.get_ident(), list[str]()

    def noting(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        if threading.get_ident() == own:
            texts.append(str(query))
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", noting)
    return texts


def test_a_revocation_of_one_session(postgres: str, asked: list[str]) -> None:
    with Rescind(postgres) as auth:
        auth.revoke(session=auth.sessions.start("bob").session, reason="the first watches the server")
        sessions = [auth.sessions.start("ada").session for _ in range(2)]
        asked.clear()
        assert auth.revoke(session=sessions[0], reason="for a test").state == "final"
        # Begin; session, mark, entry, event; commit, number; registry, is it kept.
        assert len(asked) <= 9, asked
        asked.clear()
        assert auth.revoke(session=sessions[1], reason="for a test", id="INC-7").state == "final"
        assert len(asked) <= 11, "an id that is given may be a retry: it is locked and looked for"


def test_one_look_at_the_registry(store: PostgresStore, asked: list[str]) -> None:
    store.register(a_worker(store.head()))
    asked.clear()
    rows, incarnation = store.registry()
    assert len(asked) == 1
    assert (list(rows), incarnation) == (list(store.workers()), store.incarnation())


def test_an_id_that_nobody_looked_for_is_given_to_one_entry(store: PostgresStore, postgres: str) -> None:
    def append(number: int) -> tuple[int, str]:
        with store.write() as unit:
            entry = unit.append(an_entry(id="same", target=str(number)))
        return unit.numbered(entry).seq, entry.target

    assert len(set(race([partial(append, number) for number in range(8)]))) == 1
    assert store.head().seq == 1
    with callers_transaction(postgres) as connection:
        connection.rollback()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("SELECT 1 FROM rescind_revocation")  # from now on it sees nothing newer
        with store.write() as unit:
            unit.append(an_entry(id="newer"))
        with pytest.raises(StoreUnavailable), store.write(connection) as unit:
            unit.append(an_entry(id="newer"))


def test_an_id_that_was_looked_for_stays_free_until_the_commit(store: PostgresStore, postgres: str) -> None:
    """Nobody else can give it to an entry meanwhile."""

    def append(number: int) -> tuple[int, bool]:
        with store.write() as unit:
            known = unit.find_entry("same")
            entry = known or unit.append(an_entry(id="same", target=str(number)))
        return unit.numbered(entry).seq, known is None

    answers = race([partial(append, number) for number in range(8)])
    assert sorted(first for _, first in answers) == [False] * 7 + [True]
    assert {seq for seq, _ in answers} == {store.head().seq}
    with callers_transaction(postgres) as connection, store.write(connection) as unit:
        assert unit.append(an_entry(id="same")).seq == store.head().seq
