"""An engine in memory and its gate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rescind import Rescind
from rescind.asgi import Gate


@pytest.fixture
def auth() -> Iterator[Rescind[str]]:
    made = Rescind("memory://", allow_sync_on_loop=True)
    yield made
    made.close()


@pytest.fixture
def gate(auth: Rescind[str]) -> Gate:
    return Gate(auth)


@pytest.fixture
def deaf(auth: Rescind[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that a session ended."""
    monkeypatch.setattr(auth.core.streams, "tell", lambda _entries: None)
    monkeypatch.setattr(auth.core.streams.thread, "ensure", lambda: None)
