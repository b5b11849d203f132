"""How the tools are run, and what their rules are taken for; Ruff, which is always here, stands for all."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from bench.gate import BenchFailed
from bench.review.labels import CLASSES
from bench.review.reviewers import HERE, OURS, ROOT, RULES, TABLES, Finding, output, program, review, told

from bench.review import reviewers


def test_every_rule_is_taken_for_one_of_the_classes() -> None:
    assert {kind for table in RULES.values() for kind in table.values()} <= set(CLASSES)
    assert set(RULES) == set(TABLES.values()) == {"bandit", "ruff", "dlint", "semgrep"}


def test_semgrep_has_exactly_the_rules_of_the_table() -> None:
    lines = (HERE / "semgrep.yml").read_text(encoding="utf-8").splitlines()
    assert {line.partition("- id: ")[2] for line in lines if "- id: " in line} == set(RULES["semgrep"])


def test_the_tools_are_an_extra_of_their_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert {line.partition(">")[0] for line in extras["reviewers"]} == set(TABLES.values())
    ours = [*extras["test"], *extras["dev"]]
    assert not any(line.startswith(("bandit", "dlint", "semgrep")) for line in ours)


def test_findings_have_class_and_place_and_other_rules_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import pickle\n\nassert True\nx = pickle.loads(b'')\n", encoding="utf-8")
    said = review("Ruff S", tmp_path)
    assert said.findings == [Finding(tmp_path / "a.py", 4, "deser", "S301", "Ruff S")]
    assert said.unknown == {"S101"}


@pytest.mark.long
def test_rescind_is_given_each_project_by_itself(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "a.py").write_text(
        "import pickle\n\nfrom flask import request\n\nx = pickle.loads(request.data)\n", encoding="utf-8"
    )
    said = review(OURS, tmp_path, [tmp_path / "one"])
    assert [(f.file, f.line, f.kind, f.tool) for f in said.findings] == [
        (tmp_path / "one" / "a.py", 5, "deser", OURS)
    ]


def test_a_tool_that_is_missing_is_named_with_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewers, "PROGRAMS", ())
    with pytest.raises(BenchFailed, match=r"bandit is not installed: `make bench-review`"):
        program("bandit")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise SystemExit('no rules')", "ended with 1: no rules"),
        ("print('hello')", "printed no JSON: 'hello"),
    ],
)
def test_a_tool_that_fails_is_not_taken_for_a_silent_one(code: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match=message):
        told([sys.executable, "-c", code], tmp_path) if "print" in code else output(
            [sys.executable, "-c", code], tmp_path, fine=(0,)
        )
