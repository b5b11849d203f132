"""What reviews code here, and what each says: rescind itself, Bandit, Ruff's ``S`` rules, Semgrep's engine
with the rules of ``semgrep.yml``, and dlint.

``rules.toml`` says which class each rule of the others speaks of. They look at one file at a time; rescind
gets each project by itself, so that it can follow imports from its root.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.gate import BenchFailed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = (ROOT / ".venv" / "reviewers" / "bin", Path(sys.executable).parent)
RULES: dict[str, dict[str, str]] = tomllib.loads((HERE / "rules.toml").read_text(encoding="utf-8"))
LONGEST = 900.0


@dataclass(frozen=True, order=True)
class Finding:
    """What a tool said.

    Attributes:
        kind: one of the classes, empty where the rule speaks of something else.
        line: of its beginning, from 1.
    """

    file: Path
    line: int
    kind: str
    rule: str
    tool: str


@dataclass(frozen=True)
class Said:
    """What a tool said of some folders, and how long that took in seconds."""

    findings: list[Finding]
    seconds: float
    unknown: frozenset[str] = field(default=frozenset())


Reader = Callable[[Path], Iterable[tuple[str, str, int]]]


def program(name: str) -> Path:
    """
    Raises:
        BenchFailed: it is not installed.
    """
    found = next((folder / name for folder in PROGRAMS if (folder / name).exists()), None)
    if found is None:
        raise BenchFailed(f"{name} is not installed: `make bench-review` installs the extra [reviewers]")
    return found


def output(command: Sequence[str | Path], folder: Path, fine: tuple[int, ...] = (0, 1)) -> str:
    """What a command prints, run in a folder.

    Raises:
        BenchFailed: it failed or took longer than ``LONGEST`` seconds.
    """
    quiet = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0", "NO_COLOR": "1"}
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            list(map(str, command)), cwd=folder, env=os.environ | quiet, check=False,
            capture_output=True, text=True, timeout=LONGEST,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BenchFailed(f"{name} took longer than {LONGEST:g} s in {folder}") from error
    if done.returncode not in fine:
        raise BenchFailed(f"{name} ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
    return done.stdout


def told(command: Sequence[str | Path], folder: Path) -> Any:
    text = output(command, folder)
    try:
        return json.loads(text)
    except ValueError as error:
        raise BenchFailed(f"{Path(command[0]).name} printed no JSON: {text[:200]!r}") from error


def bandit(folder: Path) -> Iterable[tuple[str, str, int]]:
    found = told([program("bandit"), "-q", "-r", ".", "-f", "json", "--ignore-nosec"], folder)
    return ((r["test_id"], r["filename"], r["line_number"]) for r in found["results"])


def ruff(folder: Path) -> Iterable[tuple[str, str, int]]:
    options = ["--isolated", "--select", "S", "--no-respect-gitignore", "--no-cache", "--ignore-noqa"]
    found = told([program("ruff"), "check", *options, "--output-format", "json", "."], folder)
    return ((r["code"] or "", r["filename"], r["location"]["row"]) for r in found)


def semgrep(folder: Path) -> Iterable[tuple[str, str, int]]:
    (folder / ".semgrepignore").touch()  # else its own list leaves out every folder with tests
    options = ["--metrics=off", "--disable-version-check", "--disable-nosem", "--no-git-ignore"]
    command: list[str | Path] = [
        program("semgrep"),
        "scan",
        *options,
        "--config",
        HERE / "semgrep.yml",
        "--json",
        ".",
    ]
    found = told(command, folder)
    return ((r["check_id"].rpartition(".")[2], r["path"], r["start"]["line"]) for r in found["results"])


def dlint(folder: Path) -> Iterable[tuple[str, str, int]]:
    # dlint is a plug-in of flake8, and only in the environment that has both.
    options = ["--isolated", "--select", "DUO", "--disable-noqa", "--format", "%(code)s\t%(row)d\t%(path)s"]
    lines = output([program("flake8"), *options, "."], folder).splitlines()
    parts = (line.split("\t", 2) for line in lines)
    return ((code, path, int(row)) for code, row, path in parts)


OTHERS: dict[str, Reader] = {"Bandit": bandit, "Ruff S": ruff, "Semgrep": semgrep, "dlint": dlint}
TABLES = {"Bandit": "bandit", "Ruff S": "ruff", "Semgrep": "semgrep", "dlint": "dlint"}
VERSIONS = {"Bandit": "bandit", "Ruff S": "ruff", "Semgrep": "semgrep", "dlint": "flake8"}
OURS = "rescind"


def names() -> list[str]:
    """The reviewers of a run, rescind first."""
    return [OURS, *OTHERS]


def rescind(folder: Path) -> list[Finding]:
    """The findings of ``rescind review``; its paths may be relative to the folder."""
    found = told([sys.executable, "-m", "rescind", "review", ".", "--json"], folder)
    return [
        Finding((folder / f["file"]).resolve(), f["line"], f["class"], f["rule"], OURS)
        for f in found["findings"]
    ]


def review(tool: str, folder: Path, projects: Iterable[Path] = ()) -> Said:
    """What one tool says of a folder. rescind gets its ``projects`` one after the other, where there are any.

    Raises:
        BenchFailed: the tool is not installed or failed.
    """
    started = time.perf_counter()
    if tool == OURS:
        ours = [finding for project in list(projects) or [folder] for finding in rescind(project)]
        return Said(sorted(ours), time.perf_counter() - started)
    rows = list(OTHERS[tool](folder))
    seconds, table = time.perf_counter() - started, RULES[TABLES[tool]]
    findings = {
        Finding((folder / path).resolve(), line, table[rule], rule, tool)
        for rule, path, line in rows
        if rule in table
    }
    return Said(sorted(findings), seconds, frozenset(rule for rule, _, _ in rows if rule not in table))


def version(tool: str) -> str:
    if tool == OURS:
        return ""
    printed = output([program(VERSIONS[tool]), "--version"], HERE)
    pattern = r"dlint: ([\d.]+)" if tool == "dlint" else r"(\d+[\d.]+)"
    found = re.search(pattern, printed)
    return found[1] if found else "?"
