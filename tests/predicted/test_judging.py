"""When a measurement contradicts a prediction, and when it says nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.paths.maps import AT_ONCE, HOUR, MINUTE, NEVER, OPEN, UNKNOWN, route

from rescind.drill.report import EndFigures
from rescind.paths.model import Behaviour
from rescind.predicted.judging import judge, line

ENDLESS = Behaviour("expiry", "")
AT = route("/me", protected=True)


def figures(lag: float | None, after: int, *, alive: bool = False, **given: Any) -> EndFigures:
    lags = None if lag is None else dict.fromkeys(("p50", "p95", "p99", "max"), lag)
    values: dict[str, Any] = {
        "name": "sign out", "trials": 2, "void": (), "end_duration": lags, "lag": lags, "resolution": None,
        "accepted_after": after, "probes_after": 200, "still_accepted_at_stop": 2 * alive, "resurrections": 0,
        "undecided": 0, "probes": 300, "workers": {}, "told_apart": False, "bound": 0.0, "unsure": 0,
        "broken": False, "held": True,
    } | given  # fmt: skip
    return EndFigures(**values)


ENDED, LATE, ALIVE = figures(-0.01, 0), figures(30.0, 90), figures(4.0, 200, alive=True)


@pytest.mark.parametrize(
    ("predicted", "seen", "agrees"),
    [
        (AT_ONCE, ENDED, "agrees"),
        (AT_ONCE, LATE, "slower"),
        (AT_ONCE, ALIVE, "slower"),
        (AT_ONCE, figures(0.001, 1), "slower"),
        (MINUTE, ENDED, "agrees"),
        (MINUTE, LATE, "agrees"),
        (MINUTE, figures(61.0, 90), "slower"),
        (MINUTE, figures(90.0, 90, alive=True), "slower"),
        (HOUR, ALIVE, "agrees"),
        (HOUR, ENDED, "sooner"),
        (HOUR, LATE, "sooner"),
        (HOUR, figures(3_595.0, 90), "agrees"),
        (ENDLESS, ALIVE, "agrees"),
        (ENDLESS, ENDED, "sooner"),
        (NEVER, ALIVE, "agrees"),
        (NEVER, LATE, "sooner"),
        (UNKNOWN, ALIVE, "no prediction"),
        (OPEN, ALIVE, "no prediction"),
        (None, ALIVE, "no prediction"),
    ],
)
def test_verdicts(predicted: Behaviour | None, seen: EndFigures, agrees: str) -> None:
    found = judge(AT, "sign out", predicted, seen)
    assert found.agrees == agrees
    assert found.contradicts is (agrees in {"slower", "sooner"})
    assert found.figures is seen and found.to_dict()["measured"] is not None


def test_what_was_not_measured_has_no_figures() -> None:
    void = figures(None, 0, trials=0, void=("trial 1: the copy does not work",))
    found = judge(AT, "sign out", AT_ONCE, void)
    told = found.to_dict()
    assert (told["measured"], told["agrees"], told["says"]) == (None, "not measured", void.void[0])
    assert told["predicted"]["class"] == "immediate" and not found.contradicts
    # Too much was undecided: an acceptance of a copy that nobody is sure of proves nothing either.
    assert judge(AT, "sign out", AT_ONCE, figures(1.0, 5, undecided=200)).figures is None


def test_in_words() -> None:
    said = "200 of 200 accepted after the answer, and still 4.0 s after it, when the watch ended"
    assert line(judge(AT, "sign out", AT_ONCE, ALIVE)) == f"sign out: GET /me: predicted at once; {said}"
