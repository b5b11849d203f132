"""Measures both tables. Drills run side by side: each has people of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rescind.demo import kinds, rows
from rescind.demo.kinds import KINDS, WAYS, Kind
from rescind.demo.rows import Row
from rescind.demo.servers import FASTAPI, Servers, get
from rescind.demo.table import Finding
from rescind.demo.ways import Cell, Found
from rescind.drill import run as drilling
from rescind.drill.plan import End, Plan
from rescind.drill.report import figures
from rescind.drill.run import EndOutcome

CELLS_TOGETHER = 16
Told = Callable[[float, int, int], None]
"""Share of the trials that are done, drills that are done, drills in all."""


@dataclass(slots=True)
class Progress:
    """Of drills that run side by side."""

    told: Told
    drills: int
    trials: int
    done: dict[int, int] = field(default_factory=dict)
    over: int = 0

    def of(self, drill: int) -> Callable[[End, int, int], None]:
        """What one of them calls."""

        def seen(_end: End, done: int, of: int) -> None:
            self.done[drill] = done
            self.over += done == of
            self.told(sum(self.done.values()) / self.trials, self.over, self.drills)

        return seen


def sign_outs(served: Servers, told: Told, chosen: Sequence[Row]) -> list[Finding]:
    """The first table: every row at the same time."""
    cost = get(served.ports[FASTAPI.name], "/costs", method="POST")  # while nothing else asks
    plans = [rows.plan(row, served.base(FASTAPI.name)) for row in chosen]
    outcomes = asyncio.run(_drill(plans, [row.together for row in chosen], len(plans), told))
    return [
        Finding(row, figures(end), end.trials, cost[row.key], cost["token"])
        for row, end in zip(chosen, outcomes, strict=True)
    ]


def ways(served: Servers, told: Told, findings: Sequence[Finding]) -> list[Found]:
    """The second table. What the first has measured already is not measured again."""
    known = {finding.row.key: Cell(finding.figures, finding.trials) for finding in findings}
    cells: dict[tuple[str, str], Cell] = {
        (kind.key, "sign out"): known[kind.as_row] for kind in KINDS if kind.as_row in known
    }
    plans = {
        (kind.key, way): plan
        for kind, way in longest_first()
        if (kind.key, way) not in cells and (plan := kinds.plan(kind, way, served)) is not None
    }
    together = [plan.run.trials for plan in plans.values()]
    outcomes = asyncio.run(_drill([*plans.values()], together, CELLS_TOGETHER, told))
    lives = {kind.key: kind.life and kind.life() for kind in KINDS}
    for (key, way), end in zip(plans, outcomes, strict=True):
        cells[key, way] = Cell(figures(end), end.trials, lives[key])
    return [Found(kind, _of(kind, cells)) for kind in KINDS]


def _of(kind: Kind, cells: Mapping[tuple[str, str], Cell]) -> dict[str, Cell]:
    return {way: cells[kind.key, way] for way in WAYS if (kind.key, way) in cells}


def longest_first() -> Iterator[tuple[Kind, str]]:
    """The ordinary ones, whose copies may live on, before ours."""
    for kind in sorted(KINDS, key=lambda kind: kind.ours):
        for way in WAYS:
            yield kind, way


async def _drill(
    plans: Sequence[Plan], together: Sequence[int], at_once: int, told: Told
) -> list[EndOutcome]:
    """Runs plans of one end each, so many at once."""
    progress = Progress(told, len(plans), sum(plan.run.trials for plan in plans))
    told(0, 0, len(plans))
    free = asyncio.Semaphore(at_once)

    async def one(number: int) -> EndOutcome:
        async with free:
            outcome = await drilling.run(
                plans[number], together=together[number], progress=progress.of(number)
            )
        (end,) = outcome.ends
        return end

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(len(plans))]
    return [task.result() for task in tasks]
