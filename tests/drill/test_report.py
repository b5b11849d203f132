"""Percentiles, the JSON object, the terminal line and the exit code."""

from __future__ import annotations

import dataclasses
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drill.local_server import plan
from tests.drill.test_record import A, R, U, trial
from tests.drill.written import UNTIMED

from rescind.drill.judge import Verdict
from rescind.drill.record import Asked, Faulted, Trial
from rescind.drill.report import duration, exit_code, figures, quantiles, report
from rescind.drill.run import EndOutcome, Outcome

PLAN = plan("http://127.0.0.1:1")
HELD = trial((9.95, A), (10.1, R), (10.2, R))
LATE = trial((9.95, A), (10.4, A), (10.5, R))
VOID = trial((9.95, A), (10.1, R), (10.2, U))
STILL = trial((9.95, A), (10.1, A), (12.0, A), still=True)


def outcome(*trials: Trial | Faulted, bound: str = "immediate", stopped: str | None = None) -> Outcome:
    end = msgspec.structs.replace(PLAN.end[0], bound=bound)
    measured = tuple(one for one in trials if isinstance(one, Trial))
    faulted = tuple(one for one in trials if isinstance(one, Faulted))
    return Outcome(PLAN, "1.2", (EndOutcome(end, measured, faulted),), stopped)


@pytest.mark.parametrize(
    ("given_outcome", "code", "held"),
    [
        (outcome(HELD, HELD), 0, True),
        (outcome(HELD, LATE), 1, False),
        (outcome(HELD, LATE, bound="1s"), 0, True),
        (outcome(STILL, bound="1h"), 1, False),
        (outcome(VOID), 2, False),
        (outcome(Faulted(1, "sign-in failed")), 2, False),
        (outcome(), 2, False),
        (outcome(HELD, stopped="429"), 2, False),
        (outcome(LATE, VOID, VOID), 1, False),
    ],
)
def test_exit_code_and_held(given_outcome: Outcome, code: int, held: bool) -> None:
    assert exit_code(given_outcome) == code
    assert report(given_outcome)["held"] is held


def test_the_json_object_has_the_documented_keys_and_is_json() -> None:
    given_outcome = outcome(HELD, LATE, VOID, Faulted(4, "sign-in failed"))
    seen = json.loads(json.dumps(report(given_outcome)))
    assert list(seen) == ["tool", "version", "target", "ends", "held"]
    (end,) = seen["ends"]
    assert set(end) >= {
        "name", "trials", "void", "end_duration_s", "lag_s", "accepted_after", "probes_after",
        "still_accepted_at_stop", "resurrections", "undecided", "workers_told_apart", "bound_s", "held",
    }  # fmt: skip
    assert (end["trials"], end["void"], end["accepted_after"], end["probes_after"]) == (2, 2, 1, 6)
    assert (end["undecided"], end["bound_s"], end["workers_told_apart"]) == (1, 0.0, False)
    assert set(end["lag_s"]) == set(end["end_duration_s"]) == {"p50", "p95", "p99", "max"}
    assert end["lag_s"]["max"] == pytest.approx(0.4)
    assert "trial 4: sign-in failed" in end["void_because"]


def test_workers_are_told_apart_only_when_every_answer_names_one() -> None:
    def named(*names: str | None) -> Trial:
        asked = tuple(
            Asked(10 + n, 10.5 + n, Verdict.REFUSED, "401", name, True) for n, name in enumerate(names, 1)
        )
        return Trial(1, 1, 9.9, 10.0, 20, False, (*HELD.asked[:1], *asked), "", {})

    seen = figures(outcome(named("a", "b", "a")).ends[0])
    assert seen.told_apart
    assert {name: worker.probes_after for name, worker in seen.workers.items()} == {"a": 2, "b": 1}
    assert not figures(outcome(named("a", None)).ends[0]).told_apart


