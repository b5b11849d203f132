"""Measures the routes of a map, one drill for each, and holds what was seen against it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import msgspec

from rescind.drill.consent import Resolver, endpoints
from rescind.drill.names import check_names
from rescind.drill.plan import Plan
from rescind.drill.report import figures
from rescind.drill.run import Outcome, run
from rescind.paths.model import Map
from rescind.predicted.judging import Judged, judge, unmeasured
from rescind.predicted.prediction import end_of, predicted
from rescind.predicted.reaching import Reach, reach

Told = Callable[[int], None]
"""Called once with how many routes will be measured."""


@dataclass(frozen=True)
class Held:
    """All of it; ``stopped``: why it ended early, if it did."""

    drawn: Map
    plan: Plan
    judged: tuple[Judged, ...]
    stopped: str | None = None

    @property
    def contradictions(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.judged if each.contradicts)

    @property
    def exit_code(self) -> int:
        """0 no contradiction, 1 one at least, 2 nothing was measured or it was stopped."""
        if self.contradictions:
            return 1
        return 2 if self.stopped or all(each.figures is None for each in self.judged) else 0

    def to_dict(self, version: str) -> dict[str, object]:
        """The object of ``--json``."""
        counts: dict[str, int] = {}
        for each in self.judged:
            counts[each.agrees] = counts.get(each.agrees, 0) + 1
        return {
            "tool": "rescind drill", "version": version, "from_paths": self.drawn.target,
            "target": list(self.plan.target.bases), "routes": [each.to_dict() for each in self.judged],
            "summary": counts, "contradicted": bool(self.contradictions),
            **({} if self.stopped is None else {"stopped": self.stopped}),
        }  # fmt: skip


async def hold(
    drawn: Map,
    plan: Plan,
    *,
    allow: Collection[str] = (),
    environ: Mapping[str, str] | None = None,
    resolver: Resolver | None = None,
    told: Told | None = None,
) -> Held:
    """Every route after every end of the plan.

    Raises PlanError and ConsentNeeded before the first request, StepFailed when nobody can sign in.
    """
    check_names(plan)
    environment = os.environ if environ is None else environ
    (first, *_) = endpoints(plan.target.bases, allow, resolver)
    reached = await reach(drawn, plan, first, environment)
    if told is not None:
        told(sum(each.probe is not None for each in reached))
    judged: list[Judged] = []
    stopped: str | None = None
    for each in reached:
        if each.probe is None or stopped is not None:
            judged += unasked(each, drawn, plan, stopped)
            continue
        probing = msgspec.structs.replace(plan, probe=each.probe)
        outcome = await run(probing, allow=allow, environ=environment, resolver=resolver)
        stopped = outcome.stopped
        judged += measured(each, drawn, outcome)
    return Held(drawn, plan, tuple(judged), stopped)


def measured(reached: Reach, drawn: Map, outcome: Outcome) -> list[Judged]:
    found = []
    for each in outcome.ends:
        said = predicted(reached.route, drawn, outcome.plan.sign_in.copy, end_of(each.end))
        found.append(judge(reached.route, each.end.name, said, figures(each)))
    return found


def unasked(reached: Reach, drawn: Map, plan: Plan, stopped: str | None) -> list[Judged]:
    why = reached.why or f"stopped: {stopped}"
    return [
        unmeasured(
            reached.route, end.name, predicted(reached.route, drawn, plan.sign_in.copy, end_of(end)), why
        )
        for end in plan.end
    ]
