"""The stop-watch of the demo: per call, in seconds, median of interleaved rounds."""

from __future__ import annotations

from time import perf_counter

from rescind.demo import costs as costs_module
from rescind.demo.costs import costs


def spin(seconds: float) -> None:
    until = perf_counter() + seconds
    while perf_counter() < until:
        pass


def test_a_call_costs_what_it_takes() -> None:
    seen = costs({"short": lambda: spin(0.0002), "long": lambda: spin(0.002)})
    assert list(seen) == ["short", "long"]
    assert seen["short"] >= 0.0002
    assert seen["long"] >= 0.002
    assert 3 < seen["long"] / seen["short"] < 20


def test_rounds_are_interleaved_and_a_burst_does_not_decide() -> None:
    order: list[str] = []
    calls = 0

    def disturbed() -> None:
        nonlocal calls
        calls += 1
        order.append("d")
        spin(0.03 if calls % 5 == 0 else costs_module.ROUND_SECONDS + 0.001)

    def quiet() -> None:
        order.append("q")
        spin(costs_module.ROUND_SECONDS + 0.001)

    seen = costs({"d": disturbed, "q": quiet})
    assert "dqdqdq" in "".join(order)
    assert seen["d"] < 0.02
