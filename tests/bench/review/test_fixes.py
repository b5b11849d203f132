"""The list of real fixes, and what telling a pair apart means."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bench.gate import BenchFailed
from bench.review.fixes import ALIKE, APART, SILENT, Fix, judged, laid_out, read_fixes, reported, verdict
from bench.review.reviewers import Finding

from bench.review import fixes

ADVISORY = re.compile(r"CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+")
BEFORE = "def same(a, b):\n    return a == b\n\n\ndef other(a, b):\n    return a == b\n"
AFTER = (
    "import hmac\n\n\ndef same(a, b):\n    return hmac.compare_digest(a, b)\n\n\n"
    + BEFORE.partition("\n\n\n")[2]
)
PAIR = Fix(
    "toy",
    ("1", "2"),
    (("a.py", "same"), ("a.py", "same")),
    "timing",
    frozenset({"timing"}),
    "CVE-2020-0001",
    ".",
)


def test_there_are_enough_pairs_each_with_its_advisory() -> None:
    pairs = read_fixes()
    assert len(pairs) >= 25
    assert [pair.name for pair in pairs if not ADVISORY.fullmatch(pair.advisory)] == []
    assert len({(pair.name, pair.advisory) for pair in pairs}) == len(pairs)
    assert all(before != after for before, after in (pair.versions for pair in pairs))


@pytest.fixture
def trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for version, text in (("1", BEFORE), ("2", AFTER)):
        (tmp_path / f"toy-{version}").mkdir()
        (tmp_path / f"toy-{version}" / "a.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(fixes, "fetch", lambda name, version: tmp_path / f"{name}-{version}")
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([2], [], APART),
        ([2], [5], ALIKE),
        ([], [], SILENT),
        ([6], [], SILENT),
        ([2], [9], APART),
        ([], [5], SILENT),
    ],
)
def test_a_pair_is_told_apart_by_what_is_said_in_its_place(
    before: list[int], after: list[int], expected: str, trees: Path
) -> None:
    alone, _ = laid_out([PAIR], trees / "made")
    tree = alone / "0"
    findings = [Finding(tree / "before" / "a.py", line, "timing", "R", "t") for line in before]
    findings += [Finding(tree / "after" / "a.py", line, "timing", "R", "t") for line in after]
    assert judged(findings, tree, PAIR) == expected


def test_a_finding_of_another_class_tells_nothing(trees: Path) -> None:
    alone, folders = laid_out([PAIR], trees / "made")
    tree = alone / "0"
    assert judged([Finding(tree / "before" / "a.py", 2, "jwt", "R", "t")], tree, PAIR) == SILENT
    assert (folders / "0" / "after" / "a.py").read_text() == AFTER


def test_a_place_that_is_not_there_is_named(trees: Path) -> None:
    gone = replace(PAIR, places=(("a.py", "gone"), ("a.py", "gone")))
    with pytest.raises(BenchFailed, match=r"toy 1 -> 2: gone is not in a\.py"):
        laid_out([gone], trees / "made")


def test_a_place_that_the_fix_did_not_change_is_named(trees: Path) -> None:
    same = replace(PAIR, places=(("a.py", "other"), ("a.py", "other")))
    with pytest.raises(BenchFailed, match=r"toy 1 -> 2: other is the same before and after"):
        laid_out([same], trees / "made")


def test_the_report_counts_each_verdict() -> None:
    report = reported([PAIR, PAIR], {"one": [APART, SILENT], "two": [ALIKE, APART]})
    assert report.tables[0].rows == [["one", "1", "0", "1"], ["two", "1", "1", "0"]]
    assert report.tables[1].rows[0][-2:] == ["apart", "both"]
    assert verdict(before=False, after=True) == SILENT


@pytest.mark.parametrize("entry", ['package = "toy"', 'colour = "red"'])
def test_an_entry_that_says_too_little_is_refused(entry: str, tmp_path: Path) -> None:
    (tmp_path / "fixes.toml").write_text(f"[[fix]]\n{entry}\n", encoding="utf-8")
    with pytest.raises(BenchFailed, match=r"fixes\.toml"):
        read_fixes(tmp_path / "fixes.toml")
