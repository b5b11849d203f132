"""uWSGI as uWSGI 2.0 describes itself to Python; it is no dependency of the tests."""

from __future__ import annotations

import logging
import sys
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from rescind.flask import Rescind
from rescind.wsgi.servers import without_threads

STARTED: dict[str, Any] = {
    "http-socket": b"127.0.0.1:9191",
    "callable": b"app",
    "master": True,
    "processes": b"1",
}


def under_uwsgi(monkeypatch: pytest.MonkeyPatch, opt: dict[str, Any]) -> None:
    module = ModuleType("uwsgi")
    module.opt = opt  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "uwsgi", module)


@pytest.mark.parametrize(
    ("more", "said"), [({}, True), ({"enable-threads": True}, False), ({"threads": b"2"}, False)]
)
def test_it_is_said_once_where_an_application_starts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, more: dict[str, Any], said: bool
) -> None:
    under_uwsgi(monkeypatch, STARTED | more)
    with caplog.at_level(logging.WARNING, "rescind"):
        Rescind("memory://").init_app(Flask(__name__))
    assert ["--enable-threads" in one.getMessage() for one in caplog.records] == [True] * said


def test_elsewhere_there_is_nothing_to_say() -> None:
    assert "uwsgi" not in sys.modules
    assert without_threads() is None
