"""What a server can lose ends all that the old log issued, loudly, before anybody is accepted by it."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from tests.redis_server import DURABLE, Server
from tests.stores.redis.acts import append, is_over, start
from tests.stores.redis.conftest import MakeStore

from rescind._clock import SystemClock
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.model.revocation import Head
from rescind.stores.base import Store
from rescind.stores.redis import RedisStore, keys
from rescind.testing.records import NOW, a_worker, select
from rescind.testing.threads import race

Look = Callable[[RedisStore], object]
LOOKS: dict[str, Look] = {
    "head": lambda store: store.head(),
    "facts": lambda store: store.facts("x"),
    "renew": lambda store: store.renew("w", 0),
    "workers": lambda store: store.workers(),
    "incarnation": lambda store: store.incarnation(),
    "write": append,
    "touch": lambda store: store.touch([("x", NOW)]),
    "sessions": lambda store: store.sessions(select(), now=NOW),
}


def reborn(store: Store) -> list[str | None]:
    """The reasons of the births in the trail, the newest first."""
    return [event.reason for event in store.audit_events("") if event.type == "log.reborn"]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("command", ["FLUSHALL", "FLUSHDB"])
def test_a_flush_begins_a_new_log_at_the_first_look(
    server: Server, open_store: MakeStore, caplog: pytest.LogCaptureFixture, look: str, command: str
) -> None:
    store, other = open_store(), open_store()
    record = start(store)
    old = append(store, "somebody")
    facts = store.facts(record.id)
    assert facts is not None
    assert store.unchanged(facts)
    server.do(command)
    assert not store.unchanged(facts), "before anybody has looked"
    with caplog.at_level(logging.ERROR):
        LOOKS[look](store)
    for handle in (store, other):
        head = handle.head()
        assert head.birth != facts.head.birth
        assert head.seq > old.seq, "no number is used twice"
        assert is_over(handle, record)
        assert not handle.unchanged(facts)
    assert reborn(store) == ["the log is gone: the server was flushed, or restarted without its data"]
    assert "A new log has begun" in caplog.text
    assert append(other).seq == head.seq + 1


def test_after_a_flush_a_session_of_before_is_ended_though_its_row_is_put_back(
    server: Server, open_store: MakeStore
) -> None:
    """As after a partial restore by hand."""
    store = open_store()
    record = start(store)
    row = server.do("DUMP", keys.session(record.id))
    server.do("FLUSHALL")
    store.head()
    server.do("RESTORE", keys.session(record.id), 0, row)
    assert is_over(store, record)
    assert list(store.workers()) == []


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_restart_that_could_have_lost_something_begins_a_new_log(
    how: str, server: Server, open_store: MakeStore
) -> None:
    """kill -9 and a restart from the last snapshot: the ended session is back, with the same birth."""
    store, other = open_store(), open_store()
    record = start(store)
    facts = store.facts(record.id)
    assert facts is not None
    server.do("SAVE")
    append(store)
    assert is_over(store, record)
    (server.kill if how == "kill" else server.stop)()
    with pytest.raises(StoreUnavailable):
        store.facts(record.id)
    assert not store.unchanged(facts)
    server.start()
    assert server.do("GET", keys.META) == f"{facts.head.birth} 0 0".encode(), "the log went backwards"
    # The very first look of each process refuses it.
    assert not other.unchanged(facts)
    assert is_over(other, record)
    assert is_over(store, record)
    assert reborn(store) == ["the server was restarted without appendfsync always"]
    assert store.head().seq > 0
    fresh = start(store)
    assert not is_over(other, fresh)


def test_a_process_that_saw_more_begins_above_it(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    for _ in range(5):
        last = append(store)
    server.kill()
    server.start()
    assert store.head().seq > last.seq


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_with_every_command_on_disk_the_log_goes_on(how: str, server: Server, open_store: MakeStore) -> None:
    server.stop()
    server.start(*DURABLE)
    store, other = open_store(), open_store()
    record, ended = start(store), start(store, principal_id="8")
    store.register(worker := a_worker(store.head()))
    append(store, "8")
    head = store.head()
    before = store.incarnation()
    (server.kill if how == "kill" else server.stop)()
    server.start()
    for handle in (store, other):
        assert handle.head() == head
        assert not is_over(handle, record)
        assert is_over(handle, ended)
        assert [row.id for row in handle.workers()] == [worker.id]
    assert reborn(store) == []
    after = store.incarnation()
    assert after.id != before.id, "a revoker has to watch the new run for a term"


@pytest.mark.parametrize(
    "setting", [("appendfsync", "everysec"), ("appendonly", "no"), ("no-appendfsync-on-rewrite", "yes")]
)
def test_what_stopped_being_on_disk_at_run_time_is_noticed_by_renewals(
    server: Server, open_store: MakeStore, setting: tuple[str, str]
) -> None:
    server.stop()
    server.start(*DURABLE)
    store = open_store()
    birth = store.head().birth
    server.do("CONFIG", "SET", *setting)
    store.renew("w", 0)
    server.kill()
    server.start(*DURABLE, "--no-appendfsync-on-rewrite", "no")
    assert store.head().birth != birth
    assert "appendfsync always" in str(reborn(store)[0])


@pytest.mark.parametrize("noticed", [True, False], ids=["replica noted", "replica never seen"])
def test_a_replica_that_took_over_begins_a_new_log(kind: str, noticed: bool) -> None:
    """Replication is behind: what the primary acknowledged last is not there, though both write everything to
    disk."""
    with Server(kind, *DURABLE, tcp=True) as primary:
        store = RedisStore(primary.url, clock=SystemClock())
        store.open()
        record = start(store)
        with Server(kind, *DURABLE, "--replicaof", f"127.0.0.1 {primary.port}", tcp=True) as replica:
            replica.wait_for("master_link_status", "up")
            while replica.do("EXISTS", keys.session(record.id)) == 0:
                time.sleep(0.01)
            if noticed:
                store.workers()
            replica.do("REPLICAOF", "NO", "ONE")
            lost = append(store)
            assert is_over(store, record)
            primary.kill()
            replica.do("CONFIG", "SET", "port", primary.port)
            assert is_over(store, record)
            assert store.head().seq > lost.seq
            (why,) = reborn(store)
            assert "another server took over" in str(why)
            store.close()


def test_a_server_that_was_somebody_elses_replica_for_a_while_begins_a_new_log(kind: str) -> None:
    """One and the same run, and connections that live on: what it holds now is the other's."""
    with Server(kind, tcp=True) as primary, Server(kind, tcp=True) as other:
        store = RedisStore(primary.url, clock=SystemClock())
        store.open()
        record = start(store)
        copy = RedisStore(other.url, clock=SystemClock())
        copy.open()
        other.do("REPLICAOF", "127.0.0.1", primary.port)
        other.wait_for("master_link_status", "up")
        other.do("REPLICAOF", "NO", "ONE")
        append(store)
        primary.do("REPLICAOF", "127.0.0.1", other.port)
        primary.wait_for("master_link_status", "up")
        primary.do("REPLICAOF", "NO", "ONE")
        assert primary.do("EXISTS", keys.session(record.id)) == 1
        assert store.renew("w", 0).head.birth != record.birth
        assert is_over(store, record)
        store.close()
        copy.close()


