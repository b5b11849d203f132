"""One line for each failure, and nothing from elsewhere ends a line or a field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.paths.test_sarif import HOSTILE, failures, shop

from rescind.paths.annotations import workflow_commands


def test_a_failure(tmp_path: Path) -> None:
    (line,) = workflow_commands(failures("/me"), shop(tmp_path))
    assert line.startswith(
        "::error file=shop/views.py,line=12,title=too-slow::GET /me: signed out: 1 h; wanted"
    )
    assert "%0A" in line and "\n" not in line


def test_what_is_excused_is_not_told_and_a_library_has_no_place(tmp_path: Path) -> None:
    found = failures("/me", file="fastapi/x.py")
    (line,) = workflow_commands(found, tmp_path)
    assert line.startswith("::error title=too-slow::GET /me")
    assert list(workflow_commands([replace(found[0], reason="until May")], tmp_path)) == []


def test_nothing_from_elsewhere_becomes_a_command(tmp_path: Path) -> None:
    (line,) = workflow_commands(failures(HOSTILE), tmp_path)
    assert "\n" not in line and "\r" not in line and "%0D%0A::error::" in line
