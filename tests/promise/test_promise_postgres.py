"""The promise on PostgreSQL: acknowledgements and terms are all there is; no counter helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.promise.share import share_of
from tests.promise.test_promise import measured, run

Record = Callable[[str, object], None]


def test_nothing_is_accepted_after_a_final_receipt(
    tmp_path: Path, postgres: str, record_property: Record
) -> None:
    trial = run(tmp_path, 20, misfortune_every=4, prune_every=10, seed=1, url=postgres)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > 3 * 20


@pytest.mark.long
def test_nothing_is_accepted_in_many_revocations(
    tmp_path: Path, postgres: str, record_property: Record
) -> None:
    revocations = share_of(2_000)
    trial = run(tmp_path, revocations, misfortune_every=40, prune_every=100, seed=2, url=postgres)
    record_property("measured", measured(trial))
    assert trial.violations == []
    assert trial.probes_after > revocations
