"""A replica without the last revocations takes over in the middle of a running fleet.

As ``test_promise``, and beside some revocations the server is lost, with all that its replica had not
received: the end that was told to be final among it. It stays ended for everybody, a process that starts just
then too. Where the log is on that server everything else has ended as well.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.promise.failovers import PostgresPair, RedisPair, failing_over
from tests.promise.restarts import check
from tests.promise.share import share_of
from tests.promise.test_promise import run
from tests.promise.test_promise_tokens import Record
from tests.promise.test_restart_postgres import MODELS
from tests.redis_server import KINDS, Server

models = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


@pytest.mark.long
@models
def test_postgresql(tmp_path: Path, record_property: Record, model: dict[str, Any]) -> None:
    revocations = share_of(80, least=12)
    pair = PostgresPair()
    with failing_over(lambda: pair, every=8) as failovers:
        url = failovers.at(f"postgresql://postgres@127.0.0.1:{pair.port}/{pair.name}")
        trial = run(tmp_path, revocations, seed=14, url=url, during=failovers, **model)
        check(trial, failovers.ways, revocations, record_property)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@models
def test_redis(tmp_path: Path, record_property: Record, kind: str, model: dict[str, Any]) -> None:
    revocations = share_of(120, least=12)
    with failing_over(lambda: RedisPair(kind), every=8) as failovers:
        url = failovers.at("redis://127.0.0.1:1/0")
        trial = run(tmp_path, revocations, seed=15, url=url, during=failovers, **model)
        check(trial, failovers.ways, revocations, record_property)


@pytest.mark.long
@pytest.mark.parametrize("log", ["sqlite", "postgresql"])
def test_redis_beside_a_sql_log(
    tmp_path: Path, record_property: Record, log: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres") if log == "postgresql" else ""
    revocations = share_of(120, least=12)
    with failing_over(lambda: RedisPair("redis"), every=8, loses="some") as failovers:
        redis = failovers.at("redis://127.0.0.1:1/0")
        trial = run(tmp_path, revocations, seed=16, during=failovers, url=url, redis=redis)
        check(trial, failovers.ways, revocations, record_property)


@pytest.mark.long
def test_the_log_beside_redis(tmp_path: Path, record_property: Record) -> None:
    revocations = share_of(80, least=12)
    pair = PostgresPair()
    with failing_over(lambda: pair, every=8) as failovers, Server("redis") as server:
        url = failovers.at(f"postgresql://postgres@127.0.0.1:{pair.port}/{pair.name}")
        trial = run(tmp_path, revocations, seed=21, url=url, redis=server.url, during=failovers)
        check(trial, failovers.ways, revocations, record_property)
