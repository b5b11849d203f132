"""Settings of the whole test run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import World


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed database with rescind's tables, to be copied: making one costs many synced writes."""
    world = World("sqlite", tmp_path_factory.mktemp("empty"))
    world.engine(joined=False)
    world.close()
    return world.path


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> Iterator[World]:
    """One store for many engines, on a clock that stands still."""
    made = World(request.param, tmp_path)
    shutil.copy(empty_database, made.path)
    yield made
    made.close()


@pytest.fixture
def file_world(tmp_path: Path, empty_database: Path) -> Iterator[World]:
    """``world`` on SQLite alone, for what memory has not: connections, forks, processes."""
    made = World("sqlite", tmp_path)
    shutil.copy(empty_database, made.path)
    yield made
    made.close()
