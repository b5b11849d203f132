"""The promise on Redis alone: workers die, and the server is emptied, killed, stopped and misconfigured.

As ``test_promise``; see there. What a server may have lost ends every session; what was ended stays ended.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.promise.share import share_of
from tests.promise.test_promise import measured, run
from tests.redis_server import DURABLE, KINDS, Server
from tests.world import code, once_back

from rescind import Issued, Refused, Rescind, Session

LEASE = 0.5


@dataclass
class Site:
    """Two workers that answer from memory, a session that both accept, and one that was ended."""

    server: Server
    workers: list[Rescind[str]]
    live: Issued[str]
    ended: Issued[str]

    def new(self) -> Rescind[str]:
        made = Rescind(self.server.url, lease=LEASE)
        self.workers.append(made)
        return made

    def accepted(self, issued: Issued[str]) -> list[bool]:
        """By each worker from memory, then by a strict check of each; nothing raises."""
        return [
            isinstance(worker.check(issued.token, strict=strict), Session)
            for strict in (False, True)
            for worker in self.workers
        ]

    def all_refuse_within_a_lease(self, issued: Issued[str]) -> None:
        until = time.monotonic() + LEASE
        while any(self.accepted(issued)):
            assert time.monotonic() < until, "accepted after a whole lease"
        time.sleep(LEASE)
        assert not any(self.accepted(issued))


@pytest.fixture(params=["redis", pytest.param("valkey", marks=pytest.mark.long)])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with Server(request.param, *getattr(request.function, "settings", ())) as server:
        first = Rescind(server.url, lease=LEASE)
        made = Site(server, [first], first.sessions.start("ada"), first.sessions.start("ben"))
        made.new()
        server.do("SAVE")
        assert first.revoke(principal="ben", reason="stolen").state == "final"
        until = time.monotonic() + 10
        while not all(worker.core.worker.view.applied == 1 for worker in made.workers):
            assert all(made.accepted(made.live))
            assert time.monotonic() < until
        assert not any(made.accepted(made.ended))
        yield made
        for worker in made.workers:
            worker.close()


def durable(test: Callable[[Site], None]) -> Callable[[Site], None]:
    test.settings = DURABLE  # type: ignore[attr-defined]
    return test


# -- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        "flushed",
        pytest.param("restarted", marks=pytest.mark.long),
        pytest.param("killed", marks=pytest.mark.long),
    ],
)
def test_what_the_server_may_have_lost_is_refused_everywhere(site: Site, fault: str) -> None:
    """Restarted from a snapshot in which the ended session is alive."""
    if fault == "flushed":
        site.server.do("FLUSHALL")
    else:
        (site.server.stop if fault == "restarted" else site.server.kill)()
        site.server.start()
    newcomer = site.new()
    assert not any(site.accepted(site.ended))
    site.all_refuse_within_a_lease(site.live)
    again = newcomer.sessions.start("ada")
    assert all(site.accepted(again))
    assert newcomer.revoke(principal="ada", reason="x").state == "final"
    assert not any(site.accepted(again))


@pytest.mark.parametrize("fault", [pytest.param("flushed", marks=pytest.mark.long), "killed"])
def test_a_receipt_after_a_loss_knows_of_workers_that_the_registry_forgot(site: Site, fault: str) -> None:
    """The registry is empty, and two workers answer from memory for the rest of their lease."""
    revoker = site.new()
    revoker.open()
    if fault == "flushed":
        site.server.do("FLUSHALL")
    else:
        site.server.kill()
        site.server.start()
    receipt = revoker.revoke(principal="ada", reason="stolen")
    assert receipt.state == "final"
    assert not any(site.accepted(site.live))
    assert receipt.proof == "term"
    assert "nobody had watched this server" in " ".join(receipt.outside)


@durable
@pytest.mark.long
def test_with_every_command_on_disk_a_restart_ends_nobody(site: Site) -> None:
    site.server.kill()
    site.server.start()
    site.new()
    assert all(site.accepted(site.live))
    assert not any(site.accepted(site.ended))
    receipt = site.workers[0].revoke(principal="ada", reason="x")
    assert receipt.state == "final"
    assert not any(site.accepted(site.live))


@pytest.mark.parametrize("keeps", [False, True])
def test_a_receipt_says_that_a_suspension_goes_with_the_servers_memory(keeps: bool) -> None:
    with Server("redis", *(DURABLE if keeps else ())) as server, Rescind(server.url, lease=LEASE) as auth:
        auth.sessions.start("ada")
        receipt = auth.principals.set("ada", active=False, reason="left")
        assert ("suspend where you verify" in " ".join(receipt.outside)) is not keeps
        assert "suspend where" not in " ".join(auth.revoke(principal="ada", reason="left").outside)


def test_a_server_that_stands_still_is_refused_with_past_the_lease(site: Site) -> None:
    os.kill(site.server.pid, signal.SIGSTOP)
    try:
        time.sleep(LEASE)
        for worker in site.workers:
            began = time.monotonic()
            answer = worker.check(site.live.token)
            assert time.monotonic() - began < 4 * worker.settings.authority_timeout
            assert isinstance(answer, Refused)
            assert answer.code == "store_unavailable"
            assert isinstance(worker.check(None), Refused), "who has no token waits for nobody"
    finally:
        os.kill(site.server.pid, signal.SIGCONT)
    assert {code(once_back(worker, site.live.token)) for worker in site.workers} == {"live"}, "and goes on"


def test_a_policy_changed_at_run_time_is_an_outage_until_it_is_set_back(site: Site) -> None:
    site.server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    until = time.monotonic() + 2 * LEASE
    while any(
        isinstance(worker.check(site.live.token, touch=False), Session)
        and worker.core.worker.current(worker.core.clock.lease())
        for worker in site.workers
    ):
        assert time.monotonic() < until, "answered from memory after a whole lease"
    site.server.do("CONFIG", "SET", "maxmemory-policy", "noeviction")
    back = {code(once_back(worker, site.live.token)) for worker in site.workers}
    assert back == {"live"}, "nothing was thrown away"


def test_a_lost_push_costs_time_only(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published to nobody: the worker looks within a quarter of its lease all the same."""
    site.server.do("CLIENT", "KILL", "TYPE", "pubsub")
    receipt = site.workers[0].revoke(principal="ada", reason="x")
    assert receipt.state == "final"
    assert not any(site.accepted(site.live))
    assert receipt.elapsed < LEASE


# -- the promise -----------------------------------------------------------------------------------------

Record = Callable[[str, Any], None]


def test_nothing_is_accepted_after_a_final_receipt(tmp_path: Path, record_property: Record) -> None:
    with Server("redis") as server:
        trial = run(tmp_path, 12, misfortune_every=4, prune_every=6, seed=1, url=server.url)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > 2 * 12


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_accepted_in_many_revocations(kind: str, tmp_path: Path, record_property: Record) -> None:
    revocations = share_of(2_000)
    with Server(kind) as server:
        trial = run(tmp_path, revocations, misfortune_every=40, prune_every=100, seed=2, url=server.url)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.revocations == revocations
    assert trial.probes_after > revocations
