"""What the page about scale is made of, with costs that were made up or measured in a moment."""

from __future__ import annotations

import os
import time

import pytest
from bench.fleet import LEASE, Costs, Op
from bench.gate import BenchFailed, Report
from bench.scale import FULL, RATES, Authority, costs_of, ends_of, fleets_of, logs_of, most_workers
from bench.service_times import Sizes, measured, processor_time
from bench.shapes import redis_alone, sqlite

from bench import paper

COSTS = Costs(
    read=Op(40e-6, 40e-6), news=Op(40e-6, 40e-6), ack=Op(30e-6, 30e-6), look=Op(40e-6, 50e-6),
    row=Op(0.7e-6, 1.6e-6), append=Op(1.2e-3, 1.2e-3), keeps=Op(90e-6, 50e-6), push=Op(20e-6, 10e-6),
    durable=0.2e-3,
)  # fmt: skip
MADE_UP = Authority("Made up", COSTS, Sizes(entry=700.0, connections=6), processors=2)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("lease", [LEASE, 30.0])
def test_an_authority_ends_where_it_is_full_or_a_woken_fleet_takes_too_long(
    rate: float, lease: float
) -> None:
    most = most_workers(MADE_UP, rate, lease)

    def fits(workers: int) -> bool:
        fleet = MADE_UP.fleet(workers, rate, lease=lease)
        return paper.load(fleet) <= FULL * 2 and paper.herd(fleet) <= 0.8 * lease

    assert fits(most) and not fits(round(most * 1.2))


def test_a_longer_lease_carries_more_and_more_revocations_less() -> None:
    quiet, busy = most_workers(MADE_UP, 0.1, LEASE), most_workers(MADE_UP, 10.0, LEASE)
    assert busy < quiet < most_workers(MADE_UP, 0.1, 30.0)
    assert [len(row) for row in ends_of([MADE_UP]).rows] == [2 + 3] * 3


def test_a_fleet_for_every_size_and_rate() -> None:
    report = Report("scale", [], [])
    table = fleets_of(report, MADE_UP, 1, 100)
    assert [row[:2] for row in table.rows] == [
        [f"{n:,}", f"{rate:g} /s"] for n in (10, 100) for rate in RATES
    ]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert len({row.name for row in report.rows}) == len(report.rows)
    assert len(report.gates) == 1


def test_the_log_is_rate_times_how_long_an_entry_stays() -> None:
    rows = logs_of([MADE_UP]).rows
    assert rows[2] == ["1 /s", "one session or key", "360 s", "360", "0.25 MB"]
    assert rows[3] == ["1 /s", "wider", "2,592,300 s", "2,592,300", "1,814.61 MB"]


def test_every_cost_has_a_line() -> None:
    rows = costs_of([MADE_UP])
    assert ["renewal that finds nothing", "40.0 + 40.0 us"] in rows
    assert ["one durable write", "200 us"] in rows


def test_the_processor_time_of_a_process_is_read() -> None:
    before = time.process_time()
    assert before <= processor_time(os.getpid()) <= time.process_time()
    with pytest.raises(BenchFailed, match="the processor time of process 4194305 cannot be read"):
        processor_time(4_194_305)  # above the largest there can be


@pytest.mark.long
def test_a_file_costs_the_process_and_a_server_itself() -> None:
    with sqlite() as shape:
        costs, sizes = measured(shape, 5)
    assert costs.read.server == costs.push.server == 0.0 < costs.read.client
    assert sizes.connections == 0
    with redis_alone() as shape:
        costs, sizes = measured(shape, 5)
    assert min(costs.read.server, costs.ack.server, costs.register.server, costs.durable) > 0
    assert sizes.entry > 100 and sizes.connections >= 2
