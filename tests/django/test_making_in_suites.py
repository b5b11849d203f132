"""A project's suite, run whole: ``LiveServerTestCase``, ``TestCase`` and ``TransactionTestCase``, by Django's
runner, in one process and in several, and by pytest-xdist. Afterwards no thread is left, and no connection.

Mutation: an engine in a test with the lease of the settings; every case notices.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.django.places import server_at

ROOT = Path(__file__).parents[2]
PROJECT = "tests.django.projects.with_suite"
CASES = 7


def run(*command: str, database: dict[str, Any] | None = None, **more: str) -> str:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": PROJECT, "PYTHONPATH": str(ROOT)} | more
    environment.pop("PYTEST_XDIST_WORKER", None)  # of the run that this is part of
    if database is not None:
        environment["DATABASE"] = json.dumps(database)
    words = [sys.executable, "-W", "error", "-m", *command]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def by_django(*more: str, database: dict[str, Any] | None = None) -> None:
    said = run("django", "test", "tests.django.projects.suite_cases", "--noinput", *more, database=database)
    assert re.search(rf"^Ran {CASES} tests", said, re.MULTILINE)


def by_pytest(folder: Path, *, database: dict[str, Any] | None = None) -> None:
    """Away from the settings of this run."""
    suite, said = folder / "suite", folder / "said"
    suite.mkdir()
    said.mkdir()
    (suite / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    (suite / "test_suite.py").write_text("from tests.django.projects.suite_cases import *\n")
    options = ["-q", "-n", "2", "-p", PROJECT, "-c", str(suite / "pytest.ini"), str(suite)]
    told = run("pytest", *options, database=database, SAID=str(said))
    assert f"{CASES} passed" in told
    left = [json.loads(one.read_text()) for one in said.iterdir()]
    assert left == [[], []], "two processes, and nothing of theirs"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> dict[str, Any] | None:
    if request.param == "sqlite":
        return None
    server = request.getfixturevalue("postgres_server")
    return server_at(server.url(server.create())).database


def test_django_runs_it() -> None:
    by_django()


@pytest.mark.long
@pytest.mark.parametrize("more", [(), ("--parallel", "2"), ("--shuffle", "7")], ids=str)
def test_django_runs_it_anywhere(more: tuple[str, ...], database: dict[str, Any] | None) -> None:
    by_django(*more, database=database)


@pytest.mark.long
def test_pytest_runs_it_in_several_processes(tmp_path: Path, database: dict[str, Any] | None) -> None:
    by_pytest(tmp_path, database=database)
