"""The two clocks, and judging time that never runs backwards."""

from __future__ import annotations

import os
import time

import pytest

from rescind._clock import SECOND, JudgingTime, SystemClock
from rescind.testing import FakeClock
from rescind.testing.threads import race


def test_the_lease_clock_runs_in_suspend_where_the_platform_can() -> None:
    if not hasattr(time, "CLOCK_BOOTTIME"):
        assert SystemClock().lease() > 0
        return
    before, ours, after = (
        time.clock_gettime(time.CLOCK_BOOTTIME),
        SystemClock().lease(),
        time.clock_gettime(time.CLOCK_BOOTTIME),
    )
    assert before <= ours <= after


def test_the_wall_clock_counts_microseconds() -> None:
    assert abs(SystemClock().wall() - time.time() * SECOND) < 10 * SECOND


def test_sleep_takes_its_time() -> None:
    clock = SystemClock()
    began = clock.lease()
    clock.sleep(0.01)
    assert clock.lease() - began >= 0.01


@pytest.mark.parametrize("step", [-1, -3600, -86400 * 365])
def test_judging_time_never_goes_back(step: int) -> None:
    clock = FakeClock()
    judging = JudgingTime(clock)
    before = judging.now()
    clock.step_wall(step)
    assert judging.now() == before
    clock.step_wall(-step)
    clock.advance(seconds=1)
    assert judging.now() == before + SECOND


def test_a_peek_is_never_behind_and_is_not_remembered() -> None:
    clock = FakeClock()
    judging = JudgingTime(clock)
    before = judging.now()
    clock.step_wall(-60)
    assert judging.peek() == before
    clock.step_wall(120)
    assert judging.peek() == before + 60 * SECOND
    clock.step_wall(-60)
    assert judging.now() == before, "only now() makes time pass"


def test_judging_time_never_goes_back_between_threads() -> None:
    clock = FakeClock()
    judging = JudgingTime(clock)

    def look() -> bool:
        seen = [judging.now() for _ in range(2000)]
        return seen == sorted(seen)

    def step() -> bool:
        for n in range(2000):
            clock.step_wall(5 if n % 2 else -5)
            clock.advance(seconds=0.001)
        return True

    assert all(race([look, look, step]))


def test_a_child_does_not_inherit_a_held_lock() -> None:
    judging = JudgingTime(FakeClock())
    judging._lock.acquire()
    judging.renew_lock()
    assert judging.now() > 0
    assert os.getpid() > 0
