"""Locks that were made before threading was patched are not used as if they held somebody back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from rescind import Rescind
from rescind.errors import ConfigurationError
from rescind.revocation.flights import Flights
from rescind.revocation.greenlets import LockKind
from rescind.revocation.outage import Outage

real = threading.Lock


def patched(*_: Any) -> Any:
    """What gevent would put in the place of ``threading.Lock``."""
    return real()


@pytest.fixture
def engine(tmp_path: Path) -> Rescind[Any]:
    return Rescind(f"sqlite:///{tmp_path / 'app.db'}")


def test_locks_of_the_same_kind_are_fine() -> None:
    LockKind().require()


def test_an_engine_made_before_is_not_opened(engine: Rescind[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "Lock", patched)
    for act in (engine.open, lambda: engine.revoke(principal="ada", reason="left")):
        with pytest.raises(ConfigurationError, match="patch_all"):
            act()


def test_nobody_is_let_in(engine: Rescind[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with Rescind(engine.settings.url) as before:
        token = before.sessions.start("ada").token
    monkeypatch.setattr(threading, "Lock", patched)
    with pytest.raises(ConfigurationError, match=r"gunicorn\.conf\.py"):
        engine.check(token)


def test_a_child_has_locks_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patched in the parent, after the engine was made: what the child makes anew is of the right kind."""
    flights = Flights(Outage())
    monkeypatch.setattr(threading, "Lock", patched)
    with pytest.raises(ConfigurationError):
        flights.ask("key", lambda: 1)
    flights.after_fork()
    assert flights.ask("key", lambda: 1).done.result(5).get() == 1
    flights.close()
