"""Looking at a server makes nothing there; the command line refuses a place without a log."""

from __future__ import annotations

import pytest
from tests.cli.shell import Shell
from tests.redis_server import DURABLE, Server
from tests.stores.redis.acts import append, start
from tests.stores.redis.conftest import MakeStore

from rescind import Rescind
from rescind.errors import StoreUnavailable
from rescind.stores.redis.inspect import inspect


def test_an_empty_server_stays_empty(kind: str, server: Server) -> None:
    seen = inspect(server.url, patience=1)
    assert seen.head is None
    assert seen.problem is None
    assert seen.server.startswith({"redis": "Redis 7", "valkey": "Valkey "}[kind])
    assert server.do("DBSIZE") == 0


def test_what_stands_there_is_told(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    start(store)
    append(store)
    seen = inspect(server.url, patience=1)
    assert (seen.head, seen.sessions, seen.lost, seen.always) == (store.head(), 1, None, False)
    assert seen.memory > 0
    server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert "noeviction" in str(inspect(server.url, patience=1).problem)


def test_a_loss_is_told_and_left_to_the_application(server: Server, open_store: MakeStore) -> None:
    store = open_store()
    head = store.head()
    server.do("SAVE")
    server.kill()
    server.start()
    seen = inspect(server.url, patience=1)
    assert seen.lost is not None
    assert seen.head == head == inspect(server.url, patience=1).head


def test_nobody_at_home() -> None:
    with pytest.raises(StoreUnavailable):
        inspect("redis://127.0.0.1:1/0", patience=1)


# -- the command line ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "revoke --principal ada --reason r --yes",
        "sessions ada",
        "prune",
        "db new-birth --reason r --yes",
        "doctor",
    ],
)
def test_a_server_without_a_log_is_not_made_into_one(server: Server, line: str) -> None:
    """With a mistyped number of a database that would turn "revoked" into a lie."""
    done = Shell()(f"{line} --url", server.url)
    assert done.code in (1, 2)
    assert "no log of rescind" in done.out + done.err
    assert "correct the url" in done.out + done.err
    assert server.do("DBSIZE") == 0


def test_the_command_line_governs_sessions_in_redis(server: Server) -> None:
    with Rescind(server.url) as auth:
        issued = auth.sessions.start("ada")
        auth.check(issued.token)
        done = Shell()("revoke --principal ada --reason stolen --yes --url", server.url)
        assert done.code == 0, done.out + done.err
        assert "final" in done.out
        assert "ended 1 session" in done.out
        assert not isinstance(auth.check(issued.token), type(issued.session))
        (event, *_) = auth.core.store.audit_events("default")
        assert (event.type, event.reason) == ("principal.revoked", "stolen")


def test_doctor_says_what_a_server_cannot_promise(server: Server) -> None:
    with Rescind(server.url) as auth:
        auth.sessions.start("ada")
        healthy = Shell()("doctor --url", server.url)
        assert healthy.code == 0, healthy.out + healthy.err
        assert "appendfsync always" in healthy.out + healthy.err
        server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        done = Shell()("doctor --url", server.url)
        assert done.code == 2
        assert "set maxmemory-policy noeviction" in done.out + done.err
    server.stop()
    server.start(*DURABLE, "--maxmemory-policy", "noeviction")
    with Rescind(server.url) as auth:
        auth.sessions.start("ada")
        done = Shell()("doctor --url", server.url)
        assert done.code == 0
        assert "every command before its answer" in done.out
    server.stop()
    assert Shell()("doctor --url", server.url).code == 3
