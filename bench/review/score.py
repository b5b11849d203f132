"""Precision, recall and F1 of what a reviewer said of labelled cases.

A finding counts for a case when its line is in one of the spans of the case and its class is one that the
case accepts. Several findings at one case count once. A finding that counts for no case is a false alarm
where it is, once for each line and class, with one exception: at a vulnerable place under another class it
is neither, for the place is right and the name is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.review.labels import CLASSES, Case
from bench.review.reviewers import Finding


@dataclass
class Tally:
    """Of one class or of all of them.

    Attributes:
        hit: vulnerable cases that were found.
        missed: vulnerable cases that were not.
        alarms: fine cases with a finding.
        elsewhere: findings where no label is.
        quiet: fine cases without a finding.
    """

    hit: int = 0
    missed: int = 0
    alarms: int = 0
    elsewhere: int = 0
    quiet: int = 0

    @property
    def precision(self) -> float:
        """Of what was said, the part that is true; 0 where nothing was said."""
        said = self.hit + self.alarms + self.elsewhere
        return self.hit / said if said else 0.0

    @property
    def recall(self) -> float:
        there = self.hit + self.missed
        return self.hit / there if there else 0.0

    @property
    def f1(self) -> float:
        together = self.precision + self.recall
        return 2 * self.precision * self.recall / together if together else 0.0

    def add(self, other: Tally) -> None:
        self.hit += other.hit
        self.missed += other.missed
        self.alarms += other.alarms
        self.elsewhere += other.elsewhere
        self.quiet += other.quiet


@dataclass
class Score:
    """What one reviewer did on one part of the corpus."""

    of_class: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in CLASSES})
    missed: list[Case] = field(default_factory=list)
    alarms: list[Case] = field(default_factory=list)
    elsewhere: list[Finding] = field(default_factory=list)

    @property
    def all(self) -> Tally:
        total = Tally()
        for tally in self.of_class.values():
            total.add(tally)
        return total

    @property
    def worst(self) -> tuple[str, float]:
        """The class with the lowest F1, and that."""
        kind = min(CLASSES, key=lambda name: self.of_class[name].f1)
        return kind, self.of_class[kind].f1


def at(case: Case, finding: Finding) -> bool:
    return any(span.touches(finding.file, finding.line, finding.line) for span in case.spans)


def counts_for(case: Case, finding: Finding) -> bool:
    return finding.kind in case.accepted and at(case, finding)


def score(cases: Iterable[Case], findings: Iterable[Finding]) -> Score:
    """Holds findings against labels; their files are the same paths."""
    all_cases, all_findings = list(cases), sorted(findings)
    result = Score()
    used: set[Finding] = set()
    for case in all_cases:
        counting = {finding for finding in all_findings if counts_for(case, finding)}
        used |= counting
        tally = result.of_class[case.kind]
        if case.vulnerable:
            tally.hit += bool(counting)
            tally.missed += not counting
            result.missed += [case] * (not counting)
        else:
            tally.alarms += bool(counting)
            tally.quiet += not counting
            result.alarms += [case] * bool(counting)
    places: set[tuple[object, int, str]] = set()
    for finding in all_findings:
        place = (finding.file, finding.line, finding.kind)
        if finding in used or place in places or any(c.vulnerable and at(c, finding) for c in all_cases):
            continue
        places.add(place)
        result.of_class[finding.kind].elsewhere += 1
        result.elsewhere.append(finding)
    return result
