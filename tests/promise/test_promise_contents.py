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
        trial = run(tmp_path, 12, misfortune_every=4, prune_every=6, seed=1, redis=server.url)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > 2 * 12


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_nothing_is_accepted_in_many_revocations(tmp_path: Path, record_property: Record, seed: int) -> None:
    many_revocations(tmp_path, record_property, seed)


def many_revocations(folder: Path, record: Record, seed: int, **more: Any) -> None:
    """Half of them: two thousand in one test take minutes."""
    revocations = share_of(1000)
    with Server("valkey") as server:
        more |= {"misfortune_every": 40, "prune_every": 100, "redis": server.url}
        trial = run(folder, revocations, seed=seed, **more)
    record("measured", measured(trial))
    assert trial.violations == []
    assert trial.revocations == revocations
    assert trial.probes_after > revocations
