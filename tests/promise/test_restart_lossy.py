"""Redis and Valkey alone, without every command on disk: restarted, killed and flushed under a running fleet.

A restart ends everything, for everybody within a lease, although the server comes back with a snapshot in
which what was ended is alive. Whoever was revoking is told of a final end or of an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.promise.restarts import Restarts, check, flush_of, of_redis
from tests.promise.share import share_of
from tests.promise.test_promise import run
from tests.promise.test_promise_tokens import Record
from tests.promise.test_restart_postgres import MODELS
from tests.redis_server import KINDS, Server


def trial_on(kind: str, folder: Path, revocations: int, record: Record, *, every: int, **model: Any) -> None:
    with Server(kind) as server:

        def snapshot() -> None:
            """What is ended from now on is alive in it."""
            server.do("SAVE")

        ways = of_redis(server) | flush_of(server)
        restarts = Restarts(ways, every=every, loses="everything", before=snapshot)
        trial = run(folder, revocations, seed=8, url=server.url, during=restarts, **model)
        check(trial, restarts.ways, revocations, record)


@pytest.mark.long
def test_a_restart_ends_everything(tmp_path: Path, record_property: Record) -> None:
    trial_on("redis", tmp_path, 4, record_property, every=3)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_many_restarts_end_everything(
    tmp_path: Path, record_property: Record, kind: str, model: dict[str, Any]
) -> None:
    trial_on(kind, tmp_path, share_of(240), record_property, every=8, **model)
