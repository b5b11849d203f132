"""The labelled cases, each part of the corpus apart: every reviewer on the same files in the same run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bench.gate import Gate, Report, Row, Table
from bench.review import reviewers
from bench.review.labels import CLASSES, CORPUS, GATED, SPLITS, Case, Span, cases
from bench.review.reviewers import OURS, Finding, Said, review
from bench.review.score import Score, Tally, score

PRECISION, RECALL, FAMILY = 0.95, 0.90, 0.85
TOGETHER = "the four"
RULE = (
    "A finding counts when its class is that of the label and its line is in the labelled statement;"
    " where something is missing, in the labelled function or class (bench/review/labels.py)."
    " A finding where no label is counts as a false alarm. Each cell: precision, recall, F1."
)


def run(*, show: bool = False) -> Report:
    """Measure; ``show`` also prints what rescind missed and where it cried wolf, of the seen part only.

    The other parts have figures and no gate: they show how far the gated ones can be believed.
    """
    report = Report("cases", rows=[], gates=[], notes=[RULE])
    tools = reviewers.names()
    report.notes.append(
        ", ".join(f"{t} {reviewers.version(t)}".strip() for t in tools) + "; Semgrep's rules: ours."
    )
    for split in SPLITS:
        labelled, said = reviewed(split, tools)
        scores = scores_of(labelled, said)
        report.tables.extend([by_class(split, labelled, scores), counts(split, scores, said)])
        report.rows.extend(Row(f"{split}, {t}, F1", f"{s.all.f1:.2f}", s.all.f1) for t, s in scores.items())
        if split in GATED:
            report.gates.extend(gates(split, scores[OURS]))
        if show and split == "seen":
            report.notes.extend(shown(scores[OURS]))
    return report


def reviewed(split: str, tools: Iterable[str]) -> tuple[list[Case], dict[str, Said]]:
    """The cases of one part and what each tool says of a copy that has no labels in it."""
    with tempfile.TemporaryDirectory(prefix="review-") as made:
        place = Path(made).resolve() / split
        shutil.copytree(CORPUS / split, place, ignore=shutil.ignore_patterns("labels.toml", "__pycache__"))
        projects = sorted(path for path in place.iterdir() if path.is_dir())
        said = {tool: review(tool, place, projects) for tool in tools}
        return [moved(case, place) for case in cases(split)], said


def moved(case: Case, place: Path) -> Case:
    home = CORPUS / case.split
    spans = (Span(place / span.file.relative_to(home), span.first, span.last) for span in case.spans)
    return replace(case, spans=tuple(spans))


def scores_of(labelled: Sequence[Case], said: dict[str, Said]) -> dict[str, Score]:
    scores = {tool: score(labelled, what.findings) for tool, what in said.items()}
    others: list[Finding] = [f for tool, what in said.items() if tool != OURS for f in what.findings]
    return {**scores, TOGETHER: score(labelled, others)}


def cell(tally: Tally) -> str:
    if not tally.hit + tally.alarms + tally.elsewhere:
        return "says nothing"
    return f"{tally.precision:.2f} {tally.recall:.2f} {tally.f1:.2f}"


def by_class(split: str, labelled: Sequence[Case], scores: dict[str, Score]) -> Table:
    rows = []
    for kind in CLASSES:
        sides = [case.vulnerable for case in labelled if case.kind == kind]
        rows.append(
            [
                kind,
                f"{sum(sides)}+{len(sides) - sum(sides)}",
                *(cell(s.of_class[kind]) for s in scores.values()),
            ]
        )
    bad = sum(case.vulnerable for case in labelled)
    rows.append(["all", f"{bad}+{len(labelled) - bad}", *(cell(s.all) for s in scores.values())])
    return Table(split, ["class", "vulnerable+fine", *scores], rows)


def counts(split: str, scores: dict[str, Score], said: dict[str, Said]) -> Table:
    columns = ["", "found", "missed", "fine, yet said", "where no label is", "seconds"]
    rows = []
    for tool, result in scores.items():
        total = result.all
        took = f"{said[tool].seconds:.1f}" if tool in said else ""
        rows.append([tool, *map(str, (total.hit, total.missed, total.alarms, total.elsewhere)), took])
    return Table(f"{split}, counted", columns, rows)


def gates(split: str, ours: Score) -> list[Gate]:
    kind, lowest = ours.worst
    return [
        Gate(f"{split}: precision", ours.all.precision, at_least=PRECISION),
        Gate(f"{split}: recall", ours.all.recall, at_least=RECALL),
        Gate(f"{split}: F1 of the weakest class ({kind})", lowest, at_least=FAMILY),
    ]


def shown(ours: Score) -> list[str]:
    lines = [f"missed: {case.name}: {case.why}" for case in ours.missed]
    lines += [f"false alarm: {case.name}: {case.why}" for case in ours.alarms]
    lines += [f"no label: {f.file.name}:{f.line} {f.kind} ({f.rule})" for f in ours.elsewhere]
    return lines
