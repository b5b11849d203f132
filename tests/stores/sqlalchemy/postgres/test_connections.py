"""Connections: renewed when they break, given up when nobody answers, bounded, and left alone by a child."""

# ruff: noqa: PT012 - what fails may do so at its second try
from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest
from tests.postgres import PostgresServer
from tests.stores.sqlalchemy.postgres.conftest import Opened

from rescind._clock import SystemClock
from rescind.errors import ConfigurationError, StoreBusy, StoreUnavailable
from rescind.stores.sqlalchemy.postgres import PostgresStore
from rescind.testing.processes import in_a_child
from rescind.testing.records import REALM, an_entry
from rescind.testing.threads import WAIT, race


def append(store: PostgresStore, id: str) -> int:
    with store.write() as unit:
        entry = unit.append(an_entry(id=id))
    return unit.numbered(entry).seq


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_restart_is_survived_by_every_pool(
    own_server: PostgresServer, own: str, opened: Opened, how: signal.Signals
) -> None:
    store = opened(own)
    race([lambda: store.head().seq] * 6)
    append(store, "before")
    store.workers()
    own_server.stop(how)
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        for _ in range(10):
            store.head()
    with pytest.raises(StoreUnavailable), store.write():
        raise AssertionError("the block must not be entered")
    own_server.start()
    assert store.head().seq == 1
    assert append(store, "after") == 2
    assert list(store.workers()) == []


def test_what_a_crash_must_not_lose(own_server: PostgresServer, own: str, opened: Opened) -> None:
    """B4: the application's own connections run with ``synchronous_commit = off``, for speed."""
    import psycopg

    store = opened(own)
    with own_server.admin() as admin:
        admin.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        admin.execute("SELECT pg_reload_conf()")
    for number in range(10):
        with psycopg.connect(own) as caller:
            caller.execute("SET synchronous_commit = off")
            with store.write(caller) as unit:
                unit.append(an_entry(id=f"entry {number}"))
            caller.commit()
            if number == 9:
                own_server.stop(signal.SIGQUIT)
    own_server.start()
    assert store.head().seq == 10
    assert store.find_entry("entry 9") is not None


def test_a_server_that_is_stopped_is_given_up(own_server: PostgresServer, own: str, opened: Opened) -> None:
    """Its sockets are open, connections are accepted, and nothing is ever answered."""
    store = opened(own, patience=0.3)
    assert store.facts("s") is None
    own_server.freeze()
    try:
        with pytest.raises(StoreUnavailable, match=r"no answer within 0.3 s"):
            store.facts("s")
        with pytest.raises(StoreUnavailable, match=r"let nobody in within 0.3 s"):
            store.facts("s")
    finally:
        own_server.thaw()
    assert store.head().seq == 0


def test_more_readers_than_connections_take_turns(postgres: str, opened: Opened) -> None:
    store = opened(postgres)
    most = store._connections.readers.size
    assert race([store.head] * (4 * most)) == [store.head()] * (4 * most)
    assert len(store._connections.readers._idle) <= most


def test_nobody_waits_for_ever_for_a_connection(postgres: str, opened: Opened) -> None:
    store = opened(postgres)
    readers = store._connections.readers
    held = [readers.take() for _ in range(readers.size)]
    readers.wait = 0.05
    with pytest.raises(StoreBusy, match=f"all {readers.size} connections are in use"):
        store.head()
    readers.wait = WAIT
    waiter: list[Any] = []
    thread = threading.Thread(target=lambda: waiter.append(store.head()))
    thread.start()
    readers.give(held.pop())
    thread.join(WAIT)
    assert len(waiter) == 1
    for link in held:
        readers.give(link)


def test_a_child_never_touches_its_parents_connections(postgres: str, opened: Opened) -> None:
    store = opened(postgres)
    store.head()
    before = store._connections.readers._idle[-1].connection.info.backend_pid

    def child() -> bool:
        fresh = store.head().seq == 0 and store._connections.readers._idle[-1]
        return bool(fresh) and fresh.connection.info.backend_pid != before  # type: ignore[union-attr]

    in_a_child(child)
    assert store.head().seq == 0
    assert store._connections.readers._idle[-1].connection.info.backend_pid == before


def test_a_child_forked_inside_a_unit_commits_nothing(postgres: str, opened: Opened) -> None:
    store = opened(postgres)

    def leave_the_block() -> bool:
        try:
            manager.__exit__(None, None, None)
        except StoreUnavailable as error:
            return "only the parent commits" in str(error)
        return False

    manager = store.write()
    unit = manager.__enter__()
    unit.append(an_entry(id="parent"))
    in_a_child(leave_the_block)
    assert store.find_entry("parent") is None
    manager.__exit__(None, None, None)
    assert store.find_entry("parent") is not None
    assert os.getpid() == store._connections.writers.pid


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        ({"user": "secret", "password": "wrong-password"}, "refused user and password"),
        ({"user": "secret"}, "refused user and password"),
        ({"user": "nobody-known"}, "no such role"),
        ({"database": "nothing"}, "no such database"),
        ({"options": "?sslmode=require"}, "differ about TLS"),
        ({"user": "tls", "options": "?sslmode=disable"}, "differ about TLS|pg_hba"),
    ],
)
def test_what_is_wrong_with_the_url_is_said(
    postgres_server: PostgresServer, postgres: str, change: dict[str, str], mend: str
) -> None:
    with postgres_server.admin() as admin:
        for role in ("secret", "tls"):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
            admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right-password'")
    user = change.get("user", "postgres")
    password = f":{change['password']}" if "password" in change else ""
    database = change.get("database", postgres.rpartition("/")[2])
    url = f"postgresql://{user}{password}@127.0.0.1:{postgres_server.port}/{database}"
    store = PostgresStore.from_url(url + change.get("options", ""), clock=SystemClock())
    with pytest.raises(ConfigurationError, match=mend) as said:
        store.open()
    assert str(said.value).startswith("url: ")
    assert "wrong-password" not in str(said.value)


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("postgresql://u@h/d?no_such_option=1", "no_such_option"),
        ("postgresql+psycopg2://u:hidden@h/d", "psycopg 3: write postgresql://"),
        ("postgresql://u:hidden@h:port/d", "cannot be read"),
        ("postgresql://u@h/d?password=hidden", "write it after the user"),
    ],
)
def test_a_url_that_cannot_be_read(url: str, mend: str) -> None:
    with pytest.raises(ConfigurationError, match=mend) as said:
        PostgresStore.from_url(url, clock=SystemClock())
    assert "hidden" not in str(said.value)


def test_text_that_no_row_can_have_finds_nothing(postgres: str, opened: Opened) -> None:
    store = opened(postgres)
    for text in ("a\x00b", "\ud800"):
        assert store.facts(text) is None
        assert store.standing(REALM, text) is None
