"""``rescind drill FILE --from-paths MAP``: every route of a map measured, and where that contradicts it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.drill.target import until_done
from rescind.cli.output import Run, counted, note, one_line, styled
from rescind.drill.plan import Plan
from rescind.drill.report import duration
from rescind.errors import MissingExtra

if TYPE_CHECKING:
    from rescind.paths.model import Map
    from rescind.predicted.judging import Judged
    from rescind.predicted.running import Held

STYLES = {"agrees": "green", "slower": "red", "sooner": "yellow"}
WORDS = {"slower": "CONTRADICTS", "sooner": "CONTRADICTS", "agrees": "agrees"}


def map_of(given: str) -> Map:
    """A file that ``rescind paths --json`` wrote, or the map of a target, drawn now.

    Raises:
        Failed: it is neither.
    """
    if importlib.util.find_spec("libcst") is None:
        raise MissingExtra("tools", "rescind drill --from-paths")
    from rescind.paths.map import draw
    from rescind.paths.saved import read_map
    from rescind.reading import ReadingError
    from rescind.tooling.errors import ToolError

    try:
        if Path(given).suffix == ".json":
            return read_map(Path(given), "--from-paths")[0]
        drawn = draw(given, Path.cwd())
    except (ReadingError, ToolError) as error:
        raise Failed(ExitCode.USAGE, str(error)) from error
    for each in drawn.notes:
        note(each)
    return drawn


def hold(run: Run, plan: Plan, allow: tuple[str, ...], given: str) -> ExitCode:
    """Measures, says it, and gives the exit code."""
    from rescind import __version__
    from rescind.drill.errors import StepFailed
    from rescind.predicted.running import hold as held_of

    drawn = map_of(given)
    try:
        held = until_done(held_of(drawn, plan, allow=allow, told=lambda count: note(estimate(plan, count))))
    except StepFailed as failure:
        raise Failed(ExitCode.USAGE, f"nobody could sign in: {failure}") from failure
    if run.as_json:
        run.print_json(held.to_dict(__version__))
    for each in held.judged:
        run.say(line_of(each))
    run.say(summary(held))
    return ExitCode(held.exit_code)


def estimate(plan: Plan, count: int) -> str:
    """How many trials, and how long they take at least."""
    trials = count * len(plan.end) * plan.run.trials
    return f"{counted(count, 'route')}, {trials:,} trials, {duration(trials * plan.run.watch_s)} at least"


def line_of(judged: Judged) -> str:
    from rescind.predicted.judging import line

    word = f"{WORDS.get(judged.agrees, judged.agrees):<13}"
    return f"{styled(word, fg=STYLES.get(judged.agrees), bold=judged.contradicts)}  {one_line(line(judged))}"


def summary(held: Held) -> str:
    measured = sum(each.figures is not None for each in held.judged)
    said = f"{counted(len(held.contradictions), 'contradiction')} in {counted(measured, 'measurement')}"
    left = len(held.judged) - measured
    stopped = "" if held.stopped is None else f"; stopped: {one_line(held.stopped)}"
    return f"{said}, {left:,} not measured{stopped}"
