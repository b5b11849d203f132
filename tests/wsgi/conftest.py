"""An engine, what requests share of it, and a WSGI server's part without a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rescind import Rescind
from rescind.testing import FakeClock
from rescind.web.gate import Gate


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def auth(clock: FakeClock) -> Iterator[Rescind[str]]:
    with Rescind("memory://", clock=clock) as engine:
        yield engine


@pytest.fixture
def gate(auth: Rescind[str]) -> Gate:
    return Gate(auth)
