"""The promise for signed access tokens: taken back by every scope although each of them could go on until its
end. Refreshed in between, so that what is revoked is a leaf that the workers have never seen before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.promise.share import share_of
from tests.promise.test_promise import measured, run
from tests.redis_server import Server

Record = Callable[[str, object], None]
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
JWT: dict[str, Any] = {"session_model": "jwt", "secret": SECRET}


def test_nothing_is_accepted_after_a_final_receipt(tmp_path: Path, record_property: Record) -> None:
    trial = run(tmp_path, 20, misfortune_every=4, prune_every=10, seed=1, **JWT)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > 3 * 20


@pytest.mark.long
def test_nothing_is_accepted_in_many_revocations(tmp_path: Path, record_property: Record) -> None:
    revocations = share_of(2_000)
    trial = run(tmp_path, revocations, misfortune_every=40, prune_every=100, seed=2, **JWT)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > revocations


@pytest.mark.long
def test_nothing_is_accepted_on_redis(tmp_path: Path, record_property: Record) -> None:
    revocations = share_of(2_000)
    with Server("redis") as server:
        trial = run(
            tmp_path, revocations, misfortune_every=40, prune_every=100, seed=4, url=server.url, **JWT
        )
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > revocations
