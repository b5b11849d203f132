"""An authority that hangs, refuses or is partitioned, and what a check does meanwhile and after.

The invariants of docs/outage.md, on real servers: nothing is accepted past the lease, nobody waits longer
than ``authority_timeout``, few threads and connections wait for everybody, recovery needs no restart and is
no stampede, and a revocation is final or refused loudly.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import Any

import pytest
from tests.outages import (
    BACK_WITHIN,
    SMALL,
    Site,
    at_once,
    frozen,
    open_sockets,
    resumes,
    site_of,
    wait_for_lapse,
    warmed,
)
from tests.world import PATIENCE, calls_of, code

from rescind import Refused, Rescind
from rescind.errors import RescindError, RevocationUnknown, StoreUnavailable
from rescind.revocation.flights import MOST
from rescind.testing.processes import in_a_child

TIMEOUT = 0.25
SOCKETS = 24
"""Connections of one engine, all its pools together, those that are being made included."""


site = pytest.fixture(params=["postgres", "redis", pytest.param("valkey", marks=pytest.mark.long)])(site_of)


def test_a_server_that_hangs_keeps_nobody_waiting_and_lets_nobody_in(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """1,000 threads, half of them strict, with sessions that memory knows and that it does not."""
    auth, other = site.engine(), site.engine()
    tokens = warmed(auth)
    unknown = [other.sessions.start("new").token for _ in range(10)]
    before = open_sockets()

    def check(index: int) -> Any:
        some = (tokens if index % 4 else unknown)[index % 10]
        return auth.check(some, strict=index % 2 == 1)

    with frozen(site):
        wait_for_lapse(auth)
        answers, slowest = at_once(1000, check)
        assert answers == ["store_unavailable"] * 1000
        assert slowest < TIMEOUT + SMALL
        assert auth.core.asker.flights.threads <= MOST
        assert open_sockets() - before <= SOCKETS
        assert not auth.health().reachable
        began = time.monotonic()
        assert {code(check(index)) for index in range(100)} == {"store_unavailable"}
        assert time.monotonic() - began < SMALL, "one after the other: none of them waits any more"
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) <= 4, "a line when it begins, one when it ends, and none for each of 1,100 requests"
    assert resumes(auth, tokens[0]) < BACK_WITHIN
    assert auth.health().reachable
    assert {code(auth.check(token)) for token in tokens + unknown} == {"live"}


def test_a_server_that_hangs_does_not_block_an_event_loop(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = site.engine()
    tokens = warmed(auth)
    asked = [
        calls_of(monkeypatch, auth.core.store, name, lambda *_: threading.get_ident())
        for name in ("open", "head", "facts", "renew", "unchanged", "unchanged_all", "find_entry")
    ]

    async def storm() -> tuple[list[str], float, int]:
        began = time.monotonic()
        checks = [auth.aio.check(tokens[n % 50], strict=n % 2 == 1) for n in range(1000)]
        answers = await asyncio.gather(*checks)
        return [code(answer) for answer in answers], time.monotonic() - began, threading.get_ident()

    with frozen(site):
        wait_for_lapse(auth)
        answers, took, here = asyncio.run(storm())
        assert answers == ["store_unavailable"] * 1000
        assert took < TIMEOUT + SMALL
    threads = {thread for calls in asked for thread in calls}
    assert threads, "it was asked"
    assert here not in threads, "and never on the thread of the loop"
    assert resumes(auth, tokens[0]) < BACK_WITHIN


def test_memory_goes_on_until_the_lease_ends_and_not_longer(site: Site) -> None:
    auth = site.engine(lease=1.0)
    token = warmed(auth, 1)[0]
    with frozen(site):
        accepted = refused = 0
        until = time.monotonic() + 1.6
        while time.monotonic() < until:
            deadline, before = auth.core.worker.view.deadline, auth.core.clock.lease()
            if code(auth.check(token)) == "live":
                accepted += 1
                assert before < deadline, "accepted past the lease"
            else:
                refused += 1
            time.sleep(0.01)
        assert accepted
        assert refused


def test_recovery_is_one_probe_and_then_everyone_without_a_stampede(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = site.engine()
    tokens = warmed(auth, 4)
    facts = calls_of(monkeypatch, auth.core.store, "facts")
    with frozen(site):
        wait_for_lapse(auth)
        at_once(20, lambda index: auth.check(tokens[index % 4]))
        assert not auth.health().reachable
        facts.clear()
        auth.core.cache.clear()  # nothing is in memory: each has to be read again
    until = time.monotonic() + PATIENCE
    while not auth.health().reachable:
        auth.check(tokens[0])
        assert time.monotonic() < until
        time.sleep(0.01)
    facts.clear()
    answers, _ = at_once(200, lambda index: auth.check(tokens[index % 4]))
    assert set(answers) <= {"live", "store_unavailable"}
    assert "live" in answers
    assert len(facts) <= 4 * 20, "200 who wait share reads"


def test_a_revocation_in_an_outage_is_refused_loudly_and_the_retry_completes_it(site: Site) -> None:
    auth = site.engine()
    tokens = warmed(auth, 2)
    with frozen(site):
        wait_for_lapse(auth)
        until = time.monotonic() + PATIENCE
        while not auth.core.outage.confirmed:  # more than one attempt has failed
            assert time.monotonic() < until
            auth.check(tokens[0])
            time.sleep(0.05)
        began = time.monotonic()
        for work in (
            lambda: auth.revoke(principal="person 0", reason="left", id="case 7"),
            lambda: auth.sign_out(tokens[0]),
            lambda: auth.sessions.start("somebody"),
            lambda: asyncio.run(auth.aio.revoke(principal="person 0", reason="left", id="case 7")),
        ):
            with pytest.raises(StoreUnavailable, match="nothing was changed: the authority has not answered"):
                work()
        assert time.monotonic() - began < SMALL, "refused at once"
    assert resumes(auth, tokens[0]) < BACK_WITHIN
    receipt = retried(auth, "case 7")
    assert (receipt.state, receipt.matched) == ("final", 1)
    assert [code(auth.check(token)) for token in tokens] == ["revoked", "live"]


def test_a_process_that_ends_in_an_outage_waits_for_nobody(site: Site) -> None:
    auth = site.engine()
    tokens = warmed(auth, 2)
    with frozen(site):
        wait_for_lapse(auth)
        until = time.monotonic() + PATIENCE
        while auth.health().reachable:  # one answer that is late is no outage yet
            auth.check(tokens[0])
            assert time.monotonic() < until
        began = time.monotonic()
        auth.close()
        assert time.monotonic() - began < 5.0 + SMALL, "the keeper may be in the middle of a round"


@pytest.mark.parametrize("strict", [False, True])
def test_a_child_that_no_hook_told_has_threads_of_its_own(site: Site, strict: bool) -> None:
    """A fork made in C, as some servers do: the count of the parent's threads is there, they are not."""
    auth = site.engine(authority_timeout=5)
    token = warmed(auth, 1)[0]
    auth.core.cache.clear()
    assert code(auth.check(token, strict=True)) == "live"

    def child() -> bool:
        worker, flights = auth.core.worker, auth.core.asker.flights
        worker.pid = -1  # as if ``os.register_at_fork`` had not run
        flights._threads = {threading.Thread() for _ in range(MOST)}
        auth.core.cache.clear()
        return code(auth.check(token, strict=strict)) == "live"

    in_a_child(child)


