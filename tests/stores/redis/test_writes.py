"""Keys: one hash tag, a life for what ends, indexes that stay as small as what is alive."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tests.redis_server import Server
from tests.stores.redis.acts import append, is_over, start
from tests.stores.redis.conftest import MakeStore

from rescind._clock import SystemClock
from rescind.model.revocation import Scope
from rescind.stores.redis import RedisStore, keys, writes
from rescind.testing.records import DAY, NOW, REALM, a_session, a_standing, a_worker, an_event, select

NO_LIFE = {
    keys.META, keys.SERVER, keys.FIRST, keys.SETTLED, keys.LOG, keys.ENTRIES,
    keys.WORKERS, keys.ACKED, keys.RETIRED,
    keys.standing(REALM, "7"), keys.standings(REALM), keys.trail(REALM), keys.tenant(REALM, "t"),
    keys.PREFIX + keys.wide(Scope.PRINCIPAL, REALM, "7"),
}  # fmt: skip
"""What stays: the log, which ``prune`` shortens, a row per principal, the newest events."""


def lives(server: Server) -> dict[str, int]:
    """Milliseconds that each key has; -1 for ever."""
    return {name.decode(): server.do("PTTL", name) for name in server.do("KEYS", "*")}


def test_every_key_has_the_tag_and_what_ends_has_a_life(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    record = a_session(
        store.head(), credential_id="c", client_id="app", parent_id="before", expires_at=NOW + DAY
    )
    with store.write() as unit:
        unit.put_standing(a_standing(tenant="t"))
        unit.insert_session(record)
        unit.audit(an_event())
    append(store)
    store.save_data(record.id, {"a": 1}, ())
    store.register(a_worker(store.head()))
    store.settle(store.incarnation().id)
    found = lives(server)
    assert all(name.startswith("{rescind}:") for name in found)
    expected = (DAY + 30 * DAY) // 1000
    for name, life in found.items():
        if name not in NO_LIFE:
            assert 0 < life <= expected, name
            assert life > expected - 60_000, name
    assert keys.LOCK not in found
    assert keys.FENCE not in found


def test_an_end_leaves_the_life_as_it_was(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    record = start(store)
    before = server.do("PTTL", keys.session(record.id))
    with store.write() as unit:
        unit.end_session(record.id, at=NOW, reason="x", by="system")
    assert before - 60_000 < server.do("PTTL", keys.session(record.id)) <= before


def test_a_row_that_went_by_itself_is_not_written_again(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    record = start(store)
    with store.write() as unit:
        assert unit.end_session(record.id, at=NOW, reason="x", by="system")
        server.do("DEL", keys.session(record.id))
    assert store.facts(record.id) is None
    assert is_over(store, record)


def test_indexes_shed_what_has_gone(server: Server) -> None:
    """Thousands of sessions come and go by themselves: what is left is about what is alive."""
    store = RedisStore(server.url, clock=SystemClock(), keep_ended=0)
    store.open()
    head = store.head()
    life = 300_000  # microseconds
    for _ in range(20):
        with store.write() as unit:
            for _ in range(50):
                unit.insert_session(
                    a_session(head, client_id="app", credential_id="c", expires_at=NOW + life)
                )
    time.sleep(0.4)
    assert store.count(select(), now=NOW) == (0, 0), "all of them have gone"
    with store.write() as unit:
        for _ in range(50):
            unit.insert_session(a_session(head, client_id="app", credential_id="c"))
    by_time, by_id = keys.realm_index(REALM)
    for scope, target in ((Scope.PRINCIPAL, "7"), (Scope.CLIENT, "app"), (Scope.CREDENTIAL, "c")):
        assert server.do("ZCARD", keys.index(scope, REALM, target)) == 50
    assert {server.do("ZCARD", name) for name in (by_time, by_id, keys.DUE)} == {50}
    assert store.count(select(), now=NOW) == (50, 50)
    store.close()


def test_an_index_of_nobody_goes_by_itself(server: Server) -> None:
    store = RedisStore(server.url, clock=SystemClock(), keep_ended=0)
    store.open()
    with store.write() as unit:
        unit.insert_session(a_session(store.head(), expires_at=NOW + 50_000))
    time.sleep(0.1)
    assert set(lives(server)) <= NO_LIFE
    store.close()


def test_the_trail_is_the_newest_events(
    server: Server, open_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writes, "TRAIL_LENGTH", 100)
    store = open_store()
    for n in range(10):
        with store.write() as unit:
            for m in range(100):
                unit.audit(an_event(id=f"{n}-{m}"))
    length = server.do("XLEN", keys.trail(REALM))
    assert 100 <= length <= 300, "the server trims whole nodes of its stream"
    assert store.audit_events(REALM, limit=1)[0].id == "9-99"


def test_no_command_walks_all_keys(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    server.do("CONFIG", "RESETSTAT")
    record = start(store)
    facts = store.facts(record.id)
    assert facts is not None
    store.unchanged(facts)
    store.unchanged(replace(facts))
    store.renew("w", 0)
    store.count(select(), now=NOW)
    store.sessions(select(), now=NOW)
    store.touch([(record.id, NOW + DAY)])
    store.prune(now=NOW, keep_ended=0, access_life=0, session_life=0)
    used = {name.removeprefix("cmdstat_") for name in server.do("INFO", "commandstats")}
    assert not used & {"keys", "scan", "flushall", "flushdb"}, used


def test_facts_and_a_strict_look_take_one_round_trip(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    record = start(store)
    facts = store.facts(record.id)
    assert facts is not None
    for look, expected in (
        (lambda: store.facts(record.id), "evalsha"),
        (lambda: store.unchanged(facts), "mget"),
    ):
        server.do("CONFIG", "RESETSTAT")
        assert look()
        stats = server.do("INFO", "commandstats")
        assert stats[f"cmdstat_{expected}"]["calls"] == 1


def test_a_node_of_a_cluster_serves_it(kind: str) -> None:
    """All keys are in one slot, so the scripts that name further keys are allowed to."""
    with Server(kind, "--cluster-enabled", "yes", tcp=True) as node:
        node.do("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        node.wait_for("cluster_enabled", "1")
        while b"cluster_state:ok" not in bytes(str(node.do("CLUSTER", "INFO")), "ascii").replace(
            b"': '", b":"
        ):
            time.sleep(0.01)
        store = RedisStore(node.url, clock=SystemClock())
        store.open()
        record = start(store)
        assert not is_over(store, record)
        append(store)
        assert is_over(store, record)
        store.save_data(record.id, {"a": 1}, ())
        assert store.prune(now=NOW + 99 * DAY, keep_ended=0, access_life=0, session_life=0).sessions == 1
        store.close()
