"""The stop-watch of the demo: seconds per call, the median of interleaved rounds, whatever else goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rescind.demo.sites import costs as costs_module
from rescind.demo.sites.costs import ROUND_SECONDS, ROUNDS, costs


class Clock:
    """A clock that only the checks move, so that the test does not depend on the machine."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []

    def check(self, name: str, seconds: float, interrupted_every: int = 0) -> Callable[[], object]:
        def call() -> None:
            self.order.append(name)
            self.now += seconds
            if interrupted_every and self.order.count(name) % interrupted_every == 0:
                self.now += 0.004  # the scheduler gave somebody else a turn

        return call


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(costs_module, "perf_counter", lambda: clock.now)
    return clock


def test_a_call_costs_what_it_takes(clock: Clock) -> None:
    seen = costs({"quick": clock.check("q", 10e-6), "slow": clock.check("s", 5e-3)})
    assert list(seen) == ["quick", "slow"]
    assert seen == {"quick": pytest.approx(10e-6), "slow": pytest.approx(5e-3)}


def test_rounds_are_full_and_interleaved(clock: Clock) -> None:
    costs({"a": clock.check("a", 250e-6), "b": clock.check("b", 500e-6)})
    rounds = "".join(clock.order[-ROUNDS * 6 :])
    assert rounds == ("a" * round(ROUND_SECONDS / 250e-6) + "b" * round(ROUND_SECONDS / 500e-6)) * ROUNDS


def test_interruptions_do_not_decide(clock: Clock) -> None:
    seen = costs({"a": clock.check("a", 100e-6, interrupted_every=97), "b": clock.check("b", 100e-6)})
    assert seen["a"] == pytest.approx(seen["b"])


def test_an_interruption_while_rounds_are_sized_does_not_make_them_short(clock: Clock) -> None:
    calls = 0

    def interrupted_once() -> None:
        nonlocal calls
        calls += 1
        clock.now += 10e-6 + (0.004 if calls == 1 else 0)

    costs({"a": interrupted_once})
    assert calls > ROUNDS * ROUND_SECONDS / 10e-6
