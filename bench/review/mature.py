"""False alarms on code that many have read: what rescind says of it, held against ``triage.toml``.

A finding is known by its fingerprint: package, file, class, the function around it, and which of several
there it is; not by its line, so that an added import changes nothing. What has been looked at stands in the
triage with a verdict and a reason; what has not is shown and counts as a false alarm until somebody has.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.gate import BenchFailed, Gate, Report, Row, Table
from bench.review import reviewers
from bench.review.labels import CLASSES, definitions
from bench.review.packages import fetch
from bench.review.reviewers import OURS, Finding, review

TRIAGE = Path(__file__).parent / "triage.toml"
PER = 10_000
AT_MOST = 1.0
THIS_PROJECT = "this project"
SOURCE = Path(__file__).parents[2] / "src" / "rescind"


@dataclass(frozen=True)
class Verdict:
    """What somebody who looked has decided: ``true`` is a defect."""

    true: bool
    reason: str


def read_triage(path: Path = TRIAGE) -> tuple[list[dict[str, Any]], dict[str, Verdict]]:
    """The packages to review, and the verdicts by fingerprint.

    Raises:
        BenchFailed: an entry is incomplete or stands twice.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    verdicts: dict[str, Verdict] = {}
    for entry in document.get("finding", []):
        mark, true, reason = entry.get("fingerprint"), entry.get("true"), entry.get("reason")
        if not mark or not isinstance(true, bool) or not reason or entry.get("class") not in CLASSES:
            raise BenchFailed(f"{path.name}: {entry} needs fingerprint, class, true or false, and a reason")
        if mark in verdicts:
            raise BenchFailed(f"{path.name}: {mark} stands twice")
        verdicts[mark] = Verdict(true, reason)
    return document["package"], verdicts


def fingerprints(package: str, root: Path, findings: Iterable[Finding]) -> dict[str, Finding]:
    """The findings in one package, by what they are known by."""
    seen: Counter[tuple[str, str, str]] = Counter()
    marks = {}
    for finding in sorted(findings):
        file = finding.file.relative_to(root).as_posix()
        key = (file, finding.kind, around(finding))
        seen[key] += 1
        text = "\0".join([package, *key, str(seen[key])])
        marks[hashlib.sha256(text.encode()).hexdigest()[:12]] = finding
    return marks


def around(finding: Finding) -> str:
    """The dotted name of the innermost function or class around a finding, empty at the top of a file."""
    try:
        found = definitions(finding.file)
    except SyntaxError:
        return ""
    holding = [
        (n.end_lineno or 0) - n.lineno for _, n in found if n.lineno <= finding.line <= (n.end_lineno or 0)
    ]
    names = [name for name, n in found if n.lineno <= finding.line <= (n.end_lineno or 0)]
    return min(zip(holding, names, strict=True), default=(0, ""))[1]


def copied(package: dict[str, Any], target: Path) -> Path:
    """The parts of a package that are reviewed, in a folder of their own, without its tests."""
    source = SOURCE.parent if package["name"] == THIS_PROJECT else fetch(package["name"], package["version"])
    for part in package["paths"]:
        there, here = source / part, target / part
        here.parent.mkdir(parents=True, exist_ok=True)
        if there.is_dir():
            shutil.copytree(there, here, ignore=shutil.ignore_patterns("tests", "__pycache__"))
        elif there.is_file():
            shutil.copy(there, here)
        else:
            raise BenchFailed(f"{package['name']} has no {part}: triage.toml names it")
    return target


def lines_in(folder: Path) -> int:
    """Physical lines of Python."""
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))


def run(*, show: bool = False) -> Report:
    """Measure; ``show`` also prints what was triaged as false."""
    packages, verdicts = read_triage()
    report = Report("mature", rows=[], gates=[])
    tools = reviewers.names()
    said: dict[str, Counter[str]] = {tool: Counter() for tool in tools}
    sizes: dict[str, int] = {}
    known: dict[str, Finding] = {}
    with tempfile.TemporaryDirectory(prefix="review-") as made:
        for number, package in enumerate(packages):
            root = copied(package, Path(made).resolve() / str(number))
            name = f"{package['name']} {package.get('version', '')}".strip()
            sizes[name] = lines_in(root)
            for tool in tools:
                findings = review(tool, root).findings
                said[tool][name] = len(findings)
                if tool == OURS:
                    known |= fingerprints(package["name"], root, findings)
        notes = [untriaged(mark, f) for mark, f in known.items() if mark not in verdicts]
    total = sum(sizes.values())
    rows = [[name, f"{size:,}", *(str(said[tool][name]) for tool in tools)] for name, size in sizes.items()]
    rows.append(["all", f"{total:,}", *(str(said[tool].total()) for tool in tools)])
    rows.append([f"per {PER:,} lines", "", *(f"{said[tool].total() * PER / total:.1f}" for tool in tools)])
    report.tables.append(Table("findings on mature code", ["code", "lines", *tools], rows))
    report.notes.append(
        "Of the others nothing is triaged: their figures are of what they say, true or false."
    )
    judge(report, known, verdicts, total)
    report.notes.extend(notes)
    if show:
        report.notes.extend(
            f"false: {m}: {verdicts[m].reason}" for m in known if m in verdicts and not verdicts[m].true
        )
    return report


def judge(report: Report, known: dict[str, Finding], verdicts: dict[str, Verdict], lines: int) -> None:
    true = sum(mark in verdicts and verdicts[mark].true for mark in known)
    false = sum(mark in verdicts and not verdicts[mark].true for mark in known)
    rest = len(known) - true - false
    gone = sorted(set(verdicts) - set(known))
    report.tables.append(
        Table(
            "what rescind says there, triaged",
            ["true", "false", "not looked at yet"],
            [[str(true), str(false), str(rest)]],
        )
    )
    rate = (false + rest) * PER / lines
    report.rows.append(Row(f"false alarms per {PER:,} lines", f"{rate:.2f}", rate))
    report.gates.append(Gate(f"false alarms per {PER:,} lines", rate, at_most=AT_MOST))
    if gone:
        report.notes.append(f"In the triage, and said no more: {', '.join(gone)}")


def untriaged(mark: str, finding: Finding) -> str:
    place = "/".join(finding.file.parts[-3:])
    inside = around(finding) or "the module"
    return f"not looked at: {mark} {place}:{finding.line} {finding.kind} ({finding.rule}) in {inside}"
