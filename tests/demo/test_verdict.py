"""The last line is HELD only when ours held, and the ordinary rows never decide."""

from __future__ import annotations

from dataclasses import replace

from tests.demo.test_table import documented, finding

from rescind.demo.rows import ORDINARY, OURS
from rescind.demo.verdict import promise, sign_out


def test_ours_held_whatever_the_others_did() -> None:
    assert promise(documented()) == (
        True,
        "PROMISE HELD: 0 of 29,407 requests that started after the answer got in.",
    )


def test_one_acceptance_breaks_it() -> None:
    held, line = promise([finding(OURS[0], late=0.0026), *documented()[3:]])
    assert (held, line) == (
        False,
        "PROMISE BROKEN: 1 of 2,000 requests that started after the answer got in.",
    )


def test_ordinary_rows_that_hold_change_nothing() -> None:
    broken = [finding(OURS[0], late=1.0), *(finding(row) for row in ORDINARY)]
    assert promise(broken)[0] is False


def test_too_little_measured_is_not_held() -> None:
    ours = documented()[0]
    voided = replace(
        ours, figures=replace(ours.figures, trials=80, void=("trial 3: 9 of 99 probes undecided",) * 20)
    )
    held, line = promise([voided])
    assert not held
    assert line == "PROMISE NOT SHOWN: 20 of 100 trials are void."
    none = replace(ours, figures=replace(ours.figures, trials=0, void=()))
    assert promise([none]) == (False, "PROMISE NOT SHOWN: 0 of 0 trials are void.")


def test_what_sign_out_took_and_who_had_confirmed() -> None:
    took, receipt = sign_out(documented())
    assert took == "Sign-out answered in 1.3 ms (p99 1.3 ms): both workers had confirmed by then."
    assert receipt == "Last receipt:  final · seq 300 · ended 1 session · 2 workers in 1.2 ms"
    assert max(len(took), len(receipt)) <= 78


def test_the_receipt_is_one_line() -> None:
    (ours, *_) = documented()
    long = {**ours.trials[0].noted, "receipt": "final · seq 1 · outside: " + "services " * 20}
    _, receipt = sign_out([replace(ours, trials=(replace(ours.trials[0], noted=long),))])
    assert receipt == "Last receipt:  final · seq 1"


def test_workers_that_had_not_confirmed_are_not_claimed() -> None:
    ours = documented()[0]
    lonely = replace(ours.trials[0], noted={**ours.trials[0].noted, "workers": "1"})
    took, _ = sign_out([replace(ours, trials=(ours.trials[0], lonely))])
    assert took.endswith("in 1 of 2 all 2 workers had confirmed by then.")
