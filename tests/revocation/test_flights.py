"""Shared reads: nobody is answered by one that began before they came; few threads, whoever waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.world import PATIENCE

from rescind.errors import StoreUnavailable
from rescind.revocation import flights as module
from rescind.revocation.flights import MOST, Flights
from rescind.revocation.outage import Outage
from rescind.testing.processes import in_a_child


class Gate:
    """Work that stands still until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.free = threading.Event()
        self.count = 0
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            self.count += 1
            mine = self.count
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.entered.release()
        assert self.free.wait(PATIENCE)
        with self._lock:
            self.inside -= 1
        return mine


@pytest.fixture
def outage() -> Outage:
    return Outage()


@pytest.fixture
def flights(outage: Outage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flights]:
    monkeypatch.setattr(module, "LINGER", 0.2)
    made = Flights(outage)
    yield made
    until = time.monotonic() + PATIENCE
    while made.threads:
        assert time.monotonic() < until, "threads without work end"
        time.sleep(0.02)


def value(flight: module.Flight) -> Any:
    outcome = flight.done.result(PATIENCE)
    assert outcome.error is None
    return outcome.value


def test_a_read_under_way_answers_nobody_who_came_later(flights: Flights) -> None:
    """Its snapshot may be older than a revocation that was final before they came."""
    gate = Gate()
    first = flights.ask("s", gate)
    assert gate.entered.acquire(timeout=PATIENCE)
    later = [flights.ask("s", gate) for _ in range(200)]
    assert {id(flight) for flight in later} == {id(later[0])}, "they share the next"
    assert later[0] is not first
    gate.free.set()
    assert value(first) == 1
    assert value(later[0]) == 2
    assert (gate.count, gate.most) == (2, 1), "one at a time"


def test_200_who_ask_the_same_at_once_share_reads(flights: Flights) -> None:
    gate = Gate()
    gate.free.set()
    barrier = threading.Barrier(200)
    answers: list[int] = []

    def ask() -> None:
        barrier.wait(PATIENCE)
        answers.append(value(flights.ask("s", gate)))

    threads = [threading.Thread(target=ask) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(answers) == 200
    assert gate.most == 1, "never two at once"
    assert gate.count < 200


def test_1000_different_questions_take_few_threads(flights: Flights) -> None:
    gate = Gate()
    asked = [flights.ask(number, gate) for number in range(1000)]
    for _ in range(MOST):
        assert gate.entered.acquire(timeout=PATIENCE)
    assert flights.threads == MOST
    gate.free.set()
    assert len({value(flight) for flight in asked}) == 1000
    assert gate.most <= MOST


def test_what_has_not_begun_is_answered_when_the_authority_is_away(flights: Flights, outage: Outage) -> None:
    gate = Gate()
    held = [flights.ask(number, gate) for number in range(MOST - 1)]
    for _ in held:
        assert gate.entered.acquire(timeout=PATIENCE)
    slow = Gate()

    def fails() -> None:
        slow()
        outage.failed(StoreUnavailable("gone"))
        raise StoreUnavailable("gone")

    failing = flights.ask("fails", fails)
    assert slow.entered.acquire(timeout=PATIENCE)
    waiting = [flights.ask(("waits", number), gate) for number in range(500)]
    slow.free.set()
    for flight in (failing, *waiting):
        outcome = flight.done.result(PATIENCE)
        assert isinstance(outcome.error, StoreUnavailable)
    assert gate.count == MOST - 1, "none of them was begun"
    gate.free.set()
    assert all(value(flight) for flight in held)
    assert value(flights.ask("after", lambda: 5)) == 5


def test_an_error_of_ours_reaches_who_waits_and_ends_no_thread(flights: Flights) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    for _ in range(2 * MOST):
        assert isinstance(flights.ask("s", broken).done.result(PATIENCE).error, ZeroDivisionError)
    assert value(flights.ask("s", lambda: 5)) == 5


def test_who_gives_up_cancels_it_for_nobody(flights: Flights) -> None:
    gate = Gate()
    flight = flights.ask("s", gate)
    assert not flight.done.cancel()
    gate.free.set()
    assert value(flight) == 1


def test_a_child_of_a_fork_begins_without_threads(flights: Flights) -> None:
    assert value(flights.ask("s", lambda: 5)) == 5
    assert flights.threads == 1

    def child() -> bool:
        flights.after_fork()
        return flights.threads == 0 and value(flights.ask("s", lambda: 6)) == 6

    in_a_child(child)
    assert value(flights.ask("s", lambda: 7)) == 7


def test_close_leaves_no_thread_and_a_later_read_has_one() -> None:
    of = Flights(Outage())
    for _ in range(3):
        assert of.ask("a", lambda: 7).done.result(PATIENCE).value == 7
        ours = [thread for thread in threading.enumerate() if thread.name == "rescind-reads"]
        of.close()
        assert of.threads == 0
        assert not any(thread.is_alive() for thread in ours)


def test_close_waits_for_no_read_that_is_stuck() -> None:
    of, free = Flights(Outage()), threading.Event()
    stuck = of.ask("stuck", lambda: free.wait(PATIENCE))
    other = of.ask("other", lambda: 7)
    assert other.done.result(PATIENCE).value == 7
    of.close()
    assert of.threads == 1
    free.set()
    assert stuck.done.result(PATIENCE).value is True
    until = time.monotonic() + PATIENCE
    while of.threads:
        assert time.monotonic() < until, "it ends after its read"
        time.sleep(0.001)


def test_a_thread_that_could_not_be_had_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    of, start = Flights(Outage()), threading.Thread.start

    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    first = of.ask("open", lambda: 7)
    monkeypatch.setattr(threading.Thread, "start", start)
    assert of.ask("open", lambda: 8) is first
    assert first.done.result(PATIENCE).value == 7
    of.close()


def test_who_waits_when_it_is_closed_is_answered_and_nothing_more_is_read() -> None:
    of, free, read = Flights(Outage()), threading.Event(), list[str]()
    under_way = of.ask("a", lambda: free.wait(PATIENCE))
    until = time.monotonic() + PATIENCE
    while under_way.begun is None:
        assert time.monotonic() < until
        time.sleep(0.001)
    follower = of.ask("a", lambda: read.append("late"))
    of.close()
    with pytest.raises(StoreUnavailable, match="being closed"):
        follower.done.result(0).get()
    free.set()
    assert under_way.done.result(PATIENCE).value is True
    while of.threads:
        assert time.monotonic() < until
        time.sleep(0.001)
    assert read == []


def test_each_who_waited_gets_an_error_of_their_own() -> None:
    """A traceback grows with each raise; a shared one shows frames of one request in another's report."""
    of = Flights(Outage())

    def fail() -> None:
        raise StoreUnavailable("gone")

    outcome = of.ask("a", fail).done.result(PATIENCE)
    raised = []
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="gone") as error:
            outcome.get()
        raised.append(error.value)
    assert raised[0] is not raised[1]
    of.close()
