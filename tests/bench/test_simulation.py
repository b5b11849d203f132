"""The simulated fleet, held against what is known: queues, arithmetic, and the barrier as it is built."""

from __future__ import annotations

import random
import statistics
from dataclasses import replace

import pytest
from bench.fleet import LEASE, Costs, Fleet, Op, Outcome
from bench.measure import percentile
from bench.queueing import Station, Timeline
from bench.simulation import Member, Revocation, Simulation, simulate
from tests.world import Spy, append, entry, row

from bench import paper
from rescind.revocation.barrier import Barrier
from rescind.revocation.registry import LOOKS
from rescind.stores.memory import MemoryStore
from rescind.testing import FakeClock

CHEAP = Costs(
    read=Op(40e-6, 100e-6), news=Op(50e-6, 120e-6), ack=Op(60e-6, 80e-6), look=Op(100e-6, 200e-6),
    row=Op(0.5e-6, 2e-6), append=Op(400e-6, 500e-6), keeps=Op(40e-6, 100e-6), retire=Op(100e-6, 100e-6),
    register=Op(200e-6, 200e-6), push=Op(10e-6, 50e-6), hop=20e-6, durable=1e-3,
)  # fmt: skip


# -- the queue -----------------------------------------------------------------------------------------------


def waits(rate: float, processors: int, *, constant: bool, count: int = 20_000) -> float:
    """The mean wait of arrivals at random times that take a second each, all or on average."""
    chance, station, now, total = random.Random(5), Station(processors), 0.0, 0.0
    for _ in range(count):
        now += chance.expovariate(rate)
        begin, _ = station.serve(now, 1.0 if constant else chance.expovariate(1.0))
        total += begin - now
    return total / count


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
@pytest.mark.parametrize("constant", [True, False])
def test_one_server_waits_as_pollaczek_and_khinchine_say(load: float, constant: bool) -> None:
    expected = paper.mean_wait(load, 1.0, constant=constant)
    assert waits(load, 1, constant=constant) == pytest.approx(expected, rel=0.1)


def test_two_servers_wait_as_erlang_says() -> None:
    """M/M/2: the wait is load^2 / (1 - load^2) services (Erlang C with two servers)."""
    assert waits(1.4, 2, constant=False) == pytest.approx(0.49 / 0.51, rel=0.1)


def test_served_in_the_order_of_arrival_by_whoever_is_free() -> None:
    station = Station(2)
    assert [station.serve(0.0, 3.0), station.serve(0.0, 1.0)] == [(0.0, 3.0), (0.0, 1.0)]
    assert station.worked(0.5) == 1.0, "half a second each"
    assert station.serve(0.5, 1.0) == (1.0, 2.0), "behind the shorter one"
    assert station.worked(2.5) == 4.5
    assert station.serve(9.0, 1.0) == (9.0, 10.0), "nobody is there"
    assert [station.worked(now) for now in (9.5, 11.0)] == [5.5, 6.0]


def test_events_happen_in_order_and_those_of_one_time_as_planned() -> None:
    time, seen = Timeline(), []

    def happen(name: str) -> None:
        seen.append((time.now, name))
        if name == "first":
            time.at(0.5, happen, "late: at once")

    for when, name in ((2.0, "last"), (1.0, "first"), (1.0, "second"), (3.0, "never")):
        time.at(when, happen, name)
    time.run(3.0)
    assert seen == [(1.0, "first"), (1.0, "second"), (1.0, "late: at once"), (2.0, "last")]
    assert time.now == 3.0


# -- arithmetic ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("push", [True, False])
@pytest.mark.parametrize("rate", [0.0, 1.0, 20.0])
def test_renewals_and_acknowledgements_are_those_on_paper(rate: float, push: bool) -> None:
    fleet = Fleet(10, rate, push=push)
    seen = simulate(fleet, 50 if rate == 20 else 200)
    assert seen.reads / seen.seconds == pytest.approx(paper.reads(fleet), rel=0.04)
    assert seen.acks / seen.seconds == pytest.approx(paper.acks(fleet), rel=0.1)
    assert seen.watched / seen.seconds == pytest.approx(paper.watched(fleet), rel=0.1)


@pytest.mark.long
def test_looks_at_the_registry_do_not_go_with_the_square_of_the_fleet() -> None:
    for workers in (10, 400):
        fleet = Fleet(workers, 0.0)
        assert simulate(fleet, 60).watched / 60 == pytest.approx(paper.watched(fleet), rel=0.1)
        assert paper.watched(fleet) <= LOOKS


@pytest.mark.parametrize("lease", [0.25, 4.0])
def test_renewals_go_with_the_lease(lease: float) -> None:
    fleet = Fleet(100, 0.0, lease=lease)
    assert simulate(fleet, 20).reads / 20 == pytest.approx(100 / (lease / 4), rel=0.04)


