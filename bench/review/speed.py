"""How long a review takes, the first time and again, beside Bandit on the same files.

Processor time of whole processes, theirs and of those that they started: what else the machine does counts
little in it. The wall clock of two cores is at best half of it. Bandit is one process, and is held against
one of ours: where two cores share their caches, two processes that work at once cost more each.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.gate import BenchFailed, Gate, Report, Row
from bench.review.reviewers import program

LINES = 100_000
CORES = 2
COLD, WARM, TIMES = 30.0, 3.0, 3.0
TRIES = 2  # one after the other by turns: the least of each, for machines are not equally fast all the time
SOURCE = "django"  # which the tests need anyway


def run(*, show: bool = False) -> Report:
    """Measure; there is nothing to ``show``."""
    del show
    with tempfile.TemporaryDirectory(prefix="speed-") as name:
        code, kept = Path(name) / "code", Path(name) / "kept"
        lines = copied(code)
        ours = [sys.executable, "-m", "rescind", "review", str(code), "--json", "--cache-dir", str(kept)]
        cold = spent([*ours, "--jobs", str(CORES)])
        warm = spent(ours)
        theirs: list[str | Path] = [program("bandit"), "-q", "-r", str(code), "-f", "json"]
        pairs = [(spent([*ours, "--no-cache", "--jobs", "1"]), spent(theirs)) for _ in range(TRIES)]
        alone, bandit = (min(each) for each in zip(*pairs, strict=True))
    return Report(
        "speed",
        [
            Row("lines", f"{lines:,}", lines),
            Row("the first time", f"{cold:.1f} s", cold),
            Row("again", f"{warm:.2f} s", warm),
            Row("in one process", f"{alone:.1f} s", alone),
            Row("Bandit", f"{bandit:.1f} s", bandit),
        ],
        [
            Gate("the first time, processor seconds", cold * LINES / lines, at_most=COLD * CORES),
            Gate("again, processor seconds", warm * LINES / lines, at_most=WARM),
            Gate("in one process, as a multiple of Bandit", alone / bandit, at_most=TIMES),
        ],
        ["processor seconds, all processes together"],
    )


def copied(folder: Path) -> int:
    """Whole packages of Django, in the order of their names, until there are enough lines.

    Raises:
        BenchFailed: it is not installed.
    """
    found = importlib.util.find_spec(SOURCE)
    if found is None or not found.submodule_search_locations:
        raise BenchFailed(f"{SOURCE} is not installed: `make bench-review` installs it")
    root = Path(found.submodule_search_locations[0])
    lines = 0
    for path in sorted(root.rglob("*.py")):
        if lines >= LINES:
            break
        there = folder / SOURCE / path.relative_to(root)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, there)
        lines += path.read_bytes().count(b"\n")
    return lines


def spent(command: Sequence[str | Path]) -> float:
    """Processor seconds of a command and of all that it started.

    Raises:
        BenchFailed: it did not end as a reviewer does.
    """
    before = os.times()
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True)
    after = os.times()
    if done.returncode not in {0, 1}:
        raise BenchFailed(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-300:]}")
    return after.children_user + after.children_system - before.children_user - before.children_system
