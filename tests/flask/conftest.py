"""The applications that the tests of the face use, on both embedded stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.flask.members import Members
from tests.flask.shop import Shop


@pytest.fixture
def shop(embedded: str) -> Iterator[Shop]:
    made = Shop(embedded)
    yield made
    made.engine.close()


@pytest.fixture
def members(embedded: str) -> Iterator[Members]:
    made = Members(embedded)
    yield made
    made.engine.close()
