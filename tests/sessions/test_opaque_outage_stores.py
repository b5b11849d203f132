"""What is particular to one store when it is away: a locked file, a server that is full or loads its data, a
pooler without a server."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.outages import BACK_WITHIN, SMALL, Network, Site, at_once, resumes, wait_for_lapse, warmed
from tests.postgres import PgBouncer, PostgresServer
from tests.redis_server import DURABLE, Server
from tests.world import PATIENCE, calls_of, code, once_back

from rescind import Rescind, StoreUnavailable

TIMEOUT = 0.25
HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA locking_mode = EXCLUSIVE")
held.execute("BEGIN EXCLUSIVE")
held.execute("COMMIT")
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path, empty_database: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "app.db"))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program has the file for itself, as some backups and shells do."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.kill()


@pytest.mark.parametrize("strict", [False, True])
def test_a_file_that_is_locked_keeps_nobody_waiting(path: Path, strict: bool) -> None:
    """A process that begins while somebody else has the file for itself; opening waits seconds for a lock."""
    with Rescind(f"sqlite:///{path}") as first:
        token = first.sessions.start("ada").token
    auth = Rescind(f"sqlite:///{path}")
    with locked(path):
        began = time.monotonic()
        assert code(auth.check(token, strict=strict)) == "store_unavailable"
        assert time.monotonic() - began < TIMEOUT + SMALL
        began = time.monotonic()
        assert {code(auth.check(token, strict=strict)) for _ in range(100)} == {"store_unavailable"}
        assert time.monotonic() - began < SMALL
    assert code(once_back(auth, token)) == "live"
    auth.close()


def test_a_file_that_is_locked_does_not_block_an_event_loop(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Rescind(f"sqlite:///{path}") as first:
        token = first.sessions.start("ada").token
    auth = Rescind(f"sqlite:///{path}")
    opened = calls_of(monkeypatch, auth.core.store, "open", lambda *_: threading.get_ident())

    async def checked() -> tuple[list[str], int]:
        answers = await asyncio.gather(*(auth.aio.check(token, strict=n % 2 == 1) for n in range(200)))
        return [code(answer) for answer in answers], threading.get_ident()

    with locked(path):
        answers, here = asyncio.run(checked())
    assert answers == ["store_unavailable"] * 200
    assert opened
    assert here not in opened
    assert code(once_back(auth, token)) == "live"
    auth.close()


def test_a_file_that_was_taken_away_is_an_outage_until_it_is_put_back(path: Path) -> None:
    auth = Rescind(f"sqlite:///{path}", lease=0.25)
    token = warmed(auth, 1)[0]
    path.rename(path.with_suffix(".away"))
    wait_for_lapse(auth)
    assert {code(auth.check(token)) for _ in range(100)} == {"store_unavailable"}
    assert not auth.health().reachable
    with pytest.raises(StoreUnavailable):
        auth.revoke(principal="person 0", reason="left")
    path.with_suffix(".away").rename(path)
    assert resumes(auth, token) < BACK_WITHIN
    assert auth.health().reachable
    auth.close()


@pytest.mark.parametrize("kind", ["redis", pytest.param("valkey", marks=pytest.mark.long)])
def test_a_server_that_is_full_goes_on_answering_and_writes_nothing(kind: str) -> None:
    with Server(kind) as server, Rescind(server.url, lease=0.25, authority_timeout=5) as auth:
        tokens = warmed(auth, 4)
        server.do("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(StoreUnavailable, match="raise maxmemory"):
            auth.revoke(principal="person 0", reason="left", id="case 9")
        with pytest.raises(StoreUnavailable):
            auth.sessions.start("somebody")
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            assert {code(auth.check(token)) for token in tokens} == {"live"}
            assert {code(auth.check(token, strict=True)) for token in tokens} == {"live"}
            time.sleep(0.02)
        assert auth.health().reachable
        server.do("CONFIG", "SET", "maxmemory", "0")
        assert auth.revoke(principal="person 0", reason="left", id="case 9").state == "final"
        assert [code(auth.check(token)) for token in tokens[:2]] == ["revoked", "live"]


@pytest.mark.parametrize("kind", ["redis", pytest.param("valkey", marks=pytest.mark.long)])
def test_a_server_that_is_loading_is_refused_with_until_it_has(kind: str) -> None:
    with Server(kind, *DURABLE) as server, Rescind(server.url, lease=0.25) as auth:
        token = warmed(auth, 4)[0]
        server.kill()
        server.launch("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024")
        wait_for_lapse(auth)
        seen: set[str] = set()
        until = time.monotonic() + PATIENCE
        while "live" not in seen:
            began = time.monotonic()
            seen.add(code(auth.check(token)))
            assert time.monotonic() - began < TIMEOUT + SMALL
            assert time.monotonic() < until
            time.sleep(0.01)
        assert seen == {"store_unavailable", "live"}, "every command was on disk: it is the same log"


@pytest.mark.parametrize("kind", ["postgres", pytest.param("redis", marks=pytest.mark.long)])
def test_a_network_that_is_cut(kind: str, request: pytest.FixtureRequest) -> None:
    """Nobody is told: packets go nowhere, on old connections and new ones."""
    site = Site(kind, request.getfixturevalue("postgres_server") if kind == "postgres" else None, tcp=True)
    network = Network(site.port)
    auth: Rescind[Any] = Rescind(site.url.replace(f":{site.port}/", f":{network.port}/"), lease=0.25)
    try:
        tokens = warmed(auth)
        network.cut()
        wait_for_lapse(auth)
        answers, slowest = at_once(200, lambda index: auth.check(tokens[index % 50], strict=index % 2 == 1))
        assert (set(answers), slowest < TIMEOUT + SMALL) == ({"store_unavailable"}, True)
        site.engine().revoke(principal="person 0", reason="left")  # by somebody on the other side
        network.mend()
        assert resumes(auth, tokens[1]) < BACK_WITHIN
        assert [code(auth.check(token)) for token in tokens[:2]] == ["revoked", "live"]
    finally:
        auth.close()
        network.close()
        site.close()


@pytest.mark.long
def test_a_pooler_without_a_server_and_a_server_without_a_pooler(postgres_server: PostgresServer) -> None:
    name = postgres_server.create("rescind_empty")
    pooler = PgBouncer(postgres_server)
    pooler.wait(name)
    auth: Rescind[Any] = Rescind(pooler.url(name), lease=0.25)
    try:
        tokens = warmed(auth)
        postgres_server.freeze()
        wait_for_lapse(auth)
        answers, slowest = at_once(200, lambda index: auth.check(tokens[index % 50]))
        assert (set(answers), slowest < TIMEOUT + SMALL) == ({"store_unavailable"}, True)
        postgres_server.thaw()
        assert resumes(auth, tokens[0]) < BACK_WITHIN
        pooler._process.send_signal(signal.SIGSTOP)
        wait_for_lapse(auth)
        answers, slowest = at_once(200, lambda index: auth.check(tokens[index % 50], strict=index % 2 == 1))
        assert (set(answers), slowest < TIMEOUT + SMALL) == ({"store_unavailable"}, True)
        pooler._process.send_signal(signal.SIGCONT)
        assert resumes(auth, tokens[0]) < BACK_WITHIN
    finally:
        postgres_server.thaw()
        pooler._process.send_signal(signal.SIGCONT)
        auth.close()
        pooler.close()
        postgres_server.drop(name)
