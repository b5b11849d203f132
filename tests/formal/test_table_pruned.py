"""The explorations of millions of states in which entries leave the log: workers may be below the floor."""

from __future__ import annotations

import pytest
from formal.table import ALL, Run
from tests.formal.explored import check

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    "run", [run for run in ALL if run.size == "long" and "PRUNE" in run.switches], ids=lambda run: run.name
)
def test_it_is_as_it_must_be(run: Run) -> None:
    check(run)
