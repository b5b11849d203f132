"""PostgreSQL is restarted, crashes, or loses a process, in the middle of a running fleet.

As ``test_promise``, and beside some revocations the server goes away and comes back. Whoever revokes is told
of a final end or of an error, and asks again with the same id. What was told to be final stays ended, for
workers that know of it and for a process that starts now; and what was live is live.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.postgres import running
from tests.promise.restarts import Restarts, check, of_postgres
from tests.promise.share import share_of
from tests.promise.test_promise import run
from tests.promise.test_promise_tokens import JWT, Record

MODELS: dict[str, dict[str, Any]] = {"opaque": {}, "tokens": JWT}


def trial_on_postgres(folder: Path, revocations: int, record: Record, *, every: int, **model: Any) -> None:
    with running() as server:
        restarts = Restarts(of_postgres(server), every=every)
        url = server.url(server.create("rescind_empty"))
        trial = run(folder, revocations, seed=6, url=url, during=restarts, **model)
        check(trial, restarts.ways, revocations, record)


@pytest.mark.long
def test_what_was_final_survives_a_restart(tmp_path: Path, record_property: Record) -> None:
    trial_on_postgres(tmp_path, 4, record_property, every=3)


@pytest.mark.long
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_what_was_final_survives_many_restarts(
    tmp_path: Path, record_property: Record, model: dict[str, Any]
) -> None:
    trial_on_postgres(tmp_path, share_of(240), record_property, every=8, **model)
