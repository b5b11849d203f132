"""The program in a folder of its own, with an empty environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.shell import Shell

from rescind import Rescind


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, without settings from outside."""
    for name in list(os.environ):
        if name.startswith("RESCIND_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


@pytest.fixture
def url(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the application's database is; also in the environment."""
    monkeypatch.setenv("RESCIND_URL", f"sqlite:///{folder / 'app.db'}")
    return os.environ["RESCIND_URL"]


@pytest.fixture
def auth(url: str) -> Iterator[Rescind[str]]:
    """The application's engine on that database, open."""
    with Rescind(url) as engine:
        yield engine


@pytest.fixture
def shell() -> Shell:
    return Shell()
