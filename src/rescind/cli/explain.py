"""``rescind explain``: what a rule of the reviewer checks, and how it decides."""

from __future__ import annotations

import shutil

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run


@click.command("explain")
@click.argument("rule", required=False)
@with_run
def command(run: Run, rule: str | None) -> None:
    """Say what a rule of `rescind review` checks, why, and what to do; without one, list them.

    Exit code 4: there is no such rule.
    """
    from rescind.review import rules
    from rescind.review.output.explain import as_text, explain

    told = [explain(each) for each in rules()]
    if rule is None:
        if run.as_json:
            run.print_json({"rules": [{**each._asdict(), "sections": dict(each.sections)} for each in told]})
        run.table(("rule", "class", "finds"), [(each.number, each.kind, each.summary) for each in told])
        return
    found = next((each for each in rules() if each.number == rule.upper()), None)
    if found is None:
        raise Failed(ExitCode.NOTHING, f"there is no rule {rule}: `rescind explain` lists them")
    if run.as_json:
        run.print_json({**explain(found)._asdict(), "sections": dict(explain(found).sections)})
    run.say(as_text(found, min(100, shutil.get_terminal_size().columns)))
