"""Drill truth: against a server that goes on accepting for a known time, the drill reports that time."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.drill.local_server import LocalServer, Notes, plan
from tests.drill.test_run import drill, trials

from rescind.drill.report import exit_code, figures
from rescind.drill.run import Outcome

FOR_EVER = float("inf")


def measured(lag: float, *, count: int) -> Outcome:
    """Trials against a server that accepts for `lag` seconds after it has taken note of the sign-out."""
    app = Notes(keeps=lambda call, since: since < lag)
    with LocalServer(app) as server:
        return drill(plan(server.base, trials=count, watch=0.7 if lag == 0.5 else 0.2))


def assert_bracketed(outcome: Outcome, lag: float) -> None:
    """In every trial, on any machine: the truth lies between the lag and the lag with its resolution.

    Mutations: the first refusal for the last acceptance; a resolution of the pace alone; the beginning of the
    end for its answer.
    """
    for trial in trials(outcome):
        assert trial.lag is not None and trial.resolution is not None and not trial.still_accepted
        assert trial.lag < lag
        assert lag <= trial.lag + trial.resolution + trial.end_duration
    seen = figures(outcome.ends[0])
    assert seen.lag is not None and seen.lag["max"] == max(trial.lag or 0 for trial in trials(outcome))
    assert exit_code(outcome) == (1 if seen.lag["max"] > 0 else 0)


@pytest.mark.parametrize("lag", [0, 0.05])
def test_the_truth_is_within_the_resolution_that_is_reported(lag: float) -> None:
    assert_bracketed(measured(lag, count=4), lag)


def test_for_ever_is_said_to_be_for_ever() -> None:
    outcome = measured(FOR_EVER, count=2)
    seen = figures(outcome.ends[0])
    assert (seen.still_accepted_at_stop, seen.held, seen.resolution, exit_code(outcome)) == (
        2,
        False,
        None,
        1,
    )
    assert seen.lag is not None and seen.lag["p50"] > 0.15, "it was tried until the watch ended"
    assert seen.accepted_after == seen.probes_after > 20


@contextmanager
def busy_machine() -> Iterator[None]:
    """Two processes for each core that do nothing but compute."""
    context = multiprocessing.get_context("spawn")
    burners = [context.Process(target=_burn, daemon=True) for _ in range(2 * (os.cpu_count() or 1))]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.join()


def _burn() -> None:
    while True:
        pass


@pytest.mark.long
@pytest.mark.parametrize("busy", [False, True], ids=["as it is", "busy"])
@pytest.mark.parametrize("lag", [0, 0.05, 0.5])
def test_the_longest_lag_of_many_trials_is_the_truth_within_a_tenth(lag: float, busy: bool) -> None:
    """Each trial falls short of the truth by up to its resolution, none exceeds it: the longest is close."""
    if busy:
        with busy_machine():
            outcome = measured(lag, count=40)
    else:
        outcome = measured(lag, count=40)
    assert_bracketed(outcome, lag)
    seen = figures(outcome.ends[0])
    assert seen.lag is not None and seen.resolution is not None
    print(f"{lag}: {seen.lag}, resolution {seen.resolution}")
    if lag:
        assert 0.9 * lag <= seen.lag["max"] <= lag
    else:
        assert seen.accepted_after == 0
