"""Pushes: heard when they come, again after a restart, and nothing depends on them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from tests.postgres import PostgresServer
from tests.stores.sqlalchemy.postgres.conftest import Opened

from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing.records import an_entry
from rescind.testing.threads import WAIT


class Ears:
    """Counts what was heard, and waits for the next."""

    def __init__(self) -> None:
        self.heard = threading.Semaphore(0)

    def next(self, *, within: float = WAIT) -> bool:
        return self.heard.acquire(timeout=within)

    def drain(self) -> None:
        while self.heard.acquire(blocking=False):
            pass


@contextmanager
def listening(store: PostgresStore) -> Iterator[Ears]:
    ears = Ears()
    end = store.listen(ears.heard.release)
    try:
        assert ears.next(), "once at the beginning: some may have been missed"
        yield ears
    finally:
        end()
    assert not any(thread.name == "rescind-ear" for thread in threading.enumerate())


def append(store: PostgresStore) -> None:
    with store.write() as unit:
        unit.append(an_entry())


def test_an_append_is_heard_by_others_after_its_commit(postgres: str, opened: Opened) -> None:
    store, other = opened(postgres), opened(postgres)
    with listening(store) as ears:
        with other.write() as unit:
            unit.append(an_entry())
            assert not ears.next(within=0.1), "nothing is told before the commit"
        assert ears.next()


def test_what_a_caller_committed_is_pushed_by_whoever_settles_it(postgres: str, opened: Opened) -> None:
    store, other = opened(postgres), opened(postgres)
    with listening(store) as ears:
        with psycopg.connect(postgres) as caller, other.write(caller) as unit:
            unit.append(an_entry())
        ears.drain()
        other.push()
        assert ears.next()


def test_a_unit_without_an_entry_wakes_nobody(postgres: str, opened: Opened) -> None:
    store, other = opened(postgres), opened(postgres)
    with listening(store) as ears:
        with other.write():
            pass
        assert not ears.next(within=0.1)


def test_a_restart_is_overheard(own_server: PostgresServer, own: str, opened: Opened) -> None:
    store, other = opened(own), opened(own)
    with listening(store) as ears:
        own_server.restart()
        assert ears.next(), "again, since some may have been missed"
        append(other)
        assert ears.next()


def test_a_push_that_cannot_be_sent_fails_nothing(
    own_server: PostgresServer, own: str, opened: Opened
) -> None:
    store = opened(own)
    own_server.stop()
    try:
        store.push()
    finally:
        own_server.start()
