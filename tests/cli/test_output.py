"""Tables, lines, objects."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.cli.output import Run, aligned, cell, coloured, counted, one_line


@given(st.text())
def test_one_line_never_moves_the_cursor(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert one_line(line) == line


@given(st.one_of(st.text(), st.lists(st.text()), st.none(), st.booleans(), st.integers()))
def test_cell_is_never_empty_and_never_two(value: object) -> None:
    text = cell(value)
    assert text and "\t" not in text and "\n" not in text


def test_cell() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert [cell(v) for v in (None, True, False, ["a", "b"], (), moment)] == [
        "-",
        "yes",
        "no",
        "a,b",
        "-",
        "2026-01-02T03:04:05.000006Z",
    ]


def test_aligned_cuts_only_the_last_column() -> None:
    heading, row = aligned(("id", "label"), [("x" * 30, "y" * 100)], 60)
    assert heading.startswith("id" + " " * 30)
    assert row == "x" * 30 + "  " + "y" * 27 + "…"
    wide = aligned(("id", "label"), [("x" * 100, "y" * 100)], 20)[1]
    assert wide.startswith("x" * 100 + "  y")


def test_second_object_is_a_defect() -> None:
    run = Run()
    run.print_json({})
    with pytest.raises(RuntimeError):
        run.print_json({})


def test_colours_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert coloured()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    assert not coloured()


def test_counted() -> None:
    assert [counted(n, "session") for n in (0, 1, 1204)] == ["0 sessions", "1 session", "1,204 sessions"]
