"""Pushes arrive, are made good for after an interruption, and end when they are to."""

from __future__ import annotations

import threading

from tests.redis_server import Server
from tests.stores.redis.acts import append, start
from tests.stores.redis.conftest import MakeStore

from rescind.stores.redis import listener
from rescind.testing.records import NOW

WAIT = 10


class Heard:
    """Counts pushes, and waits for them."""

    def __init__(self) -> None:
        self.pushes = threading.Semaphore(0)

    def __call__(self) -> None:
        self.pushes.release()

    def one(self) -> bool:
        return self.pushes.acquire(timeout=WAIT)

    def none(self) -> bool:
        return not self.pushes.acquire(timeout=0.1)


def test_a_commit_that_appends_is_heard_elsewhere(server: Server, open_store: MakeStore) -> None:
    store, other = open_store(), open_store()
    heard = Heard()
    stop = other.listen(heard)
    assert heard.one(), "subscribed: something may have been missed"
    start(store)
    assert heard.none(), "nothing was appended"
    append(store)
    assert heard.one()
    store.push()
    assert heard.one()
    head = store.head()
    store.new_birth(expected=head.birth, at_least=0, reason="x", initiator="system", at=NOW)
    assert heard.one()
    stop()
    append(store)
    assert heard.none()
    assert not any(thread.name == "rescind-pushes" for thread in threading.enumerate())
    assert server.do("PUBSUB", "CHANNELS", "*") == []


def test_an_interruption_counts_as_a_push(server: Server, open_store: MakeStore) -> None:
    store, heard = open_store(), Heard()
    stop = store.listen(heard)
    assert heard.one()
    for interrupt in (lambda: server.do("CLIENT", "KILL", "TYPE", "pubsub"), server.kill):
        interrupt()
        if not server.running:
            server.start()
        assert heard.one()
        while heard.pushes.acquire(timeout=2 * listener.FIRST_BACKOFF):
            pass
        append(store)
        assert heard.one()
    stop()


def test_databases_do_not_hear_of_each_other(server: Server, open_store: MakeStore) -> None:
    store, heard = open_store(), Heard()
    stop = store.listen(heard)
    assert heard.one()
    with server.client() as client:
        client.publish("{rescind}:push:1", 1)
    assert heard.none()
    stop()
