"""One deadline for all that a check waits for, whatever a driver does; on threads as on event loops."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.world import PATIENCE

from rescind.errors import StoreUnavailable
from rescind.revocation.flights import MOST
from rescind.revocation.outage import Outage
from rescind.sessions.asking import Ask, Asker, Steps

WITHIN = 0.25
SMALL = 3.0
"""Seconds that this machine may be busy with something else."""


@pytest.fixture
def stuck() -> Iterator[Callable[[], None]]:
    """A driver that never comes back while the test runs."""
    free = threading.Event()

    def work() -> None:
        assert free.wait(PATIENCE * 2)

    yield work
    free.set()


def asker(*, inline: bool = False, probe: Callable[[], object] = lambda: None) -> Asker:
    return Asker(Outage(inline=inline), inline=inline, within=WITHIN, probe=probe)


def asks(*asked: Ask) -> Steps[Any]:
    """The values of the reads, or "away"."""
    try:
        values = []
        for ask in asked:
            value = yield ask
            values += [value]
        return values
    except StoreUnavailable:
        return "away"


def nothing() -> Steps[Any]:
    yield from ()
    return "memory"


class Counting:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


def both(of: Asker, steps: Callable[[], Steps[Any]]) -> list[Any]:
    """The same steps on a thread and on a loop."""
    return [of.run(steps()), asyncio.run(of.arun(steps()))]


@pytest.mark.parametrize("inline", [True, False])
def test_reads_are_made_and_memory_asks_for_none(inline: bool) -> None:
    of, work = asker(inline=inline), Counting()
    assert both(of, lambda: asks(Ask("a", work), Ask("b", work))) == [[1, 2], [3, 4]]
    assert both(of, nothing) == ["memory", "memory"]
    assert of.flights.threads == 0 if inline else 1 <= of.flights.threads <= 4


@pytest.mark.parametrize("inline", [True, False])
def test_our_own_errors_are_raised(inline: bool) -> None:
    of = asker(inline=inline)
    for run in (of.run, lambda steps: asyncio.run(of.arun(steps))):
        with pytest.raises(ZeroDivisionError):
            run(asks(Ask("a", lambda: 1 // 0)))


def test_all_reads_of_a_check_together_have_one_deadline(stuck: Callable[[], None]) -> None:
    of = asker()

    def slow() -> None:
        time.sleep(0.2)

    began = time.monotonic()
    assert of.run(asks(Ask("a", slow), Ask("b", stuck))) == "away"
    assert time.monotonic() - began < WITHIN + SMALL
    assert not of.outage.open, "the second had 50 ms: that says nothing about the authority"


def test_many_reads_in_turn_are_no_way_around_it() -> None:
    """Each of them alone is quick enough."""
    of, made = asker(), Counting()

    def slow() -> int:
        time.sleep(0.8 * WITHIN)
        return made()

    assert of.run(asks(*(Ask(index, slow) for index in range(8)))) == "away"
    assert made.count <= 2


def test_a_thread_does_not_wait_longer_than_it_may_for_a_stuck_driver(stuck: Callable[[], None]) -> None:
    of = asker()
    began = time.monotonic()
    assert of.run(asks(Ask("a", stuck))) == "away"
    assert WITHIN <= time.monotonic() - began < WITHIN + SMALL
    assert not of.outage.open, "this thread may only have been kept from the CPU"
    time.sleep(WITHIN)
    assert of.run(asks(Ask("b", stuck))) == "away"
    assert of.outage.refuses, "the first read is under way still: the driver does not come back"


def test_a_strict_check_that_has_waited_already_gets_the_rest(stuck: Callable[[], None]) -> None:
    of = asker()
    assert of.run(asks(Ask("a", stuck)), of.begin() - WITHIN) == "away"


def test_1000_threads_are_answered_in_time_and_wait_on_few(stuck: Callable[[], None]) -> None:
    of, answers, slowest = asker(), [], [0.0]

    def check(number: int) -> None:
        began = time.monotonic()
        answers.append(of.run(asks(Ask(number, stuck))))
        slowest[0] = max(slowest[0], time.monotonic() - began)

    threads = [threading.Thread(target=check, args=(number,)) for number in range(1000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == ["away"] * 1000
    assert slowest[0] < WITHIN + SMALL
    assert of.flights.threads <= MOST


def test_1000_tasks_are_answered_in_time_and_wait_on_few(stuck: Callable[[], None]) -> None:
    of, threads = asker(), set[int]()

    def work() -> None:
        threads.add(threading.get_ident())
        stuck()

    async def all_of_them() -> tuple[list[Any], float]:
        began = time.monotonic()
        answers = await asyncio.gather(*(of.arun(asks(Ask(number, work))) for number in range(1000)))
        return answers, time.monotonic() - began

    answers, took = asyncio.run(all_of_them())
    assert answers == ["away"] * 1000
    assert took < WITHIN + SMALL
    assert threading.get_ident() not in threads, "nothing blocked the loop"
    assert 1 <= len(threads) <= MOST


def test_while_the_authority_is_away_nobody_waits_and_one_probe_goes(stuck: Callable[[], None]) -> None:
    probes = Counting()
    of = asker(probe=probes)
    of.outage.failed(StoreUnavailable("gone"))
    began = time.monotonic()
    for _ in range(1000):
        assert of.run(asks(Ask("a", stuck))) == "away"
        assert time.monotonic() - began < SMALL
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        of.run(asks(Ask("a", stuck)))
    assert 1 <= probes.count <= 3


def test_the_probe_that_is_answered_lets_everyone_in() -> None:
    of = asker()
    of._probe = lambda: of.outage.watched(lambda: None)
    of.outage.failed(StoreUnavailable("gone"))
    until = time.monotonic() + PATIENCE
    while of.run(asks(Ask("a", lambda: 1))) == "away":
        assert time.monotonic() < until
        time.sleep(0.01)
    assert not of.outage.open


def test_the_check_that_opens_the_store_may_take_longer() -> None:
    of = asker(inline=True)

    def slow() -> int:
        time.sleep(2 * WITHIN)
        return 7

    assert both(of, lambda: asks(Ask("open", slow, slow=True))) == [[7], [7]]
    assert not of.outage.open


def test_a_task_that_is_cancelled_takes_the_read_from_nobody() -> None:
    of, free = asker(), threading.Event()

    def work() -> int:
        assert free.wait(PATIENCE)
        return 7

    async def two() -> Any:
        first = asyncio.create_task(of.arun(asks(Ask("a", work))))
        second = asyncio.create_task(of.arun(asks(Ask("a", work))))
        await asyncio.sleep(0.02)
        first.cancel()
        await asyncio.sleep(0)
        free.set()
        return await second

    assert asyncio.run(two()) == [7]


def test_off_the_loop_with_the_time_of_a_check(stuck: Callable[[], None]) -> None:
    of = asker()

    async def off() -> int:
        assert await of.off(max, 3, 4) == 4
        with pytest.raises(ZeroDivisionError):
            await of.off(lambda: 1 // 0)
        with pytest.raises(StoreUnavailable, match=r"0\.25 s"):
            await of.off(stuck)
        return 1

    assert asyncio.run(off()) == 1
