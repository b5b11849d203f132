"""``rescind review``: defects of authentication in source code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run, counted, note
from rescind.cli.reviewed import FORMATS, progress, show

if TYPE_CHECKING:
    from rescind.review import Review

# The scales of `rescind.review.finding`, which is not imported before a review is asked for.
SEVERITIES = ("critical", "high", "medium", "low")
CONFIDENCES = ("high", "medium", "low")


@click.command("review")
@click.argument("paths", metavar="PATH...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", metavar="RULES", multiple=True,
              help="Only these: numbers (RSC101), beginnings (RSC1), classes (deser).")  # fmt: skip
@click.option("--ignore", metavar="RULES", multiple=True, help="Not these.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="This one and worse.  [default: low]")
@click.option("--confidence", type=click.Choice(CONFIDENCES), help="This one and surer.  [default: low]")
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Files and folders to leave out.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text",
              help="sarif: for code scanning; github: remarks of a workflow.  [default: text]")  # fmt: skip
@click.option("--baseline", metavar="FILE", type=click.Path(path_type=Path),
              help="Show only what is not in this file of known findings.")  # fmt: skip
@click.option("--update-baseline", is_flag=True, help="Write what is found into the baseline instead.")
@click.option("--diff", metavar="BASE",
              help="Show only what was not found where this branch began from BASE.")  # fmt: skip
@click.option("--fix", is_flag=True,
              help="Mend what is safe to: compare_digest, yaml.safe_load, cookie flags.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="With --fix: print the changes as a diff, write nothing.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64),
              help="Processes that look.  [default: one for each processor]")  # fmt: skip
@click.option("--cache-dir", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False),
              help="Where findings are kept for the next time.  [default: below ~/.cache]")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Look at everything anew, and keep nothing.")
@with_run
def command(
    run: Run,
    *,
    form: str,
    update_baseline: bool,
    diff: str | None,
    fix: bool,
    dry_run: bool,
    cache_dir: Path | None,
    no_cache: bool,
    **options: Any,
) -> None:
    """Find defects of authentication in Python code, without running it.

    What is not given here is taken from [review] of rescind.toml, then [tool.rescind.review] of
    pyproject.toml, in this folder; PATH too.

    Exit codes: 0 everything was read and nothing found, 1 findings, 2 usage, 4 no Python file is there, 5
    nothing was found but not everything could be read.
    """
    from rescind.reading import ReadingError
    from rescind.review.cache import usual_folder
    from rescind.tooling.errors import ToolError

    cache = None if no_cache else cache_dir or usual_folder()
    try:
        check_fix(fix=fix, dry_run=dry_run, update_baseline=update_baseline)
        given = with_files(options)
        done = known_left_out(given, reviewed(given, cache, diff), update_baseline, diff)
        if fix:
            from rescind.cli.mended import mended

            if mended(done, dry_run=dry_run):
                done = known_left_out(given, reviewed(given, cache, diff), update_baseline, diff)
            if dry_run:
                raise click.exceptions.Exit(exit_code(done))
    except (ReadingError, ToolError) as error:
        raise Failed(ExitCode.USAGE, str(error)) from error
    show(run, done, "json" if run.as_json else form)
    raise click.exceptions.Exit(exit_code(done))


def check_fix(*, fix: bool, dry_run: bool, update_baseline: bool) -> None:
    if dry_run and not fix:
        raise click.UsageError("--dry-run says what --fix would do: give both")
    if fix and update_baseline:
        raise click.UsageError("--fix mends what is new, --update-baseline accepts it: give one of them")


def known_left_out(given: dict[str, Any], done: Review, update_baseline: bool, diff: str | None) -> Review:
    """A review without what the baseline has."""
    if update_baseline:
        return update(done, given.get("baseline"), diff)
    if not given.get("baseline"):
        return done
    from rescind.review.output.baseline import against, read_baseline

    return against(done, read_baseline(given["baseline"]), Path.cwd())


def with_files(options: dict[str, Any]) -> dict[str, Any]:
    """The options, with what the files of this folder say where nothing is given."""
    from rescind.review.configuration import configuration

    given = {name: value for name, value in options.items() if value not in {None, ()}}
    for name in ("select", "ignore"):
        if name in given:
            given[name] = listed(given[name])
    found = configuration(Path.cwd()) | given
    if not found.get("paths"):
        raise click.UsageError("Missing argument 'PATH...'.")
    return found


def reviewed(given: dict[str, Any], cache: Path | None, diff: str | None) -> Review:
    from rescind.reading import paused
    from rescind.review import review
    from rescind.review.output.revision import introduced
    from rescind.review.run import Wanted
    from rescind.review.work import usable

    wanted = Wanted(**{name: given[name] for name in Wanted._fields if name in given})
    options: dict[str, Any] = {
        "wanted": wanted, "exclude": given.get("exclude", ()), "jobs": given.get("jobs") or usable(),
        "cache": cache,
    }  # fmt: skip
    with paused(to_the_end=True), progress() as told:
        done = review(*given["paths"], told=told, **options)
        if diff is None:
            return done
        return introduced(
            done, given["paths"], diff, lambda paths, root: review(*paths, root=root, told=told, **options)
        )


def update(done: Review, file: Path | None, diff: str | None) -> Review:
    """Nothing is new any more once all of it is written down."""
    from rescind.review.output.baseline import against, read_baseline, updated, write_baseline

    if file is None:
        raise click.UsageError("--update-baseline needs --baseline FILE")
    if diff is not None:
        raise click.UsageError("--update-baseline writes down all that is found: leave out --diff")
    before = read_baseline(file) if file.exists() else []
    known = updated(done, before, Path.cwd())
    write_baseline(file, known)
    note(f"{file}: {counted(len(known), 'finding')} known")
    return against(done, known, Path.cwd())


def listed(given: Sequence[str]) -> tuple[str, ...]:
    """``--select a,b --select c`` names three."""
    return tuple(word.strip() for each in given for word in each.split(",") if word.strip())


def exit_code(done: Review) -> ExitCode:
    if done.findings:
        return ExitCode.FINDING
    if done.unread:
        return ExitCode.UNCONFIRMED
    return ExitCode.DONE if done.files else ExitCode.NOTHING
