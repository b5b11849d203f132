"""A whole run: what is void is named once, and the verdict counts both tables."""

from __future__ import annotations

from dataclasses import replace

from tests.demo import test_ways
from tests.demo.test_table import documented
from tests.demo.test_ways import ONE, cell

from rescind.demo.measured import Measured
from rescind.demo.ways import Cell, Found


def test_it_holds_when_both_tables_do() -> None:
    measured = Measured(documented(), test_ways.documented(), ONE)
    assert measured.held
    assert measured.verdict.startswith("PROMISE HELD: 0 of 29,829 ")
    assert [*measured.void] == []


def test_what_is_void_is_named_once() -> None:
    findings, found = documented(), test_ways.documented()
    first = findings[0]
    findings[0] = replace(first, figures=replace(first.figures, void=("trial 1: timeout",)))
    shown = Cell(findings[0].figures, first.trials)
    spoiled = replace(cell(), figures=replace(cell().figures, void=("trial 2: 503",)))
    found[4] = Found(found[4].kind, {**found[4].cells, "sign out": shown, "password": spoiled})
    measured = Measured(findings, found, ONE)
    assert [*measured.void] == [
        ("rescind · database", ("trial 1: timeout",)),
        ("FastAPI · database, password", ("trial 2: 503",)),
    ]
