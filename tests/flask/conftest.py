"""The application that the tests of the face use, on both embedded stores."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flask.members import Members
from tests.flask.shop import Shop


@pytest.fixture(params=["memory", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> Iterator[Shop]:
    if request.param == "memory":
        made = Shop()
    else:
        made = Shop(f"sqlite:///{shutil.copy(empty_database, tmp_path / 'app.db')}")
    yield made
    made.engine.close()


@pytest.fixture(params=["memory", "sqlite"])
def members(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> Iterator[Members]:
    if request.param == "memory":
        made = Members()
    else:
        made = Members(f"sqlite:///{shutil.copy(empty_database, tmp_path / 'app.db')}")
    yield made
    made.engine.close()
