"""Which numbers units on PostgreSQL get: in the order of commits, without a gap, and in one step."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest
from tests.stores.sqlalchemy.postgres.callers import callers_transaction

from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing.records import REALM, an_entry, an_event
from rescind.testing.threads import race


def test_rollbacks_and_savepoints_leave_no_gap(postgres: str, store: PostgresStore) -> None:
    with callers_transaction(postgres) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(ZeroDivisionError), connection.transaction(), store.write(connection) as unit:
            unit.append(an_entry(id="lost"))
            raise ZeroDivisionError
        with store.write(connection) as unit:
            assert unit.reach().seq == 0
            unit.append(an_entry(id="kept"))
            assert unit.reach().seq == 1
        connection.commit()
    assert [entry.id for entry in store.renew("w", 0).entries] == ["kept"]
    assert store.head().seq == 1


def test_an_event_gets_the_number_of_its_entry(store: PostgresStore) -> None:
    with store.write() as unit:
        first = unit.append(an_entry())
        unit.audit(an_event("first", seq=first.seq))
        second = unit.append(an_entry())
        unit.audit(an_event("second", seq=second.seq))
        unit.audit(an_event("none"))
    told = {event.type: event.seq for event in store.audit_events(REALM)}
    assert told == {"first": unit.numbered(first).seq, "second": unit.numbered(second).seq, "none": None}


VERSIONS_OF_THE_HEAD = """SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'rescind_meta'"""


def test_many_entries_of_one_transaction_are_numbered_in_one_step(
    postgres: str, store: PostgresStore
) -> None:
    """Mutation: each entry moves the head, and goes through what those before it have left: ten times as many
    take a hundred times as long."""
    with callers_transaction(postgres) as connection:
        with store.write(connection) as unit:
            for number in range(40):
                entry = unit.append(an_entry(id=f"e{number}"))
                unit.audit(an_event(f"t{number}", seq=entry.seq))
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        moved = connection.execute(VERSIONS_OF_THE_HEAD).fetchall()
        connection.commit()
    assert moved[0][0] <= 3
    assert [(entry.id, entry.seq) for entry in store.renew("w", 0).entries] == [
        (f"e{number}", number + 1) for number in range(40)
    ], "in the order of their statements"
    told = store.audit_events(REALM)
    assert {event.type: event.seq for event in told} == {f"t{number}": number + 1 for number in range(40)}


def test_what_a_savepoint_takes_back_has_no_number_whenever_numbers_were_taken(
    postgres: str, store: PostgresStore
) -> None:
    """Numbers are taken early where somebody sets the constraints so, and given back with the savepoint."""

    def append(connection: psycopg.Connection[Any], *ids: str) -> None:
        with store.write(connection) as unit:
            for name in ids:
                entry = unit.append(an_entry(id=name))
                unit.audit(an_event(name, seq=entry.seq))

    with callers_transaction(postgres) as connection:
        append(connection, "a", "b")
        for early in (True, False):
            with pytest.raises(ZeroDivisionError), connection.transaction():
                append(connection, "lost", "lost too", "lost as well")
                if early:
                    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                raise ZeroDivisionError
            append(connection, f"c {early}", f"d {early}")
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
        append(connection, "e", "f", "g")
        connection.commit()
    kept = ["a", "b", "c True", "d True", "c False", "d False", "e", "f", "g"]
    numbers = dict(zip(kept, range(1, 10), strict=True))
    assert {entry.id: entry.seq for entry in store.renew("w", 0).entries} == numbers
    assert {event.type: event.seq for event in store.audit_events(REALM)} == numbers
    assert store.head().seq == 9


def test_numbers_of_transactions_side_by_side_are_in_the_order_of_their_commits(
    postgres: str, store: PostgresStore
) -> None:
    """A reader never sees a number without all below it. Mutation: the head is let go of before the commit,
    or what is pending is looked at without it."""
    writers, each = 4, 12
    over = threading.Event()

    def write(who: int) -> None:
        with psycopg.connect(postgres) as connection:
            for turn in range(each):
                with connection.transaction(), store.write(connection) as unit:
                    for number in range(1 + (turn + who) % 5):
                        unit.append(an_entry(id=f"{who}/{turn}/{number}"))

    def read() -> list[str]:
        broken = []
        while not over.is_set():
            seen = store.renew("w", 0)
            if [entry.seq for entry in seen.entries] != list(range(1, seen.head.seq + 1)):
                broken.append(f"{seen.head} {[entry.seq for entry in seen.entries]}")
        return broken

    def all_writers() -> None:
        try:
            race([partial(write, who) for who in range(writers)])
        finally:
            over.set()

    jobs: list[Callable[[], Any]] = [read, all_writers]
    broken, _ = race(jobs)
    assert broken == []
    found = [entry.id.split("/") for entry in store.renew("w", 0).entries]
    together = [(who, turn) for who, turn, number in found if number == "0"]
    expected = [
        [who, turn, str(number)] for who, turn in together for number in range(1 + (int(turn) + int(who)) % 5)
    ]
    assert found == expected, "each transaction in one piece, in its order"
    assert len(together) == writers * each


def test_the_setting_decides_nothing_but_what_events_say(postgres: str, store: PostgresStore) -> None:
    """Whoever may run statements may write any setting; it is no number of the log."""
    with callers_transaction(postgres) as connection:
        with store.write(connection) as unit:
            unit.append(an_entry(id="a"))
            unit.append(an_entry(id="b"))
        connection.execute("SELECT set_config('rescind.numbered', pg_current_xact_id() || ':77', true)")
        connection.commit()
        connection.execute("SET rescind.numbered = '1:99'")
        with store.write(connection) as unit:
            unit.append(an_entry(id="c"))
            unit.audit(an_event("c", seq=0))
        connection.commit()
    assert {entry.id: entry.seq for entry in store.renew("w", 0).entries} == {"a": 1, "b": 2, "c": 3}
    assert [event.seq for event in store.audit_events(REALM)] == [3]
