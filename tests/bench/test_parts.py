"""Every part of the bench runs at tiny counts. What it finds is for ``make bench``: no time is judged."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from bench.__main__ import write
from bench.commit import run as run_commit
from bench.gate import Gate, Report, Row, Table
from bench.parts import PARTS, measure
from bench.paste import BEGIN, END, KEPT, NOT_YET, PAGES, PICTURE, names_on, pasted
from bench.picture import draw

ROWS = {
    "check": {"leased check", "strict check", "PyJWT HS256 verify"},
    "lag": {"revoke one session, 4 live workers, p50", "the disk: write 4 KiB and fsync, p50"},
    "shapes": {"SQLite: 4 idle workers, p50", "PostgreSQL: 16 busy workers, p99", "Redis: one durable write"},
    "scale": {"Redis: 1 idle, measured times simulated", "PostgreSQL, 100 workers, 1 /s: renewals"},
    "postgresql": {"strict check"},
    "contents": {"SQLite and Redis: strict check", "PostgreSQL and Redis: a session opened"},
    "memory": {"memory each"},
    "sign-in": {"memory grown at the peak", "refused beyond the queue"},
    "prune": {"sessions removed", "one of them, p99"},
    "paths": {"56 routes, imported", "102 routes, read alone"},
    "reading": {"lines", "parsed", "syntax newer than the interpreter"},
}
# Of what does not depend on the machine the bounds are facts.
EXACT = {"sessions found again", "sessions removed, of those expired", "readers refused"}


def well_formed(report: Report, name: str) -> None:
    assert report.name == name
    assert len({row.name for row in report.rows}) == len(report.rows) >= 2
    for row in report.rows:
        assert math.isfinite(row.value), row
        assert row.text and any(letter.isdigit() for letter in row.text), row
    assert report.gates
    for gate in report.gates:
        assert math.isfinite(gate.value)
        assert (gate.at_most is None) != (gate.at_least is None), "one bound each"
        assert gate.name not in EXACT or gate.held, gate
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()


LONG = {"check", "contents", "lag", "paths", "postgresql", "prune", "scale", "shapes", "sign-in"}


@pytest.mark.long
def test_commit_runs() -> None:
    """A program of its own: its figures are in a decision."""
    well_formed(run_commit((4, 8)), "commit")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name in LONG else ()) for name in ROWS]
)
def test_a_part_runs(name: str, tmp_path: Path) -> None:
    report = measure(name, quick=True)
    well_formed(report, name)
    assert {row.name for row in report.rows} >= ROWS[name]
    write(report, tmp_path / "new", quick=True)
    written = json.loads((tmp_path / "new" / "report.json").read_text())["parts"][name]
    assert written["quick"] is True
    assert written["rows"] == report.to_dict()["rows"]


def test_a_second_part_leaves_the_first_in_the_report(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(Report(name, [], [Gate("g", 1, at_most=2)]), tmp_path, quick=False)
    parts = json.loads((tmp_path / "report.json").read_text())["parts"]
    assert sorted(parts) == ["one", "two"]
    assert all(part["date"] and part["machine"] and not part["quick"] for part in parts.values())


@pytest.mark.parametrize(
    ("gate", "held"),
    [
        (Gate("g", 1.5, at_most=1.5), True),
        (Gate("g", 1.51, at_most=1.5), False),
        (Gate("g", 0.9, at_least=0.9), True),
        (Gate("g", 0.89, at_least=0.9), False),
    ],
)
def test_a_gate_holds_up_to_its_bound(gate: Gate, held: bool) -> None:
    assert gate.held is held
    assert ("BROKEN" in "\n".join(Report("r", [], [gate]).lines())) is not held


def pages() -> list[str]:
    return [page.read_text("utf-8") for page in PAGES]


def test_the_pages_have_a_place_for_every_part() -> None:
    assert sorted(name for page in pages() for name in names_on(page) if "," not in name) == sorted(PARTS)


def test_the_pages_show_the_kept_report_and_no_other_figures() -> None:
    report: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    assert pasted(pages(), report) == pages(), "run `make speed` after `make bench`"
    assert PICTURE.read_text("utf-8") == draw(report["parts"].get("check"))
    assert not any(part["quick"] for part in report["parts"].values())


def test_drift_and_a_missing_place_are_seen() -> None:
    part = {
        "rows": [{"name": "x", "text": "1 us", "value": 1.0}],
        "gates": [{"name": "y", "value": 3.0, "bound": "<= 2", "held": False}],
        "notes": ["A note."], "date": "2026-01-01", "machine": "m", "versions": {"z": "1"},
    }  # fmt: skip
    fresh, beside = pasted(pages(), {"parts": {"check": part}})
    assert "| x | 1 µs |" in fresh and "**3.00, not held**" in fresh and "2026-01-01 on m; z 1." in fresh
    assert pasted([fresh.replace("1 µs", "2 µs"), beside], {"parts": {"check": part}}) == [fresh, beside]
    with pytest.raises(ValueError, match="needs these lines once"):
        pasted(pages(), {"parts": {"unknown": part}})


def test_a_table_has_a_place_of_its_own() -> None:
    places = [
        line for name in ("one", "one, figures") for line in (BEGIN.format(name=name), END.format(name=name))
    ]
    page, table = "\n".join(places), Table("figures", ["what", "how much"], [["a", "1 us"], ["b", "2"]])
    report = Report("one", [Row("row", "0 us", 0.0)], [Gate("y", 1.0, at_most=2)], tables=[table])
    part = {**report.to_dict(), "date": "d", "machine": "m", "versions": {}}
    (made,) = pasted([page], {"parts": {"one": part}})
    assert "| what | how much |\n| --- | --: |\n| a | 1 µs |\n| b | 2 |\n" in made
    assert "| y | <= 2 | 1.00 |" in made and "| row |" not in made
    assert pasted([made], {"parts": {"one": part}}) == [made]
    assert NOT_YET in pasted([page], {"parts": {}})[0]
    assert "    a         1 us" in report.lines()
    with pytest.raises(ValueError, match="a place for 'one, figures', which was not measured"):
        pasted([page], {"parts": {"one": {**part, "tables": []}}})
    with pytest.raises(ValueError, match="needs these lines once"):
        pasted(["\n".join(places[:2])], {"parts": {"one": part}})


def test_the_picture_is_a_picture() -> None:
    rows = [{"name": f"leased & {n}", "text": f"{n} us", "value": n * 1e-6} for n in (1, 20)]
    drawn = draw({"rows": rows, "machine": "<m>", "date": "today"})
    for text in (drawn, draw(None)):
        assert ET.fromstring(text).tag.endswith("svg")
    assert drawn.count("<rect") == 2
