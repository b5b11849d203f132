"""Whoever ends a run leaves no process behind, and what a test measured is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
SERVED = """
import os, subprocess, sys, time
import pytest

@pytest.fixture(scope="session")
def server():
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(command, start_new_session=True) as child:
        yield child
        child.kill()

def test_it(server):
    with open("made", "w") as file:
        file.write(str(server.pid))
    os.rename("made", "pid")
    time.sleep(600)
"""


def start(folder: Path, suite: str, *options: str) -> subprocess.Popen[str]:
    """A run of that suite with our conftest, in a process group of its own as ``timeout`` makes one."""
    (folder / "test_suite.py").write_text(suite)
    alone = ["-c", os.devnull, "--rootdir", ".", "-p", "tests.conftest", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", "-q", *alone, *options, "test_suite.py"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_a_terminated_run_ends_what_it_started(tmp_path: Path) -> None:
    with start(tmp_path, SERVED, "-n", "1") as run:
        deadline = time.monotonic() + PATIENCE
        while not (tmp_path / "pid").exists():
            assert time.monotonic() < deadline and run.poll() is None, "the suite has not begun"
            time.sleep(0.02)
        server = int((tmp_path / "pid").read_text())
        os.killpg(run.pid, signal.SIGTERM)
        said, _ = run.communicate(timeout=PATIENCE)
    assert "KeyboardInterrupt" in said
    assert not Path(f"/proc/{server}").exists()


def test_what_a_test_measured_is_shown(tmp_path: Path) -> None:
    suite = 'def test_it(record_property):\n    record_property("measured", "7 of 7")\n'
    with start(tmp_path, suite) as run:
        said, _ = run.communicate(timeout=PATIENCE)
    lines = said.splitlines()
    assert "test_suite.py::test_it: 7 of 7" in lines
    assert lines[-1].startswith("1 passed")
