"""A standby takes over: what it had not received is lost, and nobody may act as if it were not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from tests.postgres import PostgresServer, running
from tests.stores.sqlalchemy.postgres.conftest import Opened
from tests.world import PATIENCE

from rescind import Rescind, Session
from rescind.errors import StoreUnavailable
from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing.records import an_entry


@dataclass
class Pair:
    """A primary and its standby; ``url`` names both, as an application would with two hosts."""

    primary: PostgresServer
    standby: PostgresServer
    name: str

    @property
    def url(self) -> str:
        hosts = f"host=127.0.0.1,127.0.0.1&port={self.primary.port},{self.standby.port}"
        return f"postgresql://postgres@/{self.name}?{hosts}&target_session_attrs=read-write"

    def cut(self) -> None:
        """From now on the standby receives nothing."""
        with self.standby.admin() as admin:
            admin.execute("ALTER SYSTEM SET primary_conninfo = ''")
            admin.execute("SELECT pg_reload_conf()")
        with self.primary.admin() as admin:
            for _ in range(1000):
                if admin.execute("SELECT count(*) FROM pg_stat_replication").fetchall() == [(0,)]:
                    return
                admin.execute("SELECT pg_sleep(0.01)")
        raise AssertionError("the standby still streams")

    def fail_over(self) -> None:
        self.primary.stop()
        self.standby.promote()


@pytest.fixture
def pair() -> Iterator[Pair]:
    with running() as primary:
        name = primary.create("rescind_empty")
        standby = primary.standby()
        try:
            yield Pair(primary, standby, name)
        finally:
            standby.close()


def append(store: PostgresStore, id: str) -> int:
    with store.write() as unit:
        entry = unit.append(an_entry(id=id))
    return unit.numbered(entry).seq


def test_a_lost_tail_begins_a_new_log_and_an_unknown_server_costs_a_term(pair: Pair, opened: Opened) -> None:
    with Rescind(pair.url, lease=0.5, authority_timeout=5.0) as auth:  # a busy machine is no outage
        kept = auth.sessions.start("ada").token
        assert isinstance(auth.check(kept), Session)
        auth.core.worker.renew(register=True)
        before = auth.core.store.head()
        assert auth.core.store.incarnation().settled
        pair.cut()
        lost = auth.revoke(principal="bob", reason="lost with the primary")
        assert lost.seq == before.seq + 1
        pair.fail_over()

        fresh = opened(pair.url)
        assert fresh.find_entry(lost.id) is None
        assert not fresh.incarnation().settled, "another timeline: registrations may be lost too"
        # The worker has applied what the new primary does not have.
        until = time.monotonic() + PATIENCE
        while (after := fresh.head()).birth == before.birth:
            assert time.monotonic() < until, "nobody notices"
            with suppress(StoreUnavailable):
                auth.core.worker.renew(register=True)
        assert after.seq > lost.seq
        assert not isinstance(auth.check(kept), Session), "issued by a log that nobody believes any more"

        receipt = auth.revoke(principal="carol", reason="after the failover")
        assert receipt.proof == "term"
        assert any("nobody had watched this server" in one for one in receipt.outside)
        assert fresh.incarnation().settled
        later = auth.revoke(principal="dan", reason="and from then on")
        assert not any("nobody had watched this server" in one for one in later.outside)


def test_nothing_lost_nothing_reborn(pair: Pair, opened: Opened) -> None:
    store = opened(pair.url)
    append(store, "before")
    birth = store.head().birth
    with pair.primary.admin() as admin:
        for _ in range(1000):
            rows = admin.execute(
                "SELECT replay_lsn >= pg_current_wal_flush_lsn() FROM pg_stat_replication"
            ).fetchall()
            if rows == [(True,)]:
                break
            admin.execute("SELECT pg_sleep(0.01)")
    pair.fail_over()
    for _ in range(20):
        try:
            assert append(store, "after") == 2
            break
        except StoreUnavailable:
            continue
    assert store.head().birth == birth
