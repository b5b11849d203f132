"""What one check costs, measured inside a worker of the demo: the checks alone, without HTTP around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

ROUNDS = 201
ROUND_SECONDS = 0.001  # of one kind in one round: far above the clock's step, below a scheduler's slice

Check = Callable[[], object]


def costs(checks: Mapping[str, Check]) -> dict[str, float]:
    """Seconds of one call of each check: the median over interleaved rounds, after one round of warming up.

    Interleaved means that every round runs all kinds, so that whatever else the machine does meets all alike.
    """
    repeats = {name: _repeats(check) for name, check in checks.items()}
    seen: dict[str, list[float]] = {name: [] for name in checks}
    for _ in range(ROUNDS):
        for name, check in checks.items():
            seen[name].append(_time(check, repeats[name]) / repeats[name])
    return {name: median(times) for name, times in seen.items()}


def _repeats(check: Check) -> int:
    """How many calls fill a round. The quickest of three: one that was interrupted seems full too early."""
    count = 1
    while (took := min(_time(check, count) for _ in range(3))) < ROUND_SECONDS:
        count = max(2 * count, int(count * ROUND_SECONDS / took) if took else 0)
    return count


def _time(check: Check, count: int) -> float:
    began = perf_counter()
    for _ in range(count):
        check()
    return perf_counter() - began