def test_a_backup_put_back_is_noticed_by_whoever_had_seen_more(server: Server, open_store: MakeStore) -> None:
    server.stop()
    server.start(*DURABLE)
    store = open_store()
    record = start(store)
    backup = server.folder.with_suffix(".backup")
    server.stop()
    shutil.copytree(server.folder, backup)
    server.start()
    append(store)
    assert is_over(store, record)
    server.kill()
    shutil.rmtree(server.folder)
    backup.rename(server.folder)
    server.start()
    assert is_over(store, record)
    assert store.head().birth != record.birth


def test_a_primary_that_was_demoted_is_an_outage(kind: str) -> None:
    with Server(kind, tcp=True) as primary, Server(kind, tcp=True) as other:
        store = RedisStore(primary.url, clock=SystemClock())
        store.open()
        start(store)
        primary.do("REPLICAOF", "127.0.0.1", other.port)
        looks: list[Look] = [lambda one: one.renew("w", 0), RedisStore.workers, append]
        for look in looks:
            with pytest.raises(StoreUnavailable, match="replica"):
                look(store)
        store.close()
        with pytest.raises(ConfigurationError, match="replica: name the primary"):
            store.open()


def test_keys_that_were_evicted_begin_a_new_log(server: Server, open_store: MakeStore) -> None:
    """The policy was changed at run time, keys went, it was set back: the trace is in the counter."""
    store = open_store()
    record = start(store)
    birth = store.head().birth
    for n in range(200):
        server.do("SET", f"other:{n}", "x" * 10_000)
    server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-random")
    server.do("CONFIG", "SET", "maxmemory", "1500000")
    server.do("SET", "other:last", "x" * 10_000)
    with pytest.raises(StoreUnavailable, match="maxmemory-policy is allkeys-random"):
        store.renew("w", 0)
    with pytest.raises(StoreUnavailable, match="maxmemory-policy noeviction"):
        store.workers()
    server.do("CONFIG", "SET", "maxmemory-policy", "noeviction")
    server.do("CONFIG", "SET", "maxmemory", "0")
    assert server.do("INFO")["evicted_keys"] > 0
    assert store.renew("w", 0).head.birth != birth
    assert is_over(store, record)
    assert store.renew("w", 0).head == store.head(), "once"


@pytest.mark.parametrize("lost", [keys.LOG, keys.ENTRIES, keys.META, keys.SERVER])
def test_a_log_with_a_part_missing_is_not_gone_on_with(
    server: Server, open_store: MakeStore, lost: str
) -> None:
    """A worker would publish a view of a head whose entries it never saw."""
    store = open_store()
    record = start(store)
    last = append(store, "somebody")
    server.do("DEL", lost)
    renewal = store.renew("w", 0)
    assert renewal.head.birth != record.birth
    assert renewal.head.seq > last.seq
    assert renewal.entries[-1].seq == renewal.head.seq
    assert is_over(store, record)


@pytest.mark.parametrize("loss", [("FLUSHALL",), ("DEL", keys.META), ("DEL", keys.LOG), ("DEL", keys.SERVER)])
def test_one_of_many_begins_the_new_log(server: Server, open_store: MakeStore, loss: tuple[str, ...]) -> None:
    stores = [open_store() for _ in range(6)]
    start(stores[0])
    append(stores[0])
    server.do(*loss)
    heads = race([partial(looked, store) for store in stores * 2])
    assert len(set(heads)) == 1
    assert len(reborn(stores[0])) == 1


def looked(store: RedisStore) -> Head:
    return store.renew("w", 0).head


def test_settling_is_for_one_incarnation(server: Server, open_store: MakeStore) -> None:
    store, other = open_store(), open_store()
    first = store.incarnation()
    assert not first.settled, "nobody has watched it for a term"
    other.settle(first.id)
    assert store.incarnation() == replace(first, settled=True)
    server.do("FLUSHALL")
    second = other.incarnation()
    assert second.id != first.id
    assert not second.settled
    store.settle(first.id)
    assert not other.incarnation().settled
