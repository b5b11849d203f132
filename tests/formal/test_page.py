"""The page shows the tables, and the list of what breaks the protocol is kept in code and model alike."""

from __future__ import annotations

import re

from formal.page import BEGIN, END, PAGE, breaks_table, written
from formal.spin import Found
from formal.table import ALL, MISTAKES, NOT_MODELLED, PROTOCOL
from tests.mutations.table import MUTATIONS, NOT_HERE


def test_the_page_is_written_from_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(BEGIN) == page.count(END) == 4
    assert written(page, {}) == page, "run: python -m formal --page"


def test_each_small_exploration_has_a_figure() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| ([^|]+) \| `[^|]+` \| [\d,]+ \|$", page, re.MULTILINE))
    assert {run.name for run in ALL if run.size != "large"} <= shown, "run: python -m formal --page"


def test_new_figures_replace_old_ones_and_the_rest_stays() -> None:
    page = PAGE.read_text(encoding="utf-8")
    first, second = ALL[0], ALL[1]
    once = written(page, {first.name: Found(None, 1234567, 1, 0.0), second.name: Found(None, 42, 1, 0.0)})
    twice = written(once, {first.name: Found(None, 7654321, 1, 0.0)})
    assert f"| {first.name} | `revocation.pml {first.switches}` | 1,234,567 |" in once
    assert f"| {first.name} | `revocation.pml {first.switches}` | 7,654,321 |" in twice
    assert f"| {second.name} | `revocation.pml {second.switches}` | 42 |" in twice


def test_a_figure_of_other_switches_does_not_stay() -> None:
    page, first = PAGE.read_text(encoding="utf-8"), ALL[0]
    row = f"| {first.name} | `revocation.pml {first.switches}` | "
    assert row in page
    assert f"{row}not yet |" in written(page.replace(row, row.replace("` |", " OTHER` |")), {})


def test_what_breaks_the_protocol_is_tried_on_code_and_model_or_it_says_why_not() -> None:
    for made, not_made in (
        ({one.name for one in MUTATIONS}, set(NOT_HERE)),
        ({one.name for one in MISTAKES}, set(NOT_MODELLED)),
    ):
        assert made.isdisjoint(not_made)
        assert set(PROTOCOL) <= made | not_made
        assert not_made <= set(PROTOCOL)


def test_the_list_names_the_test_and_the_switch() -> None:
    rows = breaks_table().splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(PROTOCOL)
    assert any(
        "test_the_deadline_counts_from_before_the_read` | `MUT_DEADLINE_FROM_REPLY` |" in row for row in rows
    )
