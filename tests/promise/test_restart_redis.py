"""Redis and Valkey, alone and with every command on disk, are restarted and killed under a running fleet.

As ``test_restart_postgres``: a restart ends nobody and brings nobody back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.promise.restarts import Restarts, check, of_redis
from tests.promise.share import share_of
from tests.promise.test_promise import run
from tests.promise.test_promise_tokens import Record
from tests.promise.test_restart_postgres import MODELS
from tests.redis_server import DURABLE, KINDS, Server


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_what_was_final_survives_many_restarts(
    tmp_path: Path, record_property: Record, kind: str, model: dict[str, Any]
) -> None:
    revocations = share_of(240)
    with Server(kind, *DURABLE) as server:
        restarts = Restarts(of_redis(server), every=8)
        trial = run(tmp_path, revocations, seed=10, url=server.url, during=restarts, **model)
        check(trial, restarts.ways, revocations, record_property)
