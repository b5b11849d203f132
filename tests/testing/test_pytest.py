"""The plugin in the hands of somebody who tests an application: their suite runs here as theirs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

SUITE = Path(__file__).parent / "users_suite"


def run_suite(*options: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, with none of this repository's settings."""
    alone = ["-c", os.devnull, "--rootdir", str(SUITE), "--confcutdir", str(SUITE), "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *alone, *options, "suite.py"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=SUITE, capture_output=True, text=True, env=environment)


def test_the_plugin_serves_a_users_suite() -> None:
    done = run_suite("-q", "-W", "error", "-p", "rescind.testing.pytest")
    assert done.returncode == 0, done.stdout
    written = len(re.findall(r"^def test_", (SUITE / "suite.py").read_text(encoding="utf-8"), re.MULTILINE))
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) == written + 1, "one of them has two rounds"


def test_without_the_plugin_the_fixtures_are_not_there() -> None:
    done = run_suite("-q")
    assert done.returncode == 1
    assert "fixture 'as_user' not found" in done.stdout


def test_the_fixtures_are_listed_with_what_they_do() -> None:
    listed = run_suite("--fixtures", "-p", "rescind.testing.pytest").stdout
    for name in ("auth", "clock", "as_user", "revoke_now"):
        assert re.search(rf"^{name} -- ", listed, re.MULTILINE)