@pytest.mark.long
def test_busy_processors_are_those_on_paper() -> None:
    fleet = Fleet(200, 2.0, CHEAP, processors=2)
    seen = simulate(fleet, 60)
    looks = seen.looks / len(seen.finals)
    assert seen.load == pytest.approx(paper.load(fleet, looks=looks), rel=0.1)


@pytest.mark.parametrize("workers", [1, 10, pytest.param(150, marks=pytest.mark.long)])
def test_without_pushes_a_barrier_lasts_until_the_last_one_comes_by_itself(workers: int) -> None:
    seen = simulate(Fleet(workers, 4.0, push=False), 100)
    late = [percentile(seen.barriers, share) for share in (0.5, 0.9)]
    on_paper = [paper.longest_residual(Fleet(workers, 4.0, push=False), share) for share in (0.5, 0.9)]
    # Between two looks of the revoker there are up to 25 ms.
    assert late[0] == pytest.approx(on_paper[0] + 0.0125, abs=0.0175)
    assert late[1] == pytest.approx(on_paper[1] + 0.0125, abs=0.0175)


def test_the_residual_is_the_distribution_that_it_says() -> None:
    fleet, chance = Fleet(1, 0.0), random.Random(3)
    found = []
    for _ in range(10_000):
        pause = 0.0
        while chance.random() * 0.3 * LEASE > pause:  # a long pause is met more often
            pause = chance.uniform(0.2, 0.3) * LEASE
        found.append(chance.random() * pause)
    for share in (0.2, 0.5, 0.9, 0.99):
        assert percentile(found, share) == pytest.approx(paper.residual(fleet, share), abs=0.004)


@pytest.mark.long
def test_a_woken_fleet_is_through_when_the_authority_has_worked_it_off() -> None:
    quiet = replace(CHEAP, look=Op(), row=Op(), hop=0.0)
    fleet = Fleet(1_000, 0.2, quiet, processors=2)
    seen = simulate(fleet, 25)
    assert statistics.median(seen.barriers) == pytest.approx(paper.herd(fleet), rel=0.25)


def test_the_log_keeps_what_its_retention_says() -> None:
    fleet = Fleet(1, 5.0, lease=30.0, retention=40.0, prune_every=10.0)
    seen = simulate(fleet, 1_000)
    assert seen.kept == pytest.approx(paper.kept(fleet), rel=0.1)


# -- the protocol --------------------------------------------------------------------------------------------


def test_the_same_seed_is_the_same_run_and_another_is_not() -> None:
    def run(seed: int) -> Outcome:
        return simulate(Fleet(30, 2.0, CHEAP, processors=2), 10, seed=seed)

    assert run(7) == run(7)
    assert run(7) != run(8)


@pytest.mark.parametrize("lease", [0.5, 1.0, 3.0])
def test_a_stopped_worker_is_waited_for_until_its_term_has_passed_and_no_longer(lease: float) -> None:
    seen = simulate(Fleet(8, 0.5, CHEAP, lease=lease, stopped=1), 20 * lease)
    assert seen.barriers and seen.lapsed == len(seen.barriers)
    # The look after the term is at most 25 ms late; then the row is marked, and the entry looked for.
    assert min(seen.barriers) >= lease
    assert max(seen.barriers) <= lease + 0.025 + 0.005


def test_who_is_waited_for_in_vain_is_one_of_many() -> None:
    several = simulate(Fleet(8, 0.5, CHEAP, stopped=3), 20)
    assert several.lapsed == 3 * len(several.barriers)
    assert max(several.barriers) <= LEASE + 0.025 + 0.005
    assert simulate(Fleet(8, 0.5, CHEAP), 20).lapsed == 0


def test_hundreds_that_died_at_once_make_it_no_longer_than_one() -> None:
    slow = replace(CHEAP, retire=Op(server=4e-3))
    seen = simulate(Fleet(308, 0.3, slow, processors=2, stopped=300), 30)
    assert seen.barriers and seen.lapsed == 300 * len(seen.barriers)
    assert max(seen.barriers) <= 1.1 * LEASE


def test_whoever_watches_the_counter_is_not_waited_for() -> None:
    seen = simulate(Fleet(8, 2.0, CHEAP, stopped=8, counter=True, push=False), 20)
    assert max(seen.barriers) < 0.005 and seen.lapsed == 0


def test_a_fleet_that_is_well_served_always_has_its_memory() -> None:
    assert simulate(Fleet(100, 2.0, CHEAP, processors=2), 20).dark == 0.0


