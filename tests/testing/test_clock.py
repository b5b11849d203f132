"""The clock that tests hold in their hands."""

from __future__ import annotations

import pytest

from rescind._clock import SECOND, Clock, JudgingTime, SystemClock
from rescind.testing import FakeClock
from rescind.testing.clock import MovableClock
from rescind.testing.threads import race


def test_time_stands_still_until_told() -> None:
    clock: Clock = FakeClock()
    before = clock.lease(), clock.wall()
    assert (clock.lease(), clock.wall()) == before


@pytest.mark.parametrize(
    ("given", "seconds"),
    [({"seconds": 1.5}, 1.5), ({"minutes": 6}, 360), ({"hours": 2}, 7200), ({"days": 14}, 14 * 86400)],
)
def test_advance_moves_both_clocks_alike(given: dict[str, float], seconds: float) -> None:
    clock = FakeClock()
    wall = clock.wall()
    clock.advance(**given)
    assert clock.lease() == seconds
    assert clock.wall() - wall == seconds * SECOND


def test_units_add_up() -> None:
    clock = FakeClock()
    clock.advance(days=1, hours=1, minutes=1, seconds=1)
    assert clock.lease() == 90061


def test_many_small_steps_lose_nothing() -> None:
    clock = FakeClock()
    for _ in range(1000):
        clock.advance(seconds=0.001)
    assert clock.lease() == 1


def test_time_does_not_run_backwards() -> None:
    clock = FakeClock()
    with pytest.raises(ValueError, match="step_wall"):
        clock.advance(seconds=-1)


def test_the_wall_can_be_set_both_ways_and_the_lease_does_not_notice() -> None:
    clock = FakeClock(wall=10 * SECOND)
    clock.step_wall(5)
    assert (clock.wall(), clock.lease()) == (15 * SECOND, 0)
    clock.step_wall(-12.5)
    assert (clock.wall(), clock.lease()) == (2.5 * SECOND, 0)


def test_judging_time_stands_still_when_the_wall_goes_back() -> None:
    clock = FakeClock(wall=10 * SECOND)
    judging = JudgingTime(clock)
    clock.step_wall(5)
    assert judging.now() == 15 * SECOND
    clock.step_wall(-10)
    assert judging.now() == 15 * SECOND


def test_sleep_returns_later() -> None:
    clock = FakeClock()
    clock.sleep(0.25)
    assert clock.lease() == 0.25


def test_threads_lose_no_time() -> None:
    clock = FakeClock()

    def pass_time() -> None:
        for _ in range(500):
            clock.advance(seconds=1)
            clock.step_wall(-1)

    race([pass_time] * 8)
    assert (clock.lease(), clock.wall()) == (4000, FakeClock().wall())


def test_now_is_aware_and_exact() -> None:
    assert FakeClock().now().isoformat() == "2027-01-15T08:00:00+00:00"
    assert FakeClock(wall=1).now().isoformat() == "1970-01-01T00:00:00.000001+00:00"


def test_a_movable_clock_runs_until_it_is_held() -> None:
    base = FakeClock(wall=100 * SECOND, lease=7)
    clock = MovableClock(base)
    base.advance(seconds=1)
    assert (clock.lease(), clock.wall()) == (8, 101 * SECOND)
    held = clock.hold()
    base.advance(seconds=1)
    assert (clock.lease(), clock.wall()) == (8, 101 * SECOND)
    held.advance(minutes=1)
    assert (clock.lease(), clock.wall()) == (68, 161 * SECOND)


def test_a_released_clock_runs_on_and_never_back() -> None:
    base = FakeClock(wall=100 * SECOND, lease=7)
    clock = MovableClock(base)
    for held_for, reached in ((10, 17), (0, 18), (5, 24)):
        clock.hold().advance(seconds=held_for)
        assert clock.lease() == reached
        clock.release()
        assert clock.lease() == reached
        base.advance(seconds=1)
        assert clock.lease() == reached + 1


def test_time_that_passed_while_held_is_not_lost() -> None:
    base = FakeClock(wall=100 * SECOND)
    clock = MovableClock(base)
    clock.hold()
    base.advance(hours=1)
    clock.release()
    assert (clock.lease(), clock.wall()) == (3600, 3700 * SECOND)


def test_a_wall_that_was_set_back_is_forgotten_at_release() -> None:
    """Judging time would stand still for the next test until the wall had caught up."""
    clock = MovableClock(FakeClock(wall=100 * SECOND))
    judging = JudgingTime(clock)
    held = clock.hold()
    held.step_wall(50)
    assert judging.now() == 150 * SECOND
    held.step_wall(-80)
    clock.release()
    assert clock.wall() == 150 * SECOND
    clock.hold().advance(seconds=1)
    assert judging.now() == 151 * SECOND


def test_sleeping_on_a_held_clock_takes_no_time() -> None:
    base = FakeClock()
    clock = MovableClock(base)
    clock.hold()
    clock.sleep(3600)
    assert (clock.lease(), base.lease()) == (3600, 0)
    clock.release()
    clock.sleep(2)
    assert base.lease() == 2


def test_by_default_it_is_the_machines_clock() -> None:
    before, now, after = SystemClock().wall(), MovableClock().wall(), SystemClock().wall()
    assert before <= now <= after
