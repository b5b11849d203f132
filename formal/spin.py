"""Runs one model with one set of switches: spin makes a checker of it, gcc compiles that, it explores."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from formal.table import Run

HERE = Path(__file__).parent
INSTALL = "apt-get install -y spin gcc libc6-dev"
MEMORY = 6000
"""MB that one exploration may take before it gives up."""
DEPTH = 2_000_000
"""Steps that one path may have."""


EFFORT = {"quick": ["-O0"], "long": ["-O1"], "large": ["-O2", "-DCOLLAPSE"]}
"""Compiling takes longer than exploring what is small; what is large is kept compact."""


class Incomplete(Exception):
    """The exploration did not come to its end, so it says nothing: no memory left, or a path too long."""


@dataclass(frozen=True)
class Found:
    """What an exploration found.

    Attributes:
        wrong: the first thing that does not hold (an assertion, a cycle), ``None`` if everything does.
        states: different ones that were seen.
        depth: steps of the longest path.
        seconds: of the exploration, without making the checker.
    """

    wrong: str | None
    states: int
    depth: int
    seconds: float


@cache
def program(name: str) -> str:
    """The path of spin or gcc.

    Raises:
        RuntimeError: it is not installed; the message has the line that installs it.
    """
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed, and the model is checked by the real one: {INSTALL}")
    return found


def explore(run: Run) -> Found:
    """Explore every state, or until something is found.

    Raises:
        Incomplete: see there.
        RuntimeError: a program is missing, or the model is not well-formed.
    """
    with tempfile.TemporaryDirectory(prefix="rescind-spin-") as folder:
        for file in HERE.glob("*.pml"):
            shutil.copy(file, folder)
        _make(run, Path(folder))
        return _run(run.formula, Path(folder))


def _make(run: Run, folder: Path) -> None:
    defined = [f"-D{switch}" for switch in run.switches.split()]
    _tool([program("spin"), *defined, "-a", f"{run.model}.pml"], folder)
    kind = ["-DSAFETY", "-DNOCLAIM"] if run.formula is None else ["-DNFAIR=3"]
    # What gcc says of generated code says nothing about the model: -w.
    command = [program("gcc"), *EFFORT[run.size], "-w", *kind, f"-DMEMLIM={MEMORY}", "-o", "pan", "pan.c"]
    _tool(command, folder)


def _tool(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0 or "error" in done.stdout.lower():
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def _run(formula: str | None, folder: Path) -> Found:
    how = [] if formula is None else ["-a", "-f", "-N", formula]
    began = time.monotonic()
    command = ["./pan", f"-m{DEPTH}", "-w22", *how]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    return understood(done.stdout + done.stderr, time.monotonic() - began)


def understood(said: str, seconds: float) -> Found:
    """What the checker's report means.

    Raises:
        Incomplete: it did not come to its end and found nothing.
    """
    errors = re.search(r"errors: (\d+)", said)
    states = re.search(r"(\d+) states, stored", said)
    depth = re.search(r"depth reached (\d+)", said)
    wrong = re.search(r"^pan:1: (.*?) \(at depth \d+\)", said, re.MULTILINE)
    cut = re.search(r"max search depth too small|out of memory|reached -DMEMLIM|not completed", said)
    if wrong is None and cut is not None:
        raise Incomplete(f"the exploration did not come to its end: {cut[0]}")
    if errors is None or states is None or depth is None or (int(errors[1]) > 0) != (wrong is not None):
        raise RuntimeError(f"the checker's report is not understood:\n{said}")
    return Found(None if wrong is None else wrong[1], int(states[1]), int(depth[1]), seconds)
