"""A whole review: paths in; findings, what was excused and what could not be read out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rescind.reading import Project, Unread, paused, read
from rescind.review.cache import Cache, Kept, key_of
from rescind.review.finding import CONFIDENCES, SEVERITIES, Confidence, Finding, Severity
from rescind.review.ignores import Excused, Remark, sift
from rescind.review.marks import Mark
from rescind.review.rule import Rule, rules
from rescind.review.work import Told, look_at
from rescind.tooling.errors import ToolError


class ReviewError(ToolError):
    """What was asked for of a review cannot be done."""


class Wanted(NamedTuple):
    """What to look for.

    Attributes:
        select: numbers of rules, their beginnings (``RSC1``) or classes (``deser``); none: all.
        ignore: the same, left out.
        severity: this one and worse.
        confidence: this one and surer.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Severity = "low"
    confidence: Confidence = "low"

    def rules(self) -> tuple[Rule, ...]:
        """Those that are asked for.

        Raises:
            ReviewError: nothing has such a number or class.
        """
        chosen = named(self.select, "--select") if self.select else set(rules())
        chosen -= named(self.ignore, "--ignore")
        return tuple(rule for rule in rules() if rule in chosen)

    def wants(self, finding: Finding) -> bool:
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.severity) and CONFIDENCES.index(
            finding.confidence
        ) <= CONFIDENCES.index(self.confidence)


def named(words: Iterable[str], option: str) -> set[Rule]:
    found: set[Rule] = set()
    for word in words:
        some = {rule for rule in rules() if rule.number.startswith(word.upper()) or rule.kind == word.lower()}
        if not some or not word:
            raise ReviewError(
                f"{option} {word}: no rule has such a number or class; `rescind explain` lists them"
            )
        found |= some
    return found


@dataclass(frozen=True, slots=True)
class Review:
    """What a review came to.

    Attributes:
        findings: by file, line and rule.
        unread: files and statements that nobody looked at, and files that some rules did not.
        remarks: about comments that excuse nothing, or nothing any more.
        excused: findings that a comment excuses, with its reason.
        files, lines: how much was read.
        project: whose code it is.
        asked: numbers of the rules that looked.
        wanted: what was asked for.
        known: how many findings are left out because a baseline or the revision before has them.
        gone: those of the baseline that are no more.
    """

    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    remarks: tuple[Remark, ...]
    excused: tuple[Excused, ...]
    files: int
    lines: int
    project: Project
    asked: frozenset[str]
    wanted: Wanted
    known: int = 0
    gone: tuple[Mark, ...] = ()

    def to_dict(self, version: str) -> dict[str, Any]:
        """As ``rescind review --json`` prints it."""
        return {
            "tool": "rescind review",
            "version": version,
            "findings": [each.to_dict() for each in self.findings],
            "unread": [{"file": each.file, "why": why(each)} for each in self.unread],
            "summary": {
                "files": self.files,
                "lines": self.lines,
                "findings": len(self.findings),
                "excused": len(self.excused),
                "known": self.known,
                "gone": [each.to_dict() for each in self.gone],
                "by_severity": dict(Counter(each.severity for each in self.findings)),
                "by_class": dict(Counter(each.kind for each in self.findings)),
                "remarks": [each._asdict() for each in self.remarks],
            },
        }


def why(unread: Unread) -> str:
    """Why it was not read, with the lines if it is not the whole file."""
    if not unread.first:
        return unread.why
    return f"lines {unread.first}-{unread.last}: {unread.why}"


def review(
    *paths: Path | str,
    wanted: Wanted | None = None,
    root: Path | str | None = None,
    exclude: Sequence[str] = (),
    told: Told | None = None,
    jobs: int = 1,
    cache: Path | None = None,
) -> Review:
    """Review the Python files below the paths; nothing of them is run.

    Args:
        wanted: what to look for; everything, if nothing is said.
        root: as of `rescind.reading.read`.
        exclude: patterns of files and folders that are left out.
        told: called when a module has been looked at: its file, the how manyth it is, of how many.
        jobs: how many processes look, if there is enough to look at.
        cache: the folder where findings are kept for the next time; None: nothing is.

    Raises:
        ReadingError: a path is not there.
        ReviewError: ``wanted`` names a rule that is not there.
    """
    wanted = wanted or Wanted()
    asked = wanted.rules()
    with paused():
        project = read(*paths, root=root, exclude=exclude)
        keeper = None if cache is None else Cache(cache)
        key = "" if keeper is None else key_of(project, asked)
        kept = None if keeper is None else keeper.load(key)
        if kept is None:
            kept = looked(project, asked, jobs, told)
            if keeper is not None:
                keeper.store(key, kept)
        return of_project(project, kept, asked, wanted)


def looked(project: Project, asked: Sequence[Rule], jobs: int, told: Told | None) -> Kept:
    """Every finding, by module, line and rule; what is wrong may be in another module than is looked at."""
    found: dict[tuple[str, int, int, str], Finding] = {}
    done = look_at(project, asked, jobs, told)
    for some in done:
        for each in some.findings:
            found.setdefault(each.order, each)
    return Kept(
        tuple(sorted(found.values(), key=lambda each: each.order)),
        tuple(each for module in project.modules for each in module.unread),
        tuple(each for some in done for each in some.failed),
    )


def of_project(project: Project, kept: Kept, asked: Sequence[Rule], wanted: Wanted) -> Review:
    known, numbers = (frozenset(rule.number for rule in some) for some in (rules(), asked))
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for each in kept.findings:
        by_file[each.file].append(each)
    findings: list[Finding] = []
    remarks: list[Remark] = []
    excused: list[Excused] = []
    lines = 0
    for module in project.modules:
        done = sift(module, by_file[module.file], known, numbers)
        findings += [each for each in done.kept if wanted.wants(each)]
        remarks += done.remarks
        excused += done.excused
        lines += len(module.lines)
    return Review(
        findings=tuple(sorted(findings, key=lambda each: each.order)),
        unread=(*project.unread_files, *kept.unread, *kept.failed),
        remarks=tuple(remarks),
        excused=tuple(sorted(excused, key=lambda each: each.finding.order)),
        files=len(project.modules),
        lines=lines,
        project=project,
        asked=numbers,
        wanted=wanted,
    )
