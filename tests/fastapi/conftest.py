"""The application that the tests of the face use, on both embedded stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.fastapi.shop import Shop


@pytest.fixture
def shop(embedded: str) -> Iterator[Shop]:
    made = Shop(embedded)
    yield made
    made.auth.close()
