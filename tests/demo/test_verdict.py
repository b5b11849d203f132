"""The last line is HELD only when ours held, in both tables, and the ordinary rows never decide."""

from __future__ import annotations

from dataclasses import replace

from tests.demo.test_table import documented, finding
from tests.demo.test_ways import FOUND, ONE, cell

from rescind.demo.kinds import KINDS
from rescind.demo.rows import ORDINARY, OURS
from rescind.demo.verdict import ours, promise, sign_out
from rescind.demo.ways import Found

SEEN = ours(documented(), FOUND)


def test_ours_held_whatever_the_others_did() -> None:
    asked = 9804 + 9791 + 9812 + 32 * 10 + ONE.asked
    assert promise(SEEN, ONE) == (
        True,
        f"PROMISE HELD: 0 of {asked:,} requests that started after the answer got in.",
    )


def test_what_both_tables_show_is_counted_once() -> None:
    assert len(SEEN) == 3 + 32
    findings = documented()
    same = [Found(KINDS[4], {"sign out": replace(cell(), figures=findings[0].figures)})]
    assert len(ours(findings, same)) == 3


def test_one_acceptance_breaks_it_wherever_it_is() -> None:
    late = finding(OURS[0], late=0.0026)
    broken = "PROMISE BROKEN: 1 of 2,000 requests that started after the answer got in."
    assert promise([late.figures]) == (False, broken)
    found = [Found(KINDS[0], {"disabled": cell(late=0.1)})]
    assert promise(ours([], found))[1].startswith("PROMISE BROKEN: 1 of 10 ")
    assert promise(SEEN, replace(ONE, accepted=1))[1].startswith("PROMISE BROKEN: 1 of ")


def test_ordinary_rows_change_nothing() -> None:
    broken = [finding(OURS[0], late=1.0), *(finding(row) for row in ORDINARY)]
    assert promise(ours(broken, []))[0] is False
    assert ours([finding(row, late=1.0) for row in ORDINARY], [Found(KINDS[-1], {"disabled": cell()})]) == []


def test_too_little_measured_is_not_held() -> None:
    ours = documented()[0].figures
    voided = replace(ours, trials=80, void=("trial 3: 9 of 99 probes undecided",) * 20)
    assert promise([voided]) == (False, "PROMISE NOT SHOWN: 20 of 100 trials are void.")
    none = replace(ours, trials=0, void=())
    assert promise([ours, none]) == (False, f"PROMISE NOT SHOWN: 0 of {ours.trials} trials are void.")
    assert promise([]) == (False, "PROMISE NOT SHOWN: nothing was measured.")


def test_one_revoke_that_was_not_final_is_not_held() -> None:
    held, line = promise(SEEN, replace(ONE, state="committed"))
    assert (held, line) == (False, "PROMISE NOT SHOWN: the one revoke was committed.")


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
