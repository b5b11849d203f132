"""What counts as found, missed and invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.review.labels import Case, Span
from bench.review.reviewers import Finding
from bench.review.score import Tally, score

FILE = Path("/corpus/seen/toy/a.py")


def case(first: int, last: int, *, kind: str = "timing", vulnerable: bool = True, also: str = "") -> Case:
    accepted = frozenset({kind, also} - {""})
    return Case("seen", "toy", kind, accepted, vulnerable, "so", (Span(FILE, first, last),), first)


def finding(line: int, kind: str = "timing", file: Path = FILE) -> Finding:
    return Finding(file, line, kind, "R1", "tool")


def counted(found: Tally) -> tuple[int, int, int, int, int]:
    return found.hit, found.missed, found.alarms, found.elsewhere, found.quiet


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], (0, 1, 0, 0, 1)),
        ([finding(4)], (1, 0, 0, 0, 1)),
        ([finding(6)], (1, 0, 0, 0, 1)),
        ([finding(4), finding(5)], (1, 0, 0, 0, 1)),
        ([finding(10)], (0, 1, 1, 0, 0)),
        ([finding(7)], (0, 1, 0, 1, 1)),
        ([finding(7), finding(7)], (0, 1, 0, 1, 1)),
        ([finding(4, file=Path("/corpus/seen/toy/b.py"))], (0, 1, 0, 1, 1)),
    ],
    ids=["silence", "first line", "last line", "twice", "fine", "elsewhere", "elsewhere twice", "other file"],
)
def test_a_finding_counts_by_line_and_class(
    findings: list[Finding], expected: tuple[int, int, int, int, int]
) -> None:
    cases = [case(4, 6), case(10, 10, vulnerable=False)]
    assert counted(score(cases, findings).of_class["timing"]) == expected


def test_another_class_at_a_vulnerable_place_is_neither_found_nor_invented() -> None:
    result = score([case(4, 6)], [finding(5, "jwt")])
    assert counted(result.all) == (0, 1, 0, 0, 0)


def test_another_class_at_a_fine_place_is_a_false_alarm_of_that_class() -> None:
    result = score([case(4, 6, vulnerable=False)], [finding(5, "jwt")])
    assert counted(result.of_class["jwt"]) == (0, 0, 0, 1, 0)
    assert counted(result.of_class["timing"]) == (0, 0, 0, 0, 1)


def test_a_class_that_the_label_accepts_counts_for_the_class_of_the_label() -> None:
    result = score([case(4, 6, also="hardcoded")], [finding(5, "hardcoded")])
    assert counted(result.of_class["timing"]) == (1, 0, 0, 0, 0)
    assert counted(result.of_class["hardcoded"]) == (0, 0, 0, 0, 0)


def test_the_figures_are_those_of_the_textbook() -> None:
    tally = Tally(hit=6, missed=2, alarms=1, elsewhere=1)
    assert (tally.precision, tally.recall, tally.f1) == (0.75, 0.75, 0.75)
    assert (Tally(missed=3).precision, Tally(missed=3).f1) == (0.0, 0.0)


def test_the_weakest_class_is_named() -> None:
    assert score([case(4, 6)], [finding(4)]).worst[1] == 0.0
