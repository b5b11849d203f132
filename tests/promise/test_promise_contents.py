"""The promise where Redis holds the sessions and SQL the log: workers die, and Redis stands still.

As ``test_promise``; see there. What Redis loses and brings back: ``tests/stores/contents``.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.promise.share import share_of
from tests.promise.test_promise import measured, run
from tests.redis_server import Server

from rescind import Refused, Rescind, Session

LEASE = 0.5
Record = Callable[[str, Any], None]


def test_a_redis_that_stands_still_is_refused_with_past_the_lease_and_goes_on(tmp_path: Path) -> None:
    with (
        Server("redis") as server,
        Rescind(f"sqlite:///{tmp_path}/a.db", redis=server.url, lease=LEASE) as auth,
    ):
        issued, ended = auth.sessions.start("ada"), auth.sessions.start("ben")
        assert isinstance(auth.check(issued.token), Session)
        os.kill(server.pid, signal.SIGSTOP)
        try:
            receipt = auth.revoke(everything=True, confirm="default", reason="x", wait=False)
            assert receipt.state == "committed", "the log needs no Redis"
            time.sleep(LEASE)
            began = time.monotonic()
            answer = auth.check(issued.token)
            assert time.monotonic() - began < 8 * auth.settings.authority_timeout
            assert isinstance(answer, Refused)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        until = time.monotonic() + 20
        while not isinstance(again := auth.check(issued.token), Refused) or again.code != "revoked":
            assert time.monotonic() < until, "back, and it says why"
            assert not isinstance(again, Session)
            time.sleep(0.05)
        assert isinstance(auth.check(ended.token), Refused)


def test_nothing_is_accepted_after_a_final_receipt(tmp_path: Path, record_property: Record) -> None:
    with Server("redis") as server:
        trial = run(tmp_path, 20, misfortune_every=5, prune_every=12, seed=1, redis=server.url)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > 2 * 20


@pytest.mark.long
@pytest.mark.parametrize("log", ["sqlite", "postgresql"])
def test_nothing_is_accepted_in_many_revocations(
    log: str, tmp_path: Path, record_property: Record, request: pytest.FixtureRequest
) -> None:
    revocations = share_of(1200)
    url = request.getfixturevalue("postgres") if log == "postgresql" else ""
    with Server("valkey") as server:
        trial = run(
            tmp_path, revocations, misfortune_every=40, prune_every=100, seed=2, url=url, redis=server.url
        )
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > revocations
