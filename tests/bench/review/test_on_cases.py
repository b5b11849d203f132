"""The table of the labelled cases, made with the one tool that every checkout has."""

from __future__ import annotations

import pytest
from bench.gate import Gate
from bench.review.labels import CLASSES, GATED, SPLITS, cases
from bench.review.on_cases import (
    FAMILY,
    PRECISION,
    RECALL,
    TOGETHER,
    by_class,
    gates,
    reviewed,
    run,
    scores_of,
)
from bench.review.reviewers import OURS, Finding, Said
from bench.review.score import score

from bench.review import on_cases, reviewers


def test_the_tools_read_a_copy_that_has_every_case_and_no_label(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def look(tool: str, folder: object, projects: object = ()) -> Said:
        names = {path.name for project in projects for path in project.rglob("*")}  # type: ignore[attr-defined]
        seen.append("labels.toml" in names)
        return Said([], 0.0)

    monkeypatch.setattr(on_cases, "review", look)
    labelled, _ = reviewed("held_out", ["any"])
    assert seen == [False]
    assert [case.line for case in labelled] == [case.line for case in cases("held_out")]
    assert [case.name for case in labelled] == [case.name for case in cases("held_out")]


def test_a_reviewer_that_reads_the_labels_holds_every_gate() -> None:
    labelled = cases("seen")
    perfect = [Finding(c.spans[0].file, c.line, c.kind, "R", OURS) for c in labelled if c.vulnerable]
    assert all(gate.held for gate in gates("seen", score(labelled, perfect)))


@pytest.mark.parametrize("kind", CLASSES)
def test_a_reviewer_without_one_class_breaks_the_gate_of_the_weakest(kind: str) -> None:
    labelled = cases("held_out")
    found = [
        Finding(c.spans[0].file, c.line, c.kind, "R", OURS)
        for c in labelled
        if c.vulnerable and c.kind != kind
    ]
    weakest = gates("held_out", score(labelled, found))[-1]
    assert kind in weakest.name and not weakest.held


def test_the_gates_are_those_that_were_promised() -> None:
    assert (PRECISION, RECALL, FAMILY) == (0.95, 0.90, 0.85)
    bounds = [gate.at_least for gate in gates("seen", score([], []))]
    assert bounds == [PRECISION, RECALL, FAMILY]
    assert all(isinstance(gate, Gate) for gate in gates("seen", score([], [])))


def test_the_table_has_a_row_for_each_class_and_one_for_all() -> None:
    labelled = cases("held_out")
    table = by_class("held_out", labelled, scores_of(labelled, {"Ruff S": Said([], 0.0)}))
    assert table.columns == ["class", "vulnerable+fine", "Ruff S", TOGETHER]
    assert [row[0] for row in table.rows] == [*CLASSES, "all"]


def test_every_part_is_measured_and_only_the_gated_ones_have_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ruff in the place of rescind: it takes no time."""
    monkeypatch.setattr(reviewers, "OTHERS", {"Ruff S": reviewers.ruff})
    monkeypatch.setattr(on_cases, "OURS", "Ruff S")
    monkeypatch.setattr(reviewers, "names", lambda: ["Ruff S"])
    report = run(show=True)
    assert any(note.startswith("missed: seen/") for note in report.notes)
    assert not any("held_out/" in note or "fresh/" in note for note in report.notes)
    assert [table.name for table in report.tables] == [
        name for split in SPLITS for name in (split, f"{split}, counted")
    ]
    assert len(report.gates) == 3 * len(GATED) and not any(gate.held for gate in report.gates)
    assert {gate.name.split(":")[0] for gate in report.gates} == set(GATED)
    assert all(0 <= row.value < 1 for row in report.rows)
