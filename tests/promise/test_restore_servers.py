"""A backup is put back on a server in the middle of a running fleet, and nobody says so.

Workers that run have seen more, look within a lease, and begin a new log: everything has ended. A process
that starts before they look cannot know; for that ``rescind db new-birth`` belongs to a restore.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.promise.failovers import PostgresBackup, RedisBackup, failing_over
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
    pair = PostgresBackup()
    with failing_over(lambda: pair, every=8, at_once=False) as restores:
        url = restores.at(f"postgresql://postgres@127.0.0.1:{pair.port}/{pair.name}")
        trial = run(tmp_path, revocations, seed=17, url=url, during=restores, **model)
        check(trial, restores.ways, revocations, record_property)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@models
def test_redis(tmp_path: Path, record_property: Record, kind: str, model: dict[str, Any]) -> None:
    revocations = share_of(120, least=12)
    with failing_over(lambda: RedisBackup(kind), every=8, at_once=False) as restores:
        url = restores.at("redis://127.0.0.1:1/0")
        trial = run(tmp_path, revocations, seed=18, url=url, during=restores, **model)
        check(trial, restores.ways, revocations, record_property)


@pytest.mark.long
def test_the_log_beside_redis(tmp_path: Path, record_property: Record) -> None:
    revocations = share_of(80, least=12)
    pair = PostgresBackup()
    with failing_over(lambda: pair, every=8, at_once=False) as restores, Server("redis") as server:
        url = restores.at(f"postgresql://postgres@127.0.0.1:{pair.port}/{pair.name}")
        trial = run(tmp_path, revocations, seed=19, url=url, redis=server.url, during=restores)
        check(trial, restores.ways, revocations, record_property)


@pytest.mark.long
def test_redis_beside_a_sql_log(tmp_path: Path, record_property: Record) -> None:
    """Nothing but sign-ins is lost, and nobody has to look first."""
    revocations = share_of(120, least=12)
    with failing_over(lambda: RedisBackup("redis"), every=8, loses="some") as restores:
        redis = restores.at("redis://127.0.0.1:1/0")
        trial = run(tmp_path, revocations, seed=20, redis=redis, during=restores)
        check(trial, restores.ways, revocations, record_property)