@pytest.mark.long
def test_a_revocation_that_nobody_knows_to_be_in_an_outage_fails_in_time_too(site: Site) -> None:
    """The first that notices: it waits for the server, and is told in seconds, never "final"."""
    auth = site.engine()
    tokens = warmed(auth, 2)
    with frozen(site):
        began = time.monotonic()
        with pytest.raises((StoreUnavailable, RevocationUnknown)):
            auth.revoke(principal="person 0", reason="left", id="case 8")
        assert time.monotonic() - began < 12.0
    resumes(auth, tokens[1])
    assert retried(auth, "case 8").state == "final"
    assert [code(auth.check(token)) for token in tokens] == ["revoked", "live"]


def retried(auth: Rescind[Any], id: str) -> Any:
    """Again and again with the same id, as an operator would."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return auth.revoke(principal="person 0", reason="left", id=id)
        except RescindError:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["redis", "valkey"])
def test_a_server_that_was_killed_refuses_at_once_and_a_new_one_is_used(kind: str) -> None:
    site = Site(kind, None)
    try:
        auth = site.engine()
        tokens = warmed(auth)
        site.kill()
        wait_for_lapse(auth)
        answers, slowest = at_once(1000, lambda index: auth.check(tokens[index % 50]))
        assert set(answers) == {"store_unavailable"}
        assert slowest < TIMEOUT + SMALL
        site.start()
        until = time.monotonic() + PATIENCE
        while code(auth.check(tokens[0])) == "store_unavailable":
            assert time.monotonic() < until
            time.sleep(0.02)
        assert code(auth.check(tokens[0])) != "live", "a server that forgot its log forgot revocations, too"
    finally:
        site.close()


def test_who_shows_nothing_or_nonsense_touches_no_store(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to open it: the authority may be away since before the process began."""
    auth = site.engine()
    token = site.engine().sessions.start("ada").token
    opened = calls_of(monkeypatch, auth.core.store, "open")
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    with frozen(site):
        for shown in (None, "", "nonsense", "x" * 1_000_000, flipped, token[:-1], "ü" + token[1:]):
            answer = auth.check(shown)
            assert isinstance(answer, Refused)
            assert answer.code in ("missing", "malformed")
            assert code(asyncio.run(auth.aio.check(shown, strict=True))) == answer.code
    assert opened == []
    assert auth.health().reachable
