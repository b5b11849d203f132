"""What a child does is seen by its parent."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from rescind.testing import processes
from rescind.testing.processes import in_a_child


def test_true_is_success() -> None:
    parent = os.getpid()
    in_a_child(lambda: os.getpid() != parent)


def test_anything_else_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="2 instead"):
        in_a_child(lambda: False)


def test_a_child_that_hangs_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "WAIT", 1)
    with pytest.raises(AssertionError, match=f"{-signal.SIGALRM:d} instead"):
        in_a_child(lambda: threading.Event().wait())


def test_an_exception_is_a_failure_and_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> bool:
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="1 instead"):
        in_a_child(fail)
    assert "ZeroDivisionError" in capfd.readouterr().err
