"""``rescind review``: defects of authentication in source code."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run, counted, note, one_line, styled

if TYPE_CHECKING:
    from rescind.review import Review

# The scales of `rescind.review.finding`, which is not imported before a review is asked for.
SEVERITIES = ("critical", "high", "medium", "low")
CONFIDENCES = ("high", "medium", "low")
STYLES: dict[str, dict[str, Any]] = {
    "critical": {"fg": "red", "bold": True},
    "high": {"fg": "red"},
    "medium": {"fg": "yellow"},
    "low": {"fg": "cyan"},
    "strong": {"bold": True},
    "faint": {"dim": True},
    "mark": {"fg": "red", "bold": True},
}


@click.command("review")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--select", metavar="RULES", multiple=True,
              help="Only these: numbers (RSC101), beginnings (RSC1), classes (deser).")  # fmt: skip
@click.option("--ignore", metavar="RULES", multiple=True, help="Not these.")
@click.option(
    "--severity", type=click.Choice(SEVERITIES), default="low", help="This one and worse.  [default: low]"
)
@click.option(
    "--confidence", type=click.Choice(CONFIDENCES), default="low", help="This one and surer.  [default: low]"
)
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Files and folders to leave out.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64),
              help="Processes that look.  [default: one for each processor]")  # fmt: skip
@click.option("--cache-dir", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False),
              help="Where findings are kept for the next time.  [default: below ~/.cache]")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Look at everything anew, and keep nothing.")
@with_run
def command(
    run: Run,
    paths: tuple[Path, ...],
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    jobs: int | None,
    cache_dir: Path | None,
    no_cache: bool,
    **scales: Any,
) -> None:
    """Find defects of authentication in Python code, without running it.

    Exit codes: 0 everything was read and nothing found, 1 findings, 2 usage, 4 no Python file is there, 5
    nothing was found but not everything could be read.
    """
    from rescind import __version__
    from rescind.reading import ReadingError
    from rescind.review import review
    from rescind.review.cache import usual_folder
    from rescind.review.run import ReviewError, Wanted
    from rescind.review.work import usable

    cache = None if no_cache else cache_dir or usual_folder()
    wanted = Wanted(listed(select), listed(ignore), **scales)
    try:
        with progress() as told:
            done = review(
                *paths, wanted=wanted, exclude=exclude, told=told, jobs=jobs or usable(), cache=cache
            )
    except (ReadingError, ReviewError) as error:
        raise Failed(ExitCode.USAGE, str(error)) from error
    if run.as_json:
        run.print_json(done.to_dict(__version__))
    else:
        say(run, done)
    raise click.exceptions.Exit(exit_code(done))


def listed(given: Sequence[str]) -> tuple[str, ...]:
    """``--select a,b --select c`` names three."""
    return tuple(word.strip() for each in given for word in each.split(",") if word.strip())


def exit_code(done: Review) -> ExitCode:
    if done.findings:
        return ExitCode.FINDING
    if done.unread:
        return ExitCode.UNCONFIRMED
    return ExitCode.DONE if done.files else ExitCode.NOTHING


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], object] | None]:
    """On a terminal a bar, as soon as anything has been looked at; in a pipe nothing."""
    if not sys.stderr.isatty() or importlib.util.find_spec("rich") is None:
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def told(file: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=escape(one_line(file)))

        yield told


def say(run: Run, done: Review) -> None:
    from rescind.review.frame import frame
    from rescind.review.run import why

    width = min(100, shutil.get_terminal_size().columns)
    sources = {module.file: module for module in done.project.modules}
    for finding in done.findings:
        shown = frame(
            finding, sources[finding.file].lines, width, lambda text, part: styled(text, **STYLES[part])
        )
        run.say("\n".join([*shown, ""]))
    for unread in done.unread:
        note(f"not read: {unread.file}: {why(unread)}")
    for remark in done.remarks:
        note(f"{remark.file}:{remark.line}: {remark.why}")
    excused = f", {counted(done.excused, 'finding')} excused" if done.excused else ""
    size = f"{counted(done.files, 'file')}, {counted(done.lines, 'line')}"
    run.say(f"{counted(len(done.findings), 'finding')} in {size}{excused}")