def test_the_terminal_line() -> None:
    (end,) = (figures(one) for one in outcome(HELD, HELD).ends)
    assert end.line() == (
        "sign out   2 trials   answered in 100 ms (p99 100 ms)   last copy accepted 50 ms before the answer"
        "   0 of 4 after   workers not told apart   bound immediate   HELD"
    )
    (late,) = (figures(one) for one in outcome(HELD, LATE).ends)
    assert late.line().endswith(
        "400 ms after the answer   1 of 4 after   workers not told apart   bound immediate   NOT HELD"
    )
    (none,) = (figures(one) for one in outcome(Faulted(1, "the copy does not work")).ends)
    assert none.line() == "sign out   not measured   trial 1: the copy does not work"


@UNTIMED
@given(st.lists(st.floats(-10, 10), min_size=1))
def test_every_quantile_is_a_value_that_was_seen(values: list[float]) -> None:
    seen = quantiles(values)
    assert seen is not None
    assert set(seen.values()) <= set(values)
    assert list(seen.values()) == sorted(seen.values())
    assert seen["max"] == max(values)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        assert sum(value <= seen[name] for value in values) >= share * len(values)


def test_quantiles_by_nearest_rank() -> None:
    assert quantiles([float(n) for n in range(1, 101)]) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    assert quantiles([]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 µs"), (0.00025, "250 µs"), (0.0012, "1.2 ms"), (0.0182, "18 ms"), (0.4, "400 ms"),
     (0.9999, "1.0 s"), (0.00996, "10 ms"), (0.9992, "999 ms"), (4.94, "4.9 s"),
     (59.97, "1:00"), (888, "14:48")],
)  # fmt: skip
def test_durations_have_units(value: float, text: str) -> None:
    assert duration(value) == text


def test_workers_and_bases_have_figures_of_their_own() -> None:
    def seen(*answers: tuple[float, Verdict, str | None, str]) -> dict[str, tuple[int, int, float | None]]:
        asked = tuple(Asked(at, at + 0.01, said, "200", name, True, base) for at, said, name, base in answers)
        workers = figures(outcome(dataclasses.replace(HELD, asked=asked)).ends[0]).workers
        return {n: (w.probes_after, w.accepted_after, w.lag and round(w.lag, 3)) for n, w in workers.items()}

    first = (9.9, A, "w", "http://a")
    assert seen(first, (10.1, R, "v", "http://a")) == {"v": (1, 0, None), "w": (0, 0, -0.1)}
    assert seen((9.9, A, None, "http://a"), (10.1, A, None, "http://b"), (10.2, R, None, "http://a")) == {
        "http://a": (1, 0, -0.1),
        "http://b": (1, 1, 0.1),
    }
    assert set(seen(first, (10.1, R, "w", "http://b"))) == {"http://a w", "http://b w"}
    assert seen((9.9, A, None, "http://a"), (10.1, R, None, "http://a")) == {}


def test_the_resolution_is_in_the_report() -> None:
    end = figures(outcome(HELD, LATE).ends[0])
    assert end.resolution is not None
    assert end.resolution["p50"] == pytest.approx(0.11)
    assert end.resolution["max"] == pytest.approx(0.16)
    assert end.to_dict()["resolution_s"] == end.resolution
    assert figures(outcome(STILL).ends[0]).resolution is None


def test_few_trials_among_many_void_ones_measure_nothing() -> None:
    failed = [Faulted(2, "sign-in failed"), Faulted(3, "sign-in failed")]
    assert exit_code(outcome(HELD, failed[0])) == 0
    assert exit_code(outcome(HELD, *failed)) == 2
    assert figures(outcome(HELD, *failed).ends[0]).line().endswith("NOT MEASURED")
    assert figures(outcome(LATE, *failed).ends[0]).line().endswith("NOT HELD")


def test_a_bound_within_the_resolution_is_said_to_be_undecided() -> None:
    assert figures(outcome(LATE, bound="450ms").ends[0]).unsure == 1  # accepted at 400 ms, refused at 510 ms
    assert figures(outcome(LATE, bound="450ms").ends[0]).to_dict()["unsure"] == 1
    assert figures(outcome(LATE, bound="600ms").ends[0]).unsure == 0
    assert figures(outcome(LATE, bound="300ms").ends[0]).unsure == 0
    assert figures(outcome(HELD).ends[0]).unsure == 0
