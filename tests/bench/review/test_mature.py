"""Triage: what a finding is known by, and what counts as a false alarm."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.gate import BenchFailed, Report
from bench.review.mature import TRIAGE, Verdict, fingerprints, judge, lines_in, read_triage
from bench.review.reviewers import Finding

from bench.review import mature

CODE = "import os\n\n\nclass A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"


def finding(path: Path, line: int, kind: str = "timing") -> Finding:
    return Finding(path, line, kind, "RSC", "rescind")


def test_a_fingerprint_stays_when_lines_move_and_changes_with_the_function(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder, text in ((old, CODE), (new, "import re\n" + CODE)):
        folder.mkdir()
        (folder / "a.py").write_text(text, encoding="utf-8")
    before = fingerprints("toy", old, [finding(old / "a.py", 6), finding(old / "a.py", 9)])
    after = fingerprints("toy", new, [finding(new / "a.py", 7), finding(new / "a.py", 10)])
    assert list(before) == list(after) and len(before) == 2
    assert not set(before) & set(fingerprints("other", old, [finding(old / "a.py", 6)]))
    assert not set(before) & set(fingerprints("toy", old, [finding(old / "a.py", 6, "jwt")]))


def test_two_findings_in_one_function_are_two(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE, encoding="utf-8")
    assert len(fingerprints("toy", tmp_path, [finding(path, 5), finding(path, 6)])) == 2


def test_code_that_cannot_be_parsed_is_known_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("print 'old'\n", encoding="utf-8")
    assert len(fingerprints("toy", tmp_path, [finding(path, 1)])) == 1


def test_what_nobody_looked_at_counts_as_a_false_alarm(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(CODE, encoding="utf-8")
    known = fingerprints("toy", tmp_path, [finding(path, 5), finding(path, 6), finding(path, 9)])
    first, second, third = known
    report = Report("mature", rows=[], gates=[])
    judge(report, known, {first: Verdict(True, "is one"), second: Verdict(False, "is none")}, lines=20_000)
    assert report.tables[0].rows == [["1", "1", "1"]]
    assert [(gate.value, gate.held) for gate in report.gates] == [(1.0, True)]
    judge(report, known, {"gone": Verdict(False, "was there")}, lines=20_000)
    assert (report.gates[-1].value, report.gates[-1].held) == (1.5, False)
    assert report.notes == ["In the triage, and said no more: gone"]
    assert third in known


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('class = "timing"\ntrue = true\nreason = "x"', "needs fingerprint"),
        ('fingerprint = "a"\nclass = "timing"\ntrue = "no"\nreason = "x"', "true or false"),
        ('fingerprint = "a"\nclass = "timing"\ntrue = false', "and a reason"),
        ('fingerprint = "a"\nclass = "xss"\ntrue = false\nreason = "x"', "class"),
    ],
)
def test_a_verdict_without_its_reason_is_refused(entry: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "triage.toml"
    path.write_text(f"package = []\n[[finding]]\n{entry}\n", encoding="utf-8")
    with pytest.raises(BenchFailed, match=message):
        read_triage(path)


def test_a_finding_has_one_verdict(tmp_path: Path) -> None:
    entry = '[[finding]]\nfingerprint = "a"\nclass = "timing"\ntrue = false\nreason = "x"\n'
    (tmp_path / "triage.toml").write_text(f"package = []\n{entry * 2}", encoding="utf-8")
    with pytest.raises(BenchFailed, match="a stands twice"):
        read_triage(tmp_path / "triage.toml")


def test_the_code_that_was_promised_is_reviewed() -> None:
    packages, _ = read_triage(TRIAGE)
    assert {package["name"] for package in packages} >= {
        "django", "flask-login", "fastapi-users", "django-allauth", "werkzeug", mature.THIS_PROJECT,
    }  # fmt: skip


def test_this_project_is_read_from_this_checkout(tmp_path: Path) -> None:
    package = next(p for p in read_triage()[0] if p["name"] == mature.THIS_PROJECT)
    root = mature.copied(package, tmp_path)
    assert (root / "rescind" / "engine.py").is_file()
    assert lines_in(root) == lines_in(mature.SOURCE)
