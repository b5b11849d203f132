"""The explorations of millions of states; ``make formal LARGE=1`` has those of a hundred millions."""

from __future__ import annotations

import pytest
from formal.table import ALL, Run
from tests.formal.explored import check

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    "run",
    [run for run in ALL if run.size == "long" and "PRUNE" not in run.switches],
    ids=lambda run: run.name,
)
def test_it_is_as_it_must_be(run: Run) -> None:
    check(run)
