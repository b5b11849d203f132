"""``rescind drill run``, which is ``rescind drill FILE``"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rescind._clock import SystemClock
from rescind.cli.codes import ExitCode, Failed
from rescind.cli.drill.target import until_done, with_target
from rescind.cli.output import Run, note, one_line, styled
from rescind.drill.plan import End, Plan
from rescind.drill.report import GAP, duration

if TYPE_CHECKING:
    from rescind.drill.run import Outcome


@click.command("run")
@click.option("--trials", metavar="N", type=click.IntRange(min=1), help="In place of run.trials.")
@click.option("--html", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the picture: one page, complete in itself.")  # fmt: skip
@click.option("--from-paths", "given", metavar="MAP",
              help="Measure each route of a map: a file of rescind paths --json, or its target.")  # fmt: skip
@with_target
def command(
    run: Run, plan: Plan, allow: tuple[str, ...], *, trials: int | None, html: Path | None, given: str | None
) -> None:
    """Sign in, take a copy, end the access, and keep trying the copy.

    Hosts that are neither this machine nor private must be named with --i-may-test. Exit codes: 0 every bound
    held, 1 one did not, 2 nothing was measured. With --from-paths: 0 nothing contradicts the map, 1 something
    does, 2 nothing was measured.
    """
    from rescind.drill.report import exit_code
    from rescind.drill.run import run as drill

    if trials is not None:
        plan = msgspec.structs.replace(plan, run=msgspec.structs.replace(plan.run, trials=trials))
    if given is not None:
        if html is not None:
            raise click.UsageError("--html is the picture of one probe: leave it out with --from-paths")
        from rescind.cli.drill.held import hold

        raise click.exceptions.Exit(hold(run, plan, allow, given))
    if html is not None:
        _write(html, "")  # what cannot be written is said before the first request
    note(estimate(plan))
    with _progress(plan) as told:
        outcome = until_done(drill(plan, allow=allow, progress=told))
    if html is not None:
        from rescind.drill.page import as_html

        _write(
            html,
            as_html(outcome, f"{datetime.fromtimestamp(SystemClock().wall() / 1e6, UTC):%Y-%m-%d %H:%M} UTC"),
        )
    _say(run, outcome)
    raise click.exceptions.Exit(exit_code(outcome))


def estimate(plan: Plan) -> str:
    """How many trials, and how long they take at least."""
    count = len(plan.end) * plan.run.trials
    return f"{count:,} trials, {duration(count * plan.run.watch_s)} at least"


@contextmanager
def _progress(plan: Plan) -> Iterator[Callable[[End, int, int], None] | None]:
    """A bar on a terminal; in a pipe nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    count = len(plan.end) * plan.run.trials
    with click.progressbar(length=count, file=sys.stderr, item_show_func=lambda name: name or "") as bar:

        def told(end: End, _done: int, _of: int) -> None:
            bar.update(1, one_line(end.name))

        bar.update(0, one_line(plan.end[0].name))
        yield told


def _say(run: Run, outcome: Outcome) -> None:
    from rescind.drill.page import remarks
    from rescind.drill.report import figures, report

    if run.as_json:
        run.print_json(report(outcome))
        return
    ends = [figures(end) for end in outcome.ends]
    for end in ends:
        line, _, last = _clean(end.line()).rpartition(GAP)
        run.say(f"{line}{GAP}{styled(last, fg='green' if end.held else 'red', bold=True)}")
    for remark in remarks(ends):
        run.say(f"  {one_line(remark)}")
    if outcome.stopped is not None:
        run.say(f"stopped: {one_line(outcome.stopped)}")


def _clean(line: str) -> str:
    """Names and answers come from elsewhere: each part on one line, the gaps as they are."""
    return GAP.join(one_line(part) for part in line.split(GAP))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failed(ExitCode.USAGE, f"--html {path} cannot be written: {error.strerror}") from error
