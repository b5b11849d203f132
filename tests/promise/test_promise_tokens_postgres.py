"""The promise for signed access tokens on PostgreSQL; see ``test_promise_tokens``."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.promise.share import share_of
from tests.promise.test_promise import measured, run
from tests.promise.test_promise_tokens import JWT, Record


@pytest.mark.long
def test_nothing_is_accepted_on_postgresql(tmp_path: Path, postgres: str, record_property: Record) -> None:
    revocations = share_of(2_000)
    trial = run(tmp_path, revocations, misfortune_every=40, prune_every=100, seed=3, url=postgres, **JWT)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > revocations
