"""Connections: bounded waits, replaced when they broke while nobody looked, left alone after a fork."""

from __future__ import annotations

import os
import signal
import time

import pytest
from tests.redis_server import DURABLE, Server
from tests.stores.redis.acts import append, start
from tests.stores.redis.conftest import MakeStore

from rescind.errors import StoreUnavailable
from rescind.stores.redis import lock
from rescind.stores.redis.store import PATIENCE
from rescind.testing.processes import in_a_child
from rescind.testing.threads import race


def test_a_server_that_stands_still_is_an_outage_in_bounded_time(
    server: Server, open_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver alone would try ten times (4 s for a dead port)."""
    store = open_store()
    record = start(store)
    facts = store.facts(record.id)
    assert facts is not None
    monkeypatch.setattr(lock, "LONG_PATIENCE", PATIENCE)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="did not answer in time"):
            store.facts(record.id)
        assert not store.unchanged(facts)
        with pytest.raises(StoreUnavailable):
            append(store)
        assert time.monotonic() - began < 8 * PATIENCE
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert store.facts(record.id) == facts
    append(store)


def test_a_server_that_is_gone_is_an_outage_at_once(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    server.kill()
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(StoreUnavailable):
            store.head()
    assert time.monotonic() - began < 5 * PATIENCE


def test_however_often_it_was_tried_a_server_that_is_back_is_used(
    server: Server, open_store: MakeStore
) -> None:
    """The pools of the driver count what they ever made, failures too, and stop for good at a hundred."""
    store = open_store()
    server.kill()
    for _ in range(150):
        with pytest.raises(StoreUnavailable):
            store.head()
    server.start()
    assert store.head() == store.head()


def test_connections_that_broke_while_nobody_used_them_are_replaced(
    server: Server, open_store: MakeStore
) -> None:
    server.stop()
    server.start(*DURABLE)
    store = open_store()
    race([store.head] * 8)
    record = start(store)
    for break_them in (lambda: server.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"), server.kill):
        break_them()
        if not server.running:
            server.start()
        assert race([lambda: store.facts(record.id) is not None] * 8) == [True] * 8
        assert append(store, "other").seq == store.head().seq


def test_scripts_that_the_server_forgot_are_sent_again(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    record = start(store)
    server.do("SCRIPT", "FLUSH")
    assert store.facts(record.id) is not None
    server.do("SCRIPT", "FLUSH")
    append(store)
    assert store.renew("w", 0).head.seq == 1


def test_a_child_opens_its_own_and_leaves_the_parents(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    append(store)
    before = {one["id"] for one in clients(server)}
    in_a_child(lambda: store.head().seq == 1 and before < {one["id"] for one in clients(server)})
    assert {one["id"] for one in clients(server)} == before, "none of the parent's was closed"
    assert store.head().seq == 1


def clients(server: Server) -> list[dict[str, str]]:
    """The connections of the store."""
    with server.client() as client:
        me = str(client.client_id())
        return [one for one in client.client_list() if one["id"] != me]


def test_closing_closes_and_opening_opens_again(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    race([store.head] * 4)
    assert clients(server)
    store.close()
    store.close()
    assert clients(server) == []
    assert store.head().seq == 0


def test_a_full_server_writes_nothing_and_says_so(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    record = start(store)
    server.do("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreUnavailable, match="raise maxmemory"):
        append(store)
    assert store.facts(record.id) is not None, "it still tells what it knows"
    server.do("CONFIG", "SET", "maxmemory", "0")
    assert append(store).seq == 1
