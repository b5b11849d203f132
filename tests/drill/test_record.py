"""What follows from the moments of a trial: lag, resurrections, void."""

from __future__ import annotations

import dataclasses

import pytest

from rescind.drill.judge import Verdict
from rescind.drill.record import Asked, Trial

A, R, U = Verdict.ACCEPTED, Verdict.REFUSED, Verdict.UNDECIDED


def trial(*asked: tuple[float, Verdict], took: float = 0.01, still: bool = False) -> Trial:
    """A trial whose end took from 9.9 to 10.0; every answer takes `took`."""
    probes = tuple(
        Asked(at, at + took, verdict, "503" if verdict is U else "200", None, True) for at, verdict in asked
    )
    return Trial(
        number=1,
        signed_in=1.0,
        ending=9.9,
        answered=10.0,
        stopped=20.0,
        still_accepted=still,
        asked=probes,
        copy_sha256="",
        noted={},
    )


def test_the_lag_is_from_the_answer_to_the_start_of_the_last_accepted_request() -> None:
    assert trial((9.5, A), (9.95, A), (10.1, R)).lag == pytest.approx(-0.05)
    assert trial((9.5, A), (10.2, A), (10.3, R)).lag == pytest.approx(0.2)
    assert trial((9.5, R)).lag is None


def test_a_request_in_flight_at_the_answer_is_not_after_it() -> None:
    seen = trial((9.999, A), (10.0, A), (10.001, R), took=5)
    assert (len(seen.after), seen.accepted_after, seen.lag) == (1, 0, 0.0)


def test_an_acceptance_after_a_refusal_is_a_resurrection() -> None:
    assert trial((9.5, A), (10.1, A), (10.2, R), (10.3, R)).resurrections == 0
    assert trial((9.5, A), (10.1, R), (10.2, A), (10.3, A), (10.4, R)).resurrections == 2
    assert trial((9.5, R), (9.6, A), (10.1, A)).resurrections == 0, "the refusal came before the answer"
    assert trial((9.5, A), (10.1, R), (10.105, A)).resurrections == 0, (
        "it started before the refusal was known"
    )


def test_a_trial_is_void_when_too_little_was_decided() -> None:
    good = [(9.5, A), *((10 + n / 100, R) for n in range(1, 101))]
    assert trial(*good).void is None
    assert trial(*good, (12.0, U)).void is None, "1 of 101 is below one per cent"
    assert trial(*good, (12.0, U), (12.1, U)).void == "2 of 102 probes after the answer undecided (503)"
    few = [(9 + n / 1000, A) for n in range(900)]
    assert trial(*few, (10.1, R), (10.2, U)).void == "1 of 2 probes after the answer undecided (503)"
    assert trial((9.5, A)).void == "no probe after the answer"
    assert trial((9.5, R), (10.1, R)).void == "the copy was accepted by no probe, not even before the end"


def test_the_duration_of_the_end() -> None:
    assert trial((9.5, A)).end_duration == pytest.approx(0.1)


def test_the_resolution_is_the_gap_in_which_access_ended() -> None:
    assert trial((9.5, A), (9.98, A), (10.1, R), (10.2, R)).resolution == pytest.approx(0.13)
    assert trial((9.5, A), (10.2, A), (10.25, U), (10.3, R)).resolution == pytest.approx(0.11)
    assert trial((9.5, A), (10.2, A)).resolution is None
    assert trial((9.5, R)).resolution is None
    assert trial((9.5, A), (10.1, R), (10.2, A)).resolution is None, "never refused after the last acceptance"


def test_a_late_worker_beside_a_prompt_one_is_no_resurrection_when_they_are_told_apart() -> None:
    def told(*names: str) -> Trial:
        seen = trial((9.5, A), (10.1, R), (10.2, A), (10.3, R), (10.4, A))
        asked = tuple(
            dataclasses.replace(one, worker=name) for one, name in zip(seen.asked, names, strict=True)
        )
        return dataclasses.replace(seen, asked=asked)

    assert told("a", "a", "b", "a", "b").resurrections == 0
    assert told("a", "a", "b", "b", "b").resurrections == 1
    assert told("a", "a", "a", "b", "b").resurrections == 2