def test_too_many_workers_for_one_server_are_seen() -> None:
    slow = replace(CHEAP, read=Op(10e-3))
    seen = simulate(Fleet(500, 0.0, slow), 10)
    assert seen.load == pytest.approx(1.0, abs=0.02)
    assert 0.5 < seen.dark <= 1.0
    assert seen.reads / seen.seconds < 0.1 * paper.reads(Fleet(500, 0.0))


def test_a_worker_that_was_given_up_registers_anew_and_acknowledges_again() -> None:
    slow = replace(CHEAP, news=Op(0.3))
    seen = simulate(Fleet(8, 0.2, slow, processors=1), 60)
    assert seen.lapsed and seen.registered
    assert seen.registered <= seen.lapsed


@pytest.mark.parametrize("switch", [0.0, 0.005])
def test_a_thread_that_waits_for_its_turn_makes_a_barrier_longer(switch: float) -> None:
    seen = simulate(Fleet(4, 1.0, CHEAP, switch=switch), 30)
    # The listener, the keeper, and the answer to what it has read.
    assert statistics.median(seen.barriers) == pytest.approx(0.0035 + 3 * switch, abs=0.0035)


def test_processors_that_are_shared_make_it_longer_too() -> None:
    apart, together = (
        statistics.median(simulate(Fleet(16, 1.0, CHEAP, processors=2, together=both), 30).barriers)
        for both in (False, True)
    )
    work = 16 * (CHEAP.news.client + CHEAP.ack.client + CHEAP.push.client) / 2
    assert apart < together < apart + 2 * work


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"workers": 0}, "workers=0: a fleet has at least 1"),
        ({"workers": 4, "stopped": 5}, "stopped=5: 0 to workers, which is 4"),
        ({"rate": -1.0}, "rate=-1.0: revocations a second, 0 or more"),
        ({"processors": 0}, "processors=0: the authority has at least 1"),
        ({"lease": 0.0}, "lease=0.0: 0.25 to 30 seconds, as the setting"),
        ({"lease": 31.0}, "lease=31.0: 0.25 to 30 seconds, as the setting"),
        ({"retention": 0.0}, "retention and prune_every: seconds, more than 0"),
    ],
)
def test_what_makes_no_fleet_is_said(wrong: dict[str, float], named: str) -> None:
    with pytest.raises(ValueError, match=named.replace(".", r"\.")):
        Fleet(**{"workers": 4, "rate": 1.0, **wrong})  # type: ignore[arg-type]


def test_nothing_is_counted_in_no_time() -> None:
    with pytest.raises(ValueError, match="seconds=0: more than 0"):
        simulate(Fleet(1, 1.0), 0)
    with pytest.raises(ValueError, match="processors=0: at least 1 has to serve"):
        Station(0)


# -- the barrier as it is built ------------------------------------------------------------------------------


class Watched(Simulation):
    """Notes when who acknowledged what, and when each barrier began and ended."""

    def __init__(self, fleet: Fleet, *, seed: int) -> None:
        super().__init__(fleet, seed=seed)
        self.acks: list[tuple[float, int, int]] = []
        self.ended: list[tuple[int, float, float]] = []

    def _acknowledged(self, one: Member) -> None:
        super()._acknowledged(one)
        self.acks.append((self.time.now, self.members.index(one), one.acked))

    def _final(self, one: Revocation) -> None:
        super()._final(one)
        self.ended.append((one.seq, one.since, self.time.now - one.since))


@pytest.mark.parametrize(("push", "stopped"), [(True, 0), (False, 0), (False, 1)])
def test_a_barrier_lasts_as_long_as_the_one_that_is_built(push: bool, stopped: int) -> None:
    """The same acknowledgements at the same times, and ``rescind.revocation.barrier`` to wait for them."""
    seen = Watched(Fleet(5, 1.5, Costs(news=Op(client=0.4e-3)), push=push, stopped=stopped), seed=11)
    seen.run(12)
    assert len(seen.ended) > 10
    for seq, since, lasted in seen.ended:
        assert elapsed_of_a_real_one(seen, seq, since) == pytest.approx(lasted, abs=2e-6)


def elapsed_of_a_real_one(seen: Watched, seq: int, since: float) -> float:
    clock, spy = FakeClock(), Spy(MemoryStore())
    store = spy.as_store
    store.open()
    append(store, *(entry() for _ in range(seq)))
    for number in range(seen.fleet.workers):
        row(store, f"w{number}", term=seen.fleet.lease)

    def catch_up() -> None:
        for when, number, acked in seen.acks:
            if when <= since + clock.lease() + 1e-9:
                spy.real.acknowledge(f"w{number}", min(acked, seq), at=1)

    spy.before["registry"] = catch_up
    Barrier(store, clock, store.head(), 0.0).wait()
    return clock.lease()
