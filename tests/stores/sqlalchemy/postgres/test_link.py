"""What a connection leads to: the primary, a replica, a pooler, a server that is too old."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from tests.postgres import PgBouncer, PostgresServer
from tests.stores.sqlalchemy.postgres.conftest import Opened

from rescind import Rescind, Session
from rescind._clock import SystemClock
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.stores.sqlalchemy.postgres import PostgresStore, link
from rescind.testing.records import a_session, a_standing, an_entry
from rescind.testing.threads import race


@pytest.fixture
def bouncer(own_server: PostgresServer, own: str) -> Iterator[str]:
    """The url of the database ``own`` through pgbouncer in transaction mode."""
    pooler = PgBouncer(own_server)
    name = own.rpartition("/")[2]
    try:
        pooler.wait(name)
        yield pooler.url(name)
    finally:
        pooler.close()


def test_a_pooler_is_noticed_and_said(bouncer: str, opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "rescind.store"):
        store = opened(bouncer)
        store.head()
    assert store.pooled
    assert [record.getMessage() for record in caplog.records if "through a pooler" in record.getMessage()]


def test_through_a_pooler_everything_works(bouncer: str, own: str, opened: Opened) -> None:
    """Each statement may come to another server process: nothing may rest on the one before."""
    store, direct = opened(bouncer), opened(own)
    assert not direct.pooled

    def work(number: int) -> None:
        for turn in range(10):
            key = f"{number}-{turn}"
            with store.write() as unit:
                unit.put_standing(a_standing(key))
                unit.insert_session(a_session(unit.head(), id=key, principal_id=key))
                entry = unit.append(an_entry(target=key))
            facts = store.facts(key)
            assert facts is not None
            assert facts.ended_by is not None
            assert facts.ended_by.seq == unit.numbered(entry).seq
            assert store.renew("w", 0, limit=5).head.seq >= entry.seq

    race([lambda number=number: work(number) for number in range(6)])  # type: ignore[misc]
    assert direct.head().seq == 60
    assert [entry.seq for entry in direct.renew("w", 0).entries] == list(range(1, 61))


def test_through_a_pooler_the_promise_is_kept_within_the_lease(bouncer: str, own: str) -> None:
    """Nobody is pushed; the worker reads every quarter of a lease, and the barrier waits for it."""
    with Rescind(bouncer, lease=0.5) as worker, Rescind(own, lease=0.5) as revoker:
        token = revoker.sessions.start("ada").token
        assert isinstance(worker.check(token), Session)
        worker.core.worker.renew(register=True)
        receipt = revoker.revoke(principal="ada", reason="for a test")
        assert receipt.state == "final"
        assert (receipt.workers_confirmed, receipt.workers_lapsed) == (1, 0)
        assert not isinstance(worker.check(token), Session)


def test_a_replica_is_refused(own_server: PostgresServer, own: str) -> None:
    replica = own_server.standby()
    try:
        url = replica.url(own.rpartition("/")[2])
        with pytest.raises(StoreUnavailable, match=r"replica .*name the primary"):
            PostgresStore.from_url(url, clock=SystemClock()).open()
    finally:
        replica.close()


def test_an_old_server_is_refused(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "OLDEST", 990_000)
    with pytest.raises(ConfigurationError, match="is too old: 99 or newer"):
        PostgresStore.from_url(postgres, clock=SystemClock()).open()


def test_statements_are_not_compiled(postgres: str, opened: Opened) -> None:
    """With stale statistics the planner compiled a look at one session: seconds in place of a millisecond."""
    store = opened(postgres)
    for pool in store._connections.pools:
        taken = pool.take()
        assert taken.rows("SHOW jit", ()) == [("off",)]
        pool.give(taken)
