"""How far one authority goes: what things cost, fleets of 10 to 10,000 workers simulated, and on paper.

What the simulation says of 1, 4 and 16 workers is held against what they really take on this machine.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace

from bench import paper
from bench.fleet import LEASE, Costs, Fleet, Op, Outcome
from bench.gate import Gate, Report, Row, Table
from bench.measure import percentile
from bench.service_times import Sizes, measured
from bench.shapes import BUSY, IDLE, WORKERS, Shape, lags_of, postgresql, redis_alone, sqlite
from bench.simulation import simulate
from rescind import Rescind

FLEETS = (10, 100, 1_000, 10_000)
RATES = (1.0, 10.0)
"""Revocations a second, of all workers together."""
LEASES = (LEASE, 5.0, 30.0)
LONGEST, FEWEST, READS = 200.0, 15.0, 600_000
"""Seconds that a fleet is simulated at most and at least, and about how many renewals of it."""
COMPARED = 60.0
"""Seconds for the simulation of what is measured beside it."""
FULL = 0.7
"""Share of its processors beyond which an authority is called full: from there on queues grow quickly."""
NAMES = {
    "read": "renewal that finds nothing",
    "news": "renewal that finds an entry",
    "ack": "acknowledgement",
    "push": "push, for each listener",
    "look": "look at an empty registry",
    "row": "and for each row",
    "append": "revocation up to its commit",
    "keeps": "look for its entry",
    "retire": "row retired",
    "register": "worker registered",
    "durable": "one durable write",
}


@dataclass(frozen=True)
class Authority:
    """A shape, as it was measured.

    Attributes:
        processors: of this machine that the server can use; Redis runs everything on one.
    """

    name: str
    costs: Costs
    sizes: Sizes
    processors: int
    push: bool = True
    counter: bool = False

    def fleet(self, workers: int, rate: float, *, lease: float = LEASE) -> Fleet:
        return Fleet(
            workers, rate, self.costs, self.processors, lease=lease, push=self.push, counter=self.counter
        )


def run(rounds: int = 200, percent: int = 100, most: int = 16, largest: int = 10_000) -> Report:
    """See the gates for what must hold.

    Args:
        rounds: calls for one figure, at most.
        percent: of the virtual time that is to be simulated.
        most: worker processes that are started at once.
        largest: fleet that is simulated.

    Raises:
        BenchFailed: a worker that did not start, or a server whose processor time cannot be read.
    """
    report, found = Report("scale", [], []), []
    beside: list[list[str]] = []
    for make in (sqlite, postgresql, redis_alone):
        authority = compare(report, beside, make, rounds, most)
        found.append(authority)
    servers = [one for one in found if not one.counter]
    report.tables.append(Table("what it costs", ["operation", *(one.name for one in found)], costs_of(found)))
    columns = ["workers", "measured, p50", "simulated, p50", "measured, times simulated"]
    report.tables.append(Table("beside the real thing", columns, beside))
    for one in servers:
        report.tables.append(fleets_of(report, one, percent, largest))
        report.notes.append(f"{one.name} has {one.processors} of the processors here.")
    report.tables.append(ends_of(servers))
    report.tables.append(logs_of(servers))
    report.tables.append(Table("connections", ["server", "connections of a worker"],
                               [[one.name, str(one.sizes.connections)] for one in servers]))  # fmt: skip
    return report


# -- beside the real thing -----------------------------------------------------------------------------------


def compare(
    report: Report,
    beside: list[list[str]],
    make: Callable[[], AbstractContextManager[Shape]],
    rounds: int,
    most: int,
) -> Authority:
    """Measure one shape, and some workers on it beside what the simulation says of them."""
    with make() as shape:
        off: list[float] = []
        costs, sizes = measured(shape, rounds)
        authority = authority_of(shape, costs, sizes)
        cases = [(count, "idle", IDLE, 0.0) for count in WORKERS if count <= most]
        # With more of these than processors a revocation waits for the scheduler, which is not simulated.
        cases.append((1, "busy", BUSY, sys.getswitchinterval()))
        for count, kind, pause, switch in cases:
            lag = statistics.median(lags_of(shape.url, count, pause, rounds))
            fleet = replace(
                authority.fleet(count, 2.0), processors=processors(), together=True, switch=switch
            )
            expected = statistics.median(simulate(fleet, COMPARED).finals)
            name = f"{shape.name}: {count} {kind}"
            ratio = lag / expected
            beside.append([name, in_ms(lag), in_ms(expected), f"{ratio:.2f}"])
            report.rows.append(Row(f"{name}, measured times simulated", f"{ratio:.2f}", ratio))
            if kind == "idle":
                off.append(max(ratio, 1 / ratio))
    report.gates.append(Gate(f"{shape.name}: simulation wrong by a factor of", max(off), at_most=3))
    return authority


def authority_of(shape: Shape, costs: Costs, sizes: Sizes) -> Authority:
    with Rescind(shape.url) as auth:
        can = auth.core.store.capabilities
    single = can.name == "redis"
    return Authority(
        shape.name, costs, sizes, 1 if single else processors(), push=not can.counter, counter=can.counter
    )


def processors() -> int:
    return len(os.sched_getaffinity(0))


def costs_of(found: list[Authority]) -> list[list[str]]:
    """Server and process, in microseconds."""
    rows = []
    for part in fields(Costs):
        if part.name in NAMES:
            values = [getattr(one.costs, part.name) for one in found]
            rows.append([NAMES[part.name], *map(in_us, values)])
    return rows


# -- large fleets --------------------------------------------------------------------------------------------


def fleets_of(report: Report, authority: Authority, percent: int, largest: int) -> Table:
    rows, shares = [], []
    for workers in (count for count in FLEETS if count <= largest):
        for rate in RATES:
            fleet = authority.fleet(workers, rate)
            seconds = min(LONGEST, max(FEWEST, READS / paper.reads(fleet))) * percent / 100
            seen = simulate(fleet, seconds)
            rows.append(row_of(fleet, seen))
            report.rows.extend(rows_of(f"{authority.name}, {workers:,} workers, {rate:g} /s", fleet, seen))
            if seen.load < fleet.processors / 4:
                shares.append(seen.reads / seen.seconds / paper.reads(fleet))
    if shares:
        name = f"{authority.name}, while most of it is idle: renewals of those on paper"
        report.gates.append(Gate(name, min(shares), at_least=0.85))
    columns = [
        "workers", "revocations", "renewals, on paper", "simulated", "acknowledged", "looks at the registry",
        "busy processors", "p50", "p99", "given up", "without memory",
    ]  # fmt: skip
    return Table(authority.name, columns, rows)


def row_of(fleet: Fleet, seen: Outcome) -> list[str]:
    late = seen.finals
    return [
        f"{fleet.workers:,}",
        f"{fleet.rate:g} /s",
        f"{paper.reads(fleet):,.0f} /s",
        f"{seen.reads / seen.seconds:,.0f} /s",
        f"{seen.acks / seen.seconds:,.0f} /s",
        f"{(seen.looks + seen.watched) / seen.seconds:,.0f} /s",
        f"{seen.load:.2f}",
        in_ms(statistics.median(late)) if late else "none",
        in_ms(percentile(late, 0.99)) if late and not seen.unfinished else "none",
        f"{seen.lapsed:,}",
        f"{100 * seen.dark:.1f} %",
    ]


def rows_of(name: str, fleet: Fleet, seen: Outcome) -> list[Row]:
    """For machines: what did not end counts as nothing there."""
    rows = [
        Row(f"{name}: renewals on paper", f"{paper.reads(fleet):,.0f} /s", paper.reads(fleet)),
        Row(f"{name}: renewals", f"{seen.reads / seen.seconds:,.0f} /s", seen.reads / seen.seconds),
        Row(f"{name}: busy processors", f"{seen.load:.2f}", seen.load),
        Row(f"{name}: unfinished", f"{seen.unfinished}", seen.unfinished),
    ]
    if seen.finals:
        middle, late = statistics.median(seen.finals), percentile(seen.finals, 0.99)
        rows += [Row(f"{name}: p50", in_ms(middle), middle), Row(f"{name}: p99", in_ms(late), late)]
    return rows


# -- on paper ------------------------------------------------------------------------------------------------


def ends_of(servers: list[Authority]) -> Table:
    """With how many workers the authority is full."""
    rows = []
    for one in servers:
        for lease in LEASES:
            ends = [f"{most_workers(one, rate, lease):,}" for rate in (0.1, *RATES)]
            rows.append([one.name, f"{lease:g} s", *ends])
    return Table("where it ends", ["server", "lease", *(f"{rate:g} /s" for rate in (0.1, *RATES))], rows)


def most_workers(authority: Authority, rate: float, lease: float) -> int:
    """The largest fleet, rounded down to two digits, that leaves the authority ``1 - FULL`` of its time, and
    that reads and acknowledges within 0.8 of a lease when it is woken at once."""
    low, high = 1, 10**7
    while low < high:
        middle = (low + high + 1) // 2
        fleet = authority.fleet(middle, rate, lease=lease)
        fits = paper.load(fleet) <= FULL * fleet.processors and paper.herd(fleet) <= 0.8 * lease
        low, high = (middle, high) if fits else (low, middle - 1)
    digit = int(10 ** max(0, len(str(low)) - 2))
    return low // digit * digit


def logs_of(servers: list[Authority]) -> Table:
    """Entries and bytes of the log, pruned all the time: each kind of entry by itself."""
    with Rescind("memory://") as auth:
        retention, margin = auth.core.retention, 300.0
    rows = []
    for rate in (0.1, *RATES):
        for kind, stays in (("one session or key", retention.access), ("wider", retention.session)):
            entries = rate * (stays + margin)
            sizes = [in_mb(entries * one.sizes.entry) for one in servers]
            rows.append([f"{rate:g} /s", kind, f"{stays + margin:,.0f} s", f"{entries:,.0f}", *sizes])
    columns = ["revocations", "of", "stay", "entries", *(one.name for one in servers)]
    return Table("the log", columns, rows)


def in_ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms"


def in_us(cost: Op | float) -> str:
    if isinstance(cost, float):
        return f"{cost * 1e6:,.0f} us"
    return f"{cost.server * 1e6:,.1f} + {cost.client * 1e6:,.1f} us"


def in_mb(count: float) -> str:
    return f"{count / 1e6:,.2f} MB"
