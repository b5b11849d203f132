"""Redis holds the sessions, SQL the log: Redis is restarted, killed and flushed under a running fleet, and
the server of the log is, too.

A restart of Redis ends nothing but what it loses, and brings nothing back; a flush ends everything within a
lease.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.postgres import running
from tests.promise.restarts import Loss, Restarts, check, flush_of, of_postgres, of_redis
from tests.promise.share import share_of
from tests.promise.test_promise import run
from tests.promise.test_promise_tokens import Record
from tests.redis_server import DURABLE, Server


@pytest.mark.long
@pytest.mark.parametrize("settings", [DURABLE, ()], ids=["on disk", "snapshots"])
def test_what_was_final_survives_many_restarts(
    tmp_path: Path, record_property: Record, settings: tuple[str, ...]
) -> None:
    revocations = share_of(400)
    loses: Loss = "nothing" if settings else "some"
    with Server("redis", *settings) as server:
        restarts = Restarts(of_redis(server), every=8, loses=loses, before=lambda: server.do("SAVE"))
        trial = run(tmp_path, revocations, seed=11, redis=server.url, during=restarts)
        check(trial, restarts.ways, revocations, record_property)


@pytest.mark.long
def test_what_was_final_survives_restarts_of_both(tmp_path: Path, record_property: Record) -> None:
    revocations = share_of(240)
    with running() as server, Server("redis", *DURABLE) as contents:
        redis = {f"{name} redis": way for name, way in of_redis(contents).items()}
        restarts = Restarts(of_postgres(server) | redis, every=8)
        url = server.url(server.create("rescind_empty"))
        trial = run(tmp_path, revocations, seed=7, url=url, redis=contents.url, during=restarts)
        check(trial, restarts.ways, revocations, record_property)


@pytest.mark.long
@pytest.mark.parametrize("log", ["sqlite", "postgresql"])
def test_many_flushes_end_everything(
    log: str, tmp_path: Path, record_property: Record, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres") if log == "postgresql" else ""
    revocations = share_of(240)
    with Server("valkey") as server:
        restarts = Restarts(flush_of(server), every=8, loses="everything")
        trial = run(tmp_path, revocations, seed=9, url=url, redis=server.url, during=restarts)
        check(trial, restarts.ways, revocations, record_property)
