"""The threads of the kit hide no failure."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from rescind.testing.threads import race, watch_during


def test_results_come_in_the_order_of_the_jobs() -> None:
    assert race([partial(int, n) for n in range(8)]) == list(range(8))


def test_all_jobs_run_at_once() -> None:
    gate = threading.Barrier(5)
    race([lambda: gate.wait(10)] * 5)


def test_a_failure_in_a_thread_is_a_failure() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(BaseExceptionGroup) as caught:
        race([fail, lambda: None, fail])
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError, ZeroDivisionError]


def test_a_thread_that_hangs_is_a_failure() -> None:
    release = threading.Event()
    with pytest.raises(TimeoutError, match="did not end within"):
        race([release.wait, lambda: True], within=0.05)
    release.set()


def test_the_watcher_looks_during_the_work_and_once_after() -> None:
    state = {"written": 0}
    looked, seen = threading.Event(), list[int]()

    def look() -> None:
        seen.append(state["written"])
        looked.set()

    def work() -> None:
        assert looked.wait(30)
        state["written"] = 1

    assert watch_during(look, [work]) == len(seen)
    assert seen[0] == 0
    assert seen[-1] == 1


def test_what_the_watcher_finds_is_a_failure() -> None:
    def look() -> None:
        raise ZeroDivisionError

    with pytest.raises(BaseExceptionGroup):
        watch_during(look, [lambda: None])
