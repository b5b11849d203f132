"""What units on PostgreSQL do to each other: nobody waits for the log, nothing slips between two of them."""

# ruff: noqa: PT012 - a unit that fails does something first
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from tests.stores.sqlalchemy.postgres.callers import callers_transaction

from rescind._clock import SystemClock
from rescind.errors import CommitUnknown, StoreUnavailable
from rescind.flows.context import FlowContext
from rescind.flows.revoke import Order, revoke
from rescind.flows.rotate_session import rotate_session
from rescind.flows.start_session import start_session
from rescind.model.principal import NOBODY
from rescind.model.revocation import Scope, What
from rescind.policy.session_lifetime import SessionPolicy
from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing.records import (
    HOUR,
    NOW,
    REALM,
    a_session,
    a_standing,
    a_worker,
    an_entry,
    an_event,
    select,
)
from rescind.testing.threads import WAIT, race


@pytest.fixture
def admin(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        yield connection


def context(store: PostgresStore) -> FlowContext:
    return FlowContext(store, SystemClock().wall, REALM, SessionPolicy(absolute=3600.0, idle=None))


def order(scope: Scope, target: str, id: str = "r") -> Order:
    return Order(id, scope, target, What.SESSIONS, "for a test", "system")


def waiting(admin: psycopg.Connection[Any]) -> bool:
    """Whether somebody waits for a lock."""
    (found,) = admin.execute(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchall()
    return bool(found[0])


def while_waiting(admin: psycopg.Connection[Any], work: Callable[[], Any], release: Callable[[], Any]) -> Any:
    """Start ``work``, wait until it waits for a lock, ``release`` that, and return what ``work`` said."""
    said: list[Any] = []
    thread = threading.Thread(target=lambda: said.append(work()))
    thread.start()
    pause = threading.Event()
    for _ in range(int(WAIT / 0.005)):
        if waiting(admin):
            break
        pause.wait(0.005)
    else:
        raise AssertionError("it did not wait")
    release()
    thread.join(WAIT)
    return said[0]


# -- the log -----------------------------------------------------------------------------------------------


def test_an_open_entry_blocks_no_revocation(postgres: str, store: PostgresStore) -> None:
    """A8: a view that revoked, and then talks to somebody for ten seconds, before it commits."""
    with callers_transaction(postgres) as slow:
        with store.write(slow) as unit:
            unit.append(an_entry(id="slow"))
        with store.write(urgent=True) as unit:
            quick = unit.append(an_entry(Scope.EVERYTHING, ""))
        assert unit.numbered(quick).seq == 1
        slow.commit()
    found = store.find_entry("slow")
    assert found is not None
    assert found.seq == 2, "numbers are taken in the order of commits, not of appends"


def test_a_worker_that_joins_during_a_revocation_is_seen_or_sees_it(store: PostgresStore) -> None:
    """A1: registered and committed first, read second; the revoker commits first and looks second."""
    for _ in range(60):
        worker = a_worker(store.head())

        def join(worker: Any = worker) -> int:
            store.register(worker)
            return store.renew(worker.id, 0, limit=10_000).head.seq

        def end(worker: Any = worker) -> tuple[int, bool]:
            with store.write() as unit:
                entry = unit.append(an_entry())
            return unit.numbered(entry).seq, any(row.id == worker.id for row in store.workers())

        jobs: list[Callable[[], Any]] = [join, end]
        seen, (seq, known) = race(jobs)
        assert known or seen >= seq


def test_a_caller_above_read_committed_may_have_to_run_again(postgres: str, store: PostgresStore) -> None:
    with callers_transaction(postgres) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with store.write(connection) as unit:
            unit.append(an_entry(id="again"))
        with store.write() as unit:
            unit.append(an_entry())
        with pytest.raises(psycopg.errors.SerializationFailure):
            connection.commit()
    assert store.find_entry("again") is None
    assert store.head().seq == 1, "nothing was appended, and there is no gap"


# -- races that a write lock would not have ----------------------------------------------------------------


def test_whoever_ends_a_session_ends_what_it_is_being_rotated_to(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    ctx = context(store)
    old = start_session(ctx, "ada", method="password").facts.record
    inside, go_on = threading.Event(), threading.Event()
    real = store.write

    @contextmanager
    def slow_write(*given: Any, **how: Any) -> Iterator[Any]:
        with real(*given, **how) as unit:
            yield unit
            inside.set()
            assert go_on.wait(WAIT)

    class Slow(PostgresStore):
        def write(self, *given: Any, **how: Any) -> Any:
            return slow_write(*given, **how)

    slow: Any = object.__new__(Slow)
    slow.__dict__.update(store.__dict__)
    rotation: list[Any] = []
    rotating = threading.Thread(target=lambda: rotation.append(rotate_session(context(slow), old.id)))
    rotating.start()
    assert inside.wait(WAIT)
    ended = while_waiting(admin, partial(revoke, ctx, order(Scope.SESSION, old.id)), go_on.set)
    rotating.join(WAIT)
    successor = rotation[0].facts.record.id
    assert ended.entry is not None
    assert ended.entry.target == successor
    facts = store.facts(successor)
    assert facts is not None
    assert facts.record.ended_at is not None


def test_leaving_a_tenant_that_is_being_ended_brings_nothing_back(
    postgres: str, store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    with store.write() as unit:
        unit.put_standing(a_standing(tenant="t"))
        unit.insert_session(a_session(unit.head(), id="s"))
    with callers_transaction(postgres) as slow:
        with store.write(slow) as unit:
            unit.append(an_entry(Scope.TENANT, "t"))

        def move() -> None:
            with store.write() as unit:
                assert unit.standing(REALM, "7") is not None
                unit.put_standing(a_standing(tenant="elsewhere", version=2))

        while_waiting(admin, move, slow.commit)
    facts = store.facts("s")
    assert facts is not None
    assert facts.record.ended_at is not None, "marked before the move: in the new tenant nobody finds the end"


def test_a_session_that_nobody_sees_yet_does_not_slip_through_a_move(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    """The move waits for the sign-in that is under way, and then marks what it opened."""
    with store.write() as unit:
        unit.put_standing(a_standing(tenant="t"))
        entry = unit.append(an_entry(Scope.TENANT, "t"))
    assert unit.numbered(entry).seq == 1
    inserted, go_on = threading.Event(), threading.Event()

    def sign_in() -> None:
        with store.write() as unit:
            unit.insert_session(a_session(unit.head(), id="s", issued_seq=0))
            inserted.set()
            assert go_on.wait(WAIT)

    def move() -> None:
        with store.write() as unit:
            unit.put_standing(a_standing(tenant="elsewhere", version=2))

    signing_in = threading.Thread(target=sign_in)
    signing_in.start()
    assert inserted.wait(WAIT)
    while_waiting(admin, move, go_on.set)
    signing_in.join(WAIT)
    facts = store.facts("s")
    assert facts is not None
    assert facts.record.ended_at is not None


def test_first_sign_ins_of_one_principal_at_once(store: PostgresStore) -> None:
    opened = race([partial(start_session, context(store), "new", method="password") for _ in range(8)])
    assert len({one.facts.record.id for one in opened}) == 8
    assert len(store.standings(REALM)) == 1


def test_touches_in_any_order_wait_for_nobody(store: PostgresStore) -> None:
    with store.write() as unit:
        unit.put_standing(a_standing())
        for number in range(40):
            unit.insert_session(a_session(unit.head(), id=f"s{number}"))
    seen = [(f"s{number}", NOW + HOUR) for number in range(40)]
    for turn in range(10):
        later = [(key, at + turn * HOUR) for key, at in seen]
        race([partial(store.touch, later), partial(store.touch, later[::-1])])


# -- what goes wrong ---------------------------------------------------------------------------------------


def test_a_fault_that_was_swallowed_is_no_commit(store: PostgresStore) -> None:
    """After an error PostgreSQL answers COMMIT with ROLLBACK, and with no error."""
    with pytest.raises(StoreUnavailable, match="rolled this unit back"), store.write() as unit:
        unit.append(an_entry(id="lost"))
        with pytest.raises(StoreUnavailable):
            unit.audit(an_event(at=2**70))
    assert store.find_entry("lost") is None


def test_a_connection_lost_in_commit_leaves_the_outcome_open(
    store: PostgresStore, admin: psycopg.Connection[Any], postgres: str
) -> None:
    with callers_transaction(postgres) as blocker:
        blocker.execute("UPDATE rescind_meta SET seq = seq")

        def append() -> str:
            try:
                with store.write() as unit:
                    unit.append(an_entry(id="open"))
            except CommitUnknown as error:
                return str(error)
            return "committed"

        def kill() -> None:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            )

        said = while_waiting(admin, append, kill)
        assert "its outcome is open" in said
        blocker.rollback()
    assert store.find_entry("open") is None
    with store.write() as unit:
        unit.append(an_entry(id="open"))
    assert store.find_entry("open") is not None


def test_the_emergency_names_who_blocks_it(postgres: str, store: PostgresStore) -> None:
    with callers_transaction(postgres) as blocker:
        blocker.execute("SET application_name = 'the reports'")
        blocker.execute("LOCK TABLE rescind_revocation IN ACCESS EXCLUSIVE MODE")
        pid = blocker.info.backend_pid
        with pytest.raises(StoreUnavailable, match=rf"held by pid {pid} \(the reports, idle in transaction"):
            revoke(context(store), order(Scope.EVERYTHING, ""))
    revoke(context(store), order(Scope.EVERYTHING, ""))
    assert store.head().seq == 1


def test_the_emergency_needs_no_free_connection(store: PostgresStore) -> None:
    """Every writer of this process hangs; the one that ends everything has a connection of its own."""
    links = [store._connections.writers.take() for _ in range(store._connections.writers.size)]
    revoke(context(store), order(Scope.EVERYTHING, ""))
    assert store.head().seq == 1
    for link in links:
        store._connections.writers.give(link)


# -- visitors ----------------------------------------------------------------------------------------------


def test_visitors_do_not_wait_for_each_others_units(
    store: PostgresStore, admin: psycopg.Connection[Any]
) -> None:
    """Every visitor's row has the same principal, which is none: were its name locked, they would queue."""
    head = store.head()
    there, go_on = threading.Event(), threading.Event()

    def slow() -> bool:
        with store.write() as unit:
            unit.insert_session(a_session(head, id="slow", principal_id=NOBODY))
            there.set()
            return go_on.wait(WAIT)

    def quick() -> bool:
        assert there.wait(WAIT)
        try:
            with store.write() as unit:
                unit.insert_session(a_session(head, id="quick", principal_id=NOBODY))
                assert unit.save_data("quick", {"cart": [1]}, ())
            return store.facts("quick") is not None and store.facts("slow") is None and not waiting(admin)
        finally:
            go_on.set()

    assert race([slow, quick]) == [True, True]
    assert store.count(select(Scope.PRINCIPAL, NOBODY), now=NOW) == (2, 2)
