"""The fixtures auth, clock, as_user and revoke_now, and the application that they are used with."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

pytest_plugins = ["rescind.testing.pytest"]


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """A new one for each test."""
    from examples.flask_app.main import create_app

    return create_app({"RESCIND_URL": "memory://", "NOTES": str(tmp_path / "notes.db"), "TESTING": True})
