"""Settings of the whole test run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import World


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """One store for many engines, on a clock that stands still."""
    made = World(request.param, tmp_path)
    yield made
    made.close()
