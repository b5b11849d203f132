"""A Redis that cannot hold sessions is said when the store opens: the setting, the mend, and no secret."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from tests.redis_server import Server, free_port
from tests.stores.contents.house import House, accepted

from rescind import Refused, Rescind
from rescind.errors import ConfigurationError, StoreUnavailable
from rescind.stores.contents.place import SILENT, Place


def beside(tmp_path: Path, redis: str) -> Rescind[str]:
    return Rescind(f"sqlite:///{tmp_path / 'app.db'}", redis=redis)


def test_eviction_is_refused_with_the_setting_and_the_mend(site: House) -> None:
    site.server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    with pytest.raises(ConfigurationError, match=r"redis=.*allkeys-lru, so sessions can be thrown away: set"):
        site.engine().open()


def test_a_replica_is_refused(site: House) -> None:
    with Server("redis", tcp=True) as primary:
        site.server.do("REPLICAOF", "127.0.0.1", str(primary.port))
        with pytest.raises(ConfigurationError, match=r"redis=.* is a replica: name the primary"):
            site.engine().open()


def test_a_wrong_password_is_said_and_not_shown(tmp_path: Path) -> None:
    with Server("redis", "--requirepass", "right", tcp=True) as locked:
        for password in ("", ":hunter2@"):
            auth = beside(tmp_path, f"redis://{password}127.0.0.1:{locked.port}/0")
            with pytest.raises(ConfigurationError, match=r"redis=.*refused user or password") as error:
                auth.open()
            assert "hunter2" not in str(error.value) + repr(auth)


def test_a_server_that_speaks_no_tls_says_so(tmp_path: Path) -> None:
    with (
        Server("redis", tcp=True) as plain,
        pytest.raises((ConfigurationError, StoreUnavailable), match=r"TLS|redis"),
    ):
        beside(tmp_path, f"rediss://127.0.0.1:{plain.port}/0").open()


def test_a_dead_port_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        beside(tmp_path, f"redis://127.0.0.1:{free_port()}/0").open()


def test_an_option_of_the_driver_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"redis=.*socket_timeout cannot be set"):
        beside(tmp_path, "redis://127.0.0.1/0?socket_timeout=9")


def test_an_application_on_redis_alone_does_not_share_a_number_with_contents(site: House) -> None:
    auth = site.engine()
    issued = auth.sessions.start("ada")
    alone = Rescind(site.server.url)
    with pytest.raises(ConfigurationError, match=r"url=.* holds the sessions of an application with a SQL"):
        alone.open()
    assert accepted(auth, issued)
    site.server.do("FLUSHALL")
    with alone:
        alone.sessions.start("ada")
    with pytest.raises(ConfigurationError, match=r"redis=.* holds the log of an application without a SQL"):
        site.engine().open()


def test_a_policy_changed_at_run_time_is_an_outage_for_new_connections(site: House) -> None:
    auth = site.engine()
    issued = auth.sessions.start("ada")
    site.server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    site.server.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    answer = auth.check(issued.token, strict=True)
    assert isinstance(answer, Refused)
    assert answer.code == "store_unavailable"


@pytest.mark.parametrize(
    "fault",
    [
        ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"),
        ("CONFIG", "SET", "requirepass", "changed"),
        ("ACL", "SETUSER", "default", "-evalsha", "-eval"),
    ],
    ids=["policy", "password", "rights"],
)
def test_a_fault_at_run_time_ends_no_less(site: House, fault: tuple[str, ...]) -> None:
    """The log decides: access ends, and what Redis knows of it is not counted."""
    auth = site.engine()
    auth.sessions.start("ada")
    client: Any = site.server.client()  # before its password is another
    client.execute_command(*fault)
    client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    receipt = auth.revoke(principal="ada", reason="stolen")
    assert (receipt.state, receipt.counted, receipt.seq) == ("final", False, 1)
    with pytest.raises(StoreUnavailable, match=r"redis="):
        auth.sessions.start("ada")


def test_a_place_that_is_silent_is_asked_by_those_alone_who_keep_no_locks(server: Server) -> None:
    """One who had patience found out; until somebody is answered, the others are told at once."""
    place = Place(server.url, patience=0.2, keep_ended=0)
    place.open()
    assert place.mark("birth", "owner", place.marker())
    os.kill(server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable, match="did not answer"), place.held():
            pass
        began = time.monotonic()
        for _ in range(100):
            with pytest.raises(StoreUnavailable, match="did not answer"), place.held():
                pass
            with pytest.raises(StoreUnavailable, match="did not answer"), place.reading():
                pass
        assert time.monotonic() - began < SILENT, "200 times the least that asking takes is 40 s"
    finally:
        os.kill(server.pid, signal.SIGCONT)
    place.marker(patience=5)
    with place.held() as held:
        assert held.head.birth == "birth"
    place.close()


def test_a_slow_answer_to_a_check_begins_no_silence(server: Server) -> None:
    place = Place(server.url, patience=0.2, keep_ended=0)
    place.open()
    place.mark("birth", "owner", place.marker())
    os.kill(server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable, match="did not answer"):
            place.marker(patience=None)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    with place.held() as held:
        assert held.head.birth == "birth"
    place.close()
