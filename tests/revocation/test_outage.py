"""The breaker: what opens it, what closes it, who probes, what is said."""

from __future__ import annotations

import logging
from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rescind.errors import SchemaMissing, StoreBusy, StoreUnavailable
from rescind.revocation.outage import FIRST_BACKOFF, LAST_BACKOFF, SAY_AGAIN, Outage
from rescind.testing import FakeClock
from rescind.testing.threads import race

GONE = StoreUnavailable("gone")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def outage(clock: FakeClock) -> Outage:
    return Outage(clock=clock)


def fail() -> None:
    raise GONE


def test_one_read_that_fails_opens_it_and_one_that_succeeds_closes_it(outage: Outage) -> None:
    with pytest.raises(StoreUnavailable):
        outage.watched(fail)
    assert (outage.open, outage.refuses) == (True, True)
    assert outage.watched(lambda: 7) == 7
    assert (outage.open, outage.refuses) == (False, False)


def test_other_errors_say_nothing_about_the_authority(outage: Outage) -> None:
    with pytest.raises(ZeroDivisionError):
        outage.watched(lambda: 1 // 0)
    assert not outage.open


def test_to_be_busy_oneself_says_nothing_about_the_authority(outage: Outage) -> None:
    def busy() -> None:
        raise StoreBusy("all 8 connections are in use")

    with pytest.raises(StoreBusy):
        outage.watched(busy)
    assert not outage.open


def test_it_is_confirmed_by_a_second_attempt(outage: Outage) -> None:
    """One slow answer on a busy machine does not refuse sign-outs."""
    outage.failed(GONE)
    assert not outage.confirmed
    outage.failed(GONE, took=1.0)
    assert not outage.confirmed, "it had begun before: the same slow answer, heard of twice"
    outage.failed(GONE, took=0.0)
    assert outage.confirmed


def test_what_is_wrong_now_is_said(
    outage: Outage, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """It came back without its tables: 503 goes on, and the mend is told at once, not after a minute."""
    outage.failed(GONE)
    clock.advance(seconds=2)

    def empty() -> None:
        raise SchemaMissing("run `rescind db upgrade`")

    with pytest.raises(SchemaMissing):
        outage.watched(empty)
    assert outage.refuses
    assert outage.health().why == "run `rescind db upgrade`"
    assert "run `rescind db upgrade`" in caplog.messages[-1]


def test_what_was_never_configured_is_no_outage(outage: Outage) -> None:
    def empty() -> None:
        raise SchemaMissing("run `rescind db upgrade`")

    with pytest.raises(SchemaMissing):
        outage.watched(empty)
    assert not outage.open


def test_a_read_in_the_process_that_fails_quickly_kept_nobody_waiting(clock: FakeClock) -> None:
    outage = Outage(inline=True, clock=clock)
    outage.failed(GONE, took=0.001)
    assert outage.open
    assert not outage.refuses
    outage.failed(GONE, took=0.25)
    assert outage.refuses


def test_one_of_many_is_told_to_probe(outage: Outage, clock: FakeClock) -> None:
    outage.failed(GONE)
    assert not outage.probe_is_due()
    clock.advance(seconds=FIRST_BACKOFF)
    assert sum(race([outage.probe_is_due] * 16)) == 1


def test_probes_become_rarer_up_to_a_second(outage: Outage, clock: FakeClock) -> None:
    outage.failed(GONE)
    times = []
    for _ in range(1000):
        clock.advance(seconds=0.01)
        if outage.probe_is_due():
            times.append(clock.lease())
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(times) <= 18
    assert max(gaps) <= LAST_BACKOFF * 1.2 + 0.02
    assert gaps[0] < 0.2


def test_a_new_outage_is_probed_soon_again(outage: Outage, clock: FakeClock) -> None:
    outage.failed(GONE)
    for _ in range(20):
        clock.advance(seconds=2)
        assert outage.probe_is_due()
    outage.answered()
    outage.failed(GONE)
    clock.advance(seconds=FIRST_BACKOFF)
    assert outage.probe_is_due()


def test_an_outage_is_said_once_and_then_once_a_minute(
    outage: Outage, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="rescind.outage"):
        for _ in range(1000):
            outage.failed(GONE)
            outage.refused()
        assert len(caplog.records) == 1
        clock.advance(seconds=SAY_AGAIN)
        outage.failed(GONE)
        outage.answered()
        outage.answered()
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "the authority does not answer; what memory cannot answer is refused: gone",
        "the authority has not answered for 60 s, 1000 refused: gone",
        "the authority answers again after 60.0 s, 1000 were refused",
    ]


def test_health_says_since_when_and_why(outage: Outage, clock: FakeClock) -> None:
    assert outage.health().reachable
    outage.failed(GONE)
    clock.advance(seconds=3)
    assert "3.0 s: gone" in outage.refused()
    health = outage.health()
    assert (health.reachable, health.since, health.refused, health.why) == (False, 3.0, 1, "gone")
    outage.answered()
    assert outage.health().why is None


def test_a_child_of_a_fork_finds_out_for_itself(outage: Outage) -> None:
    outage.failed(GONE)
    outage.after_fork()
    assert not outage.open


class Breaker(RuleBasedStateMachine):
    """Whatever happens in whatever order: the newest read decides, and probes are never a stampede."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.outage = Outage(clock=self.clock)
        self.away = False
        self.probes: list[float] = []

    @rule()
    def read_fails(self) -> None:
        if not self.away:
            self.probes = []
        self.outage.failed(GONE)
        self.away = True

    @rule()
    def read_succeeds(self) -> None:
        self.outage.answered()
        self.away = False

    @rule(seconds=st.floats(0.001, 3))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    @rule(callers=st.integers(1, 5))
    def somebody_asks(self, callers: int) -> None:
        self.probes += [self.clock.lease() for _ in range(callers) if self.outage.probe_is_due()]

    @invariant()
    def the_newest_read_decides(self) -> None:
        assert self.outage.open is self.away
        assert self.outage.refuses is self.away

    @invariant()
    def probes_keep_their_distance(self) -> None:
        assert all(later - earlier >= 0.08 for earlier, later in pairwise(self.probes))


TestBreaker = Breaker.TestCase
