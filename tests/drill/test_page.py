"""The page of a drill says what was measured, and what was not."""

from __future__ import annotations

import dataclasses

import msgspec
from tests.drill.test_picture import outline
from tests.drill.test_record import A, R, trial
from tests.drill.test_report import HELD, LATE, PLAN, STILL, outcome

from rescind.drill.page import as_html, remarks, signed
from rescind.drill.record import Faulted
from rescind.drill.report import figures
from rescind.drill.run import EndOutcome, Outcome


def said(given: Outcome) -> str:
    return " ".join(outline(as_html(given, "today")).text)


def test_one_end_is_in_the_title() -> None:
    text = said(outcome(HELD, LATE))
    assert "After “sign out” a copied session got in 1 of 4 times" in text
    assert "1 of 4 accepted after the answer, not held" in text
    assert "http://127.0.0.1:1" in text and "Measured today by rescind drill 1.2." in text
    assert {"−50 ms", "+400 ms", "100 ms (100 ms)", "immediate"} <= set(
        outline(as_html(outcome(HELD, LATE), "")).text
    )


def test_several_ends_are_counted_and_each_has_a_picture() -> None:
    ends = tuple(
        EndOutcome(msgspec.structs.replace(PLAN.end[0], name=name), (one,), ())
        for name, one in (("a", HELD), ("b", LATE), ("c", STILL))
    )
    html = as_html(Outcome(PLAN, "1.2", ends, None), "today")
    assert "1 of 3 ways to end access held their bound" in html
    assert html.count("<figure>") == 3
    assert "≥ +2.0 s" in html


def test_a_run_that_stopped_says_so_first() -> None:
    text = said(outcome(HELD, stopped="shop.example answered 429"))
    assert text.count("shop.example answered 429") >= 2


def test_nothing_measured_is_a_page_too() -> None:
    text = said(outcome(Faulted(1, "sign-in <failed>")))
    assert "sign-in <failed>" in text and "not measured" in text


def test_remarks_tell_what_figures_alone_do_not() -> None:
    def told(given: Outcome) -> list[str]:
        return list(remarks([figures(end) for end in given.ends]))

    assert told(outcome(HELD)) == [
        "sign out: resolution 160 ms, 160 ms at worst: the true lag may lie so far above.",
    ]
    many = trial((9.95, A), *((10 + number / 100, R) for number in range(1, 301)))
    assert told(outcome(many))[1] == (
        "sign out: none of 300 shows a rate below 0.01 with 95 % confidence, not zero."
    )
    again = trial((9.95, A), (10.1, R), (10.3, A), (10.4, R))
    assert (
        "sign out: 1 accepted after a refusal; workers are not told apart, a late one looks the same."
        in told(outcome(again))
    )
    named = dataclasses.replace(
        HELD,
        asked=tuple(
            dataclasses.replace(one, worker=name) for one, name in zip(HELD.asked, "abb", strict=True)
        ),
    )
    assert "sign out: a decided no request after the answer." in told(outcome(named))
    assert told(outcome(HELD, Faulted(2, "x")))[-1] == "sign out: void, trial 2: x."


def test_times_on_either_side_of_the_answer() -> None:
    assert [signed(value) for value in (-0.004, 0.5, 0.0, None)] == ["−4.0 ms", "+500 ms", "+0 µs", "-"]
