"""Runs a plan: every end, every trial, and nothing on a host that was not agreed to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from rescind.drill.consent import Resolver, endpoints
from rescind.drill.fill import resolve
from rescind.drill.names import check_names
from rescind.drill.plan import End, Plan
from rescind.drill.record import Faulted, Trial
from rescind.drill.trial import Halt, Job, People, run_trial

HOPELESS = 3  # trials of an end that fail before anything was measured
Progress = Callable[[End, int, int], None]  # the end, trials done, trials in all


@dataclass(frozen=True, slots=True)
class EndOutcome:
    """Everything seen for one end."""

    end: End
    trials: tuple[Trial, ...]
    faulted: tuple[Faulted, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything seen in a run. `stopped` says why it ended early, if it did."""

    plan: Plan
    version: str
    ends: tuple[EndOutcome, ...]
    stopped: str | None


async def run(
    plan: Plan,
    *,
    allow: Collection[str] = (),
    together: int = 1,
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    resolver: Resolver | None = None,
) -> Outcome:
    """Runs the plan and returns what was seen; `rescind.drill.report` makes figures of it.

    `allow` names hosts of others that may be tested. `together` trials run side by side and share the rate of
    the target: use it only where they do not disturb each other, with another person in each (`{trial}`).

    Raises PlanError (a name without a value, a base that does not resolve) and ConsentNeeded before the
    first request. Steps and baselines that fail are in the outcome.
    """
    check_names(plan)
    bases = endpoints(plan.target.bases, allow, resolver)
    environment = os.environ if environ is None else environ
    halt = Halt()
    outcomes: list[EndOutcome] = []
    first = 1
    for end in plan.end:
        job = Job(
            plan=plan,
            end=end,
            endpoints=bases,
            people=people(plan, end, environment),
            agent=agent(),
            interval=together / plan.target.rate,
            halt=halt,
        )
        outcomes.append(await _trials(job, first, together, progress))
        first += plan.run.trials
    return Outcome(plan, version("rescind"), tuple(outcomes), halt.why)


def agent() -> str:
    """How the drill names itself."""
    return f"rescind-drill/{version('rescind')}"


def people(plan: Plan, end: End, environ: Mapping[str, str]) -> People:
    """Who takes part in an end. Raises PlanError for an environment variable that is not set."""
    values, secrets = resolve(plan.vars, environ)
    if end.actor is None:
        return People(values, None, secrets)
    own, more = resolve(plan.actors[end.actor].vars, environ)
    return People(values, {**values, **own}, secrets | more)


def _hopeless(seen: Sequence[Trial | Faulted]) -> bool:
    """The first trials could not even begin: more of them would only load the target, or lock the account."""
    return len(seen) >= HOPELESS and all(isinstance(one, Faulted) for one in seen)


async def _trials(job: Job, first: int, together: int, progress: Progress | None) -> EndOutcome:
    """All trials of one end, `together` at a time."""
    count = job.plan.run.trials
    numbers = iter(range(first, first + count))
    seen: list[Trial | Faulted] = []

    async def one_after_the_other(place: int) -> None:
        await asyncio.sleep(place * job.interval)  # else all would sign out in the same instant
        for number in numbers:
            if job.halt.why is not None or _hopeless(seen):
                return
            seen.append(await run_trial(job, number))
            if progress is not None:
                progress(job.end, len(seen), count)

    async with asyncio.TaskGroup() as group:
        for place in range(min(together, count)):
            group.create_task(one_after_the_other(place))
    seen.sort(key=lambda outcome: outcome.number)
    return EndOutcome(
        end=job.end,
        trials=tuple(outcome for outcome in seen if isinstance(outcome, Trial)),
        faulted=tuple(outcome for outcome in seen if isinstance(outcome, Faulted)),
    )
