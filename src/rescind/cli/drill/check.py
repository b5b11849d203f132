"""``rescind drill check``"""

from __future__ import annotations

import click

from rescind.cli.codes import ExitCode
from rescind.cli.drill.run import estimate
from rescind.cli.drill.target import until_done, with_target
from rescind.cli.output import Run, one_line
from rescind.drill.plan import Plan, Step
from rescind.drill.report import duration


@click.command("check")
@with_target
def command(run: Run, plan: Plan, allow: tuple[str, ...]) -> None:
    """Try a drill out: sign in once, ask with the copy and without it, end nothing.

    Exit code 2: a drill could not begin with it.
    """
    from rescind.drill.check import check

    found = until_done(check(plan, allow=allow))
    good = all(one.good for one in found)
    would = [_would(plan, number) for number in range(len(plan.end))]
    if run.as_json:
        run.print_json({"good": good, "found": [one.to_dict() for one in found], "would": would})
    said = [("ok" if one.good else "NOT OK", f"{one.what}: {one.says}") for one in found]
    said += [("would end", line) for line in would]
    said.append(("would run", f"{estimate(plan)}, {plan.target.rate:g} probes a second"))
    for mark, text in said:
        run.say(f"{mark:<9}  {one_line(text)}")
    raise click.exceptions.Exit(ExitCode.DONE if good else ExitCode.USAGE)


def _would(plan: Plan, number: int) -> str:
    """One end in words: its steps as they are written, by whom, undone by what, and the bound."""
    end = plan.end[number]
    parts = [f"{end.name}: {_steps(end.steps)}"]
    if end.actor is not None:
        parts.append(f"by {end.actor}")
    if end.undo:
        parts.append(f"undone by {_steps(end.undo)}")
    parts.append(f"bound {duration(end.bound_s) if end.bound_s else 'immediate'}")
    return ", ".join(parts)


def _steps(steps: tuple[Step, ...]) -> str:
    return ", ".join(f"{step.method} {step.path}" for step in steps)
