"""The table says what was measured: good where it is, bad where it is, aligned, within 80 columns."""

from __future__ import annotations

import dataclasses
from functools import cache

import msgspec
import pytest

from rescind.demo.rows import ORDINARY, OURS, ROWS, Row, plan
from rescind.demo.table import WIDTH, Finding, cost, table
from rescind.drill.judge import Verdict
from rescind.drill.names import check_names
from rescind.drill.record import Asked, Trial
from rescind.drill.report import figures
from rescind.drill.run import EndOutcome


def finding(
    row: Row, *, late: float | None = None, of: int = 2000, seconds: float = 50e-6, still: bool = False
) -> Finding:
    """A row whose copy was accepted until `late` seconds after the answer; `of` probes in five seconds."""
    asked = [Asked(99.9, 99.91, Verdict.ACCEPTED, "200", "w", True)]
    for number in range(1, of + 1):
        at = number * 5.0 / of
        verdict = Verdict.ACCEPTED if late is not None and at <= late else Verdict.REFUSED
        asked.append(Asked(100 + at, 100.01 + at, verdict, "200", "w", True))
    noted = (
        {"receipt": "final · seq 300 · ended 1 session · 2 workers in 1.2 ms", "workers": "2"}
        if row.ours
        else {}
    )
    trial = Trial(1, 99.0, 99.9987, 100.0, 105.0, still, tuple(asked), "", noted)
    end = EndOutcome(msgspec.structs.replace(plan(row, "http://127.0.0.1:1").end[0]), (trial,), ())
    return Finding(row, figures(end), end.trials, seconds, 24e-6)


def documented() -> list[Finding]:
    return [*_documented()]


@cache
def _documented() -> tuple[Finding, ...]:
    database, cached, token = ORDINARY
    return (
        finding(OURS[0], of=9804, seconds=1.9e-6),
        finding(OURS[1], of=9791, seconds=1.95e-6),
        finding(OURS[2], of=9812, seconds=2.14e-6),
        finding(database, of=9799, seconds=52e-6),
        finding(cached, late=4.9, of=1960, seconds=1.04e-6),
        finding(token, late=5.0, of=1958, seconds=24e-6, still=True),
    )


def test_the_whole_table() -> None:
    assert (
        "\n".join(table(documented()))
        == """\
                          copies accepted        last one      one check
session model             after the answer       accepted      costs
────────────────────────────────────────────────────────────────────────────
rescind · database            0 of  9,804         before  ✔     1.9 µs  ✔
rescind · redis               0 of  9,791         before  ✔     1.9 µs  ✔
rescind · jwt                 0 of  9,812         before  ✔     2.1 µs  ✔
────────────────────────────────────────────────────────────────────────────
database, every request       0 of  9,799         before  ✔    52   µs
database, 5 s cache       1,920 of  1,960          4.9 s  ✘     1.0 µs  ✔
signed JWT, 15 min        1,958 of  1,958     14:54 left  ✘    24   µs"""
    )


def test_lines_stay_in_eighty_columns_whatever_was_measured() -> None:
    wide = []
    for row in ROWS:
        one = finding(row, late=5.0, of=20, seconds=0.0123, still=True)
        many = dataclasses.replace(one.figures, accepted_after=123_456, probes_after=123_456)
        wide.append(dataclasses.replace(one, figures=many))
    assert max(len(line) for line in table(wide)) <= WIDTH


def test_a_row_of_ours_that_is_late_or_dear_is_printed_so() -> None:
    (line,) = (
        line for line in table([finding(OURS[0], late=0.25, seconds=60e-6)]) if line.startswith("rescind")
    )
    assert "100 of  2,000" in line
    assert "250 ms  ✘" in line
    assert line.endswith("60   µs")


def test_a_check_is_cheap_at_a_fifth_of_a_signed_token() -> None:
    assert finding(OURS[0], seconds=4.7e-6).cheap
    assert not finding(OURS[0], seconds=4.9e-6).cheap


def test_acceptances_of_void_trials_are_shown_too() -> None:
    late = finding(OURS[0], late=0.25)
    unanswered = Asked(101, 106, Verdict.UNDECIDED, "timeout", None, True)
    void = dataclasses.replace(late.trials[0], asked=(*late.trials[0].asked, *[unanswered] * 50))
    seen = figures(EndOutcome(plan(OURS[0], "http://127.0.0.1:1").end[0], (void,), ()))
    assert seen.trials == 0
    assert Finding(OURS[0], seen, (void,), 1e-6, 24e-6).last == "250 ms"


def test_what_is_left_of_a_token_is_shown_only_while_it_works() -> None:
    token = ORDINARY[2]
    assert finding(token, late=5.0, still=True).left == pytest.approx(894)
    assert finding(token).left is None
    assert finding(ORDINARY[1], late=5.0, still=True).last == "5.0 s +"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.97e-6, "  1.0 µs"), (9.94e-6, "  9.9 µs"), (9.96e-6, " 10   µs"), (52e-6, " 52   µs"),
     (311e-6, "311   µs"), (1.417e-3, "  1.4 ms"), (0.0123, " 12   ms")],
)  # fmt: skip
def test_costs_keep_their_decimal_points_in_one_column(seconds: float, text: str) -> None:
    assert cost(seconds) == text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_row_has_a_plan_that_can_run(row: Row) -> None:
    given = plan(row, "http://127.0.0.1:1")
    check_names(given)
    assert given.end[0].bound_s == 0
    assert given.run.trials == row.trials
