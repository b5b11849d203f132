"""Real fixes: releases of packages before and after a published advisory, and which tools tell them apart.

``fixes.toml`` names each pair, the file, and the function or class whose lines the fix changed; nothing of
theirs is kept here. A tool tells a pair apart when it has a finding of the class in that place before, and
none there after. Tools that look at one file at a time get that file alone; rescind gets the folder that
the pair names, or the file's own.
"""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.gate import BenchFailed, Report, Row, Table
from bench.review import reviewers
from bench.review.labels import CLASSES, definitions, lines_of, text_of
from bench.review.packages import fetch
from bench.review.reviewers import OURS, Finding, review

FIXES = Path(__file__).parent / "fixes.toml"
SIDES = ("before", "after")
NOT_READ = ("tests", "test", "locale", "static", "__pycache__")
REQUIRED = {"package", "before", "after", "file", "within", "class", "advisory"}
OPTIONAL = {"or", "file_after", "within_after", "folder"}
APART, ALIKE, SILENT = "told apart", "said of both", "not said before"


@dataclass(frozen=True)
class Fix:
    """One pair of releases.

    Attributes:
        places: file and dotted name of what was changed, before and after.
        accepted: the classes of findings that count.
        folder: what rescind reads, relative to the package's root.
    """

    package: str
    versions: tuple[str, str]
    places: tuple[tuple[str, str], tuple[str, str]]
    kind: str
    accepted: frozenset[str]
    advisory: str
    folder: str

    @property
    def name(self) -> str:
        return f"{self.package} {self.versions[0]} -> {self.versions[1]}"


def read_fixes(path: Path = FIXES) -> list[Fix]:
    """
    Raises:
        BenchFailed: an entry has unknown keys, misses one, or names no class.
    """
    fixes = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["fix"]:
        accepted = frozenset({entry.get("class"), *entry.get("or", [])})
        if not REQUIRED <= set(entry) <= REQUIRED | OPTIONAL or not accepted <= set(CLASSES):
            raise BenchFailed(f"{path.name}: {entry} needs {sorted(REQUIRED)} and classes among {CLASSES}")
        before = entry["file"], entry["within"]
        after = entry.get("file_after", before[0]), entry.get("within_after", before[1])
        fixes.append(
            Fix(
                entry["package"], (entry["before"], entry["after"]), (before, after), entry["class"],
                accepted, entry["advisory"], entry.get("folder", str(Path(entry["file"]).parent)),
            )
        )  # fmt: skip
    return fixes


def lines_at(root: Path, file: str, within: str) -> tuple[int, int] | None:
    """The lines of a function or class; None when it is not there."""
    path = root / file
    found = [node for name, node in definitions(path) if name == within] if path.is_file() else []
    return lines_of(found[0]) if found else None


def text_at(root: Path, file: str, within: str) -> list[str] | None:
    lines = lines_at(root, file, within)
    return None if lines is None else text_of(root / file)[lines[0] - 1 : lines[1]]


def in_place(findings: list[Finding], root: Path, fix: Fix, side: int) -> bool:
    file, within = fix.places[side]
    lines = lines_at(root, file, within)
    return lines is not None and any(
        f.file == root / file and f.kind in fix.accepted and lines[0] <= f.line <= lines[1] for f in findings
    )


def verdict(before: bool, after: bool) -> str:
    return SILENT if not before else ALIKE if after else APART


def laid_out(fixes: list[Fix], place: Path) -> tuple[Path, Path]:
    """Two trees, ``<number>/<side>/...``: the changed files alone, and the folders that rescind reads.

    Raises:
        BenchFailed: a pair's place is not in the release before, or is the same in both.
    """
    alone, folders = place / "alone", place / "folders"
    for number, fix in enumerate(fixes):
        roots = [fetch(fix.package, version) for version in fix.versions]
        before, after = (text_at(root, *there) for root, there in zip(roots, fix.places, strict=True))
        if before is None or before == after:
            what = "is not in" if before is None else "is the same before and after in"
            raise BenchFailed(f"{fix.name}: {fix.places[0][1]} {what} {fix.places[0][0]} (fixes.toml)")
        for side, name in enumerate(SIDES):
            source, file = roots[side], fix.places[side][0]
            if (source / file).is_file():
                target = alone / str(number) / name / file
                target.parent.mkdir(parents=True)
                shutil.copy(source / file, target)
            target = folders / str(number) / name / fix.folder
            shutil.copytree(source / fix.folder, target, ignore=shutil.ignore_patterns(*NOT_READ))
    return alone, folders


def run(*, show: bool = False) -> Report:
    """Measure; ``show`` adds nothing here, the table has every pair."""
    del show
    fixes = read_fixes()
    tools = reviewers.names()
    with tempfile.TemporaryDirectory(prefix="review-") as made:
        alone, folders = laid_out(fixes, Path(made).resolve())
        said = {}
        for tool in tools:
            tree = folders if tool == OURS else alone
            projects = [tree / str(n) / side for n in range(len(fixes)) for side in SIDES]
            findings = review(tool, tree, projects).findings
            said[tool] = [judged(findings, tree / str(n), fix) for n, fix in enumerate(fixes)]
    return reported(fixes, said)


def judged(findings: list[Finding], tree: Path, fix: Fix) -> str:
    there = partial(in_place, findings)
    return verdict(there(tree / SIDES[0], fix, 0), there(tree / SIDES[1], fix, 1))


def reported(fixes: list[Fix], said: dict[str, list[str]]) -> Report:
    report = Report("fixes", rows=[], gates=[])
    counted = {tool: Counter(verdicts) for tool, verdicts in said.items()}
    columns = ["tool", APART, ALIKE, SILENT]
    rows = [[tool, *(str(count[word]) for word in columns[1:])] for tool, count in counted.items()]
    report.tables.append(Table(f"{len(fixes)} pairs of releases", columns, rows))
    mark = {APART: "apart", ALIKE: "both", SILENT: "-"}
    pairs = [
        [fix.name, fix.kind, fix.advisory, *(mark[verdicts[n]] for verdicts in said.values())]
        for n, fix in enumerate(fixes)
    ]
    report.tables.append(Table("each pair", ["pair", "class", "advisory", *said], pairs))
    report.rows.extend(Row(f"{tool}, told apart", str(c[APART]), c[APART]) for tool, c in counted.items())
    return report
