"""``rescind paths``: each route of an application, and how fast access to it can be withdrawn."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.mapped import FORMATS, Shown, show, write_page
from rescind.cli.options import with_run
from rescind.cli.output import Run, counted, note
from rescind.errors import MissingExtra

if TYPE_CHECKING:
    from rescind.paths.model import Map
    from rescind.paths.policy.configuration import Policy


@click.command(
    name="paths",
    help="Map TARGET: each route, what it accepts, and how fast that can be withdrawn.\n\n"
    "TARGET is an application to import, as in shop.main:app (FastAPI, Starlette, Flask) or mysite.settings "
    "(Django), in a process of its own; or a folder or file, whose source is read. What is not given here is "
    "taken from [paths] and [audiences] of rescind.toml, else of [tool.rescind] of pyproject.toml, in this "
    "folder.\n\n"
    "Exit codes: 0 the map was drawn, and holds the policy; 1 a route fails the policy, or is worse than in "
    "the map of --diff; 2 usage, or nothing to map.",
)
@click.argument("target", required=False)
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0.1),
              help="How long importing it may take.  [default: 30]")  # fmt: skip
@click.option(
    "--exclude",
    metavar="PATTERN",
    multiple=True,
    help="Files and folders not to read; may come several times.",
)
@click.option("--policy", "file", metavar="FILE", type=click.Path(path_type=Path),
              help="Fail where a route does not hold what this file demands.")  # fmt: skip
@click.option("--update-baseline", is_flag=True,
              help="Write the routes as they are into the baseline of the policy.")  # fmt: skip
@click.option("--diff", "old", metavar="OLD.json", type=click.Path(path_type=Path),
              help="Show what changed since this map of --json; fail where something got worse.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text",
              help="sarif: for code scanning; github: remarks of a workflow.  [default: text]")  # fmt: skip
@click.option("--html", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the map as one page, complete in itself.")  # fmt: skip
@with_run
def command(
    run: Run,
    target: str | None,
    *,
    timeout: float | None,
    exclude: tuple[str, ...],
    file: Path | None,
    update_baseline: bool,
    old: Path | None,
    form: str,
    html: Path | None,
) -> None:
    if importlib.util.find_spec("rich") is None:
        raise MissingExtra("tools", "rescind paths")
    from rescind.reading import ReadingError
    from rescind.tooling.errors import ToolError

    try:
        policy = policy_for(file)
        needs = "--policy" if file is not None else "--diff" if old is not None else ""
        drawn = mapped(target or policy.target, policy, timeout=timeout, exclude=exclude, needs=needs)
        if update_baseline:
            update(drawn, policy, file)
        shown = Shown(drawn)
        if old is not None:
            shown = shown.since(old)
        if file is not None:
            shown = shown.against(policy)
        if html is not None:
            write_page(html, shown)
        show(run, shown, "json" if run.as_json else form)
    except (ReadingError, ToolError) as error:
        raise Failed(ExitCode.USAGE, str(error)) from error
    raise click.exceptions.Exit(ExitCode.FINDING if shown.failed else ExitCode.DONE)


def policy_for(file: Path | None) -> Policy:
    from rescind.paths.policy.configuration import found_in, policy_of

    return found_in(Path.cwd()) if file is None else policy_of(file)


def mapped(
    target: str | None, policy: Policy, *, timeout: float | None, exclude: tuple[str, ...], needs: str
) -> Map:
    """The map, with the audiences of the policy.

    Args:
        needs: the option that all routes are needed for, if one is.

    Raises:
        PathsError: it could not be imported, and nobody would see the routes that are made while it is.
    """
    from rescind.paths.errors import PathsError
    from rescind.paths.map import STATIC, draw
    from rescind.paths.policy.selector import with_audiences
    from rescind.paths.running.ask import TIMEOUT_S
    from rescind.paths.target import target_of

    if target is None:
        raise click.UsageError("Missing argument 'TARGET'.")
    here = Path.cwd()
    drawn = draw(
        target, here, timeout=timeout or policy.timeout or TIMEOUT_S, exclude=exclude or policy.exclude
    )
    if needs and STATIC in drawn.notes and target_of(target, here).importable:
        why = "; ".join(each for each in drawn.notes if each != STATIC)
        mend = "run it where the application can be imported, or name the folder of its source as TARGET"
        raise PathsError(f"{needs} needs all routes, and {why}: {mend}")
    return with_audiences(drawn, policy.audiences)


def update(drawn: Map, policy: Policy, file: Path | None) -> None:
    from rescind import __version__
    from rescind.paths.saved import write_map

    if file is None or policy.baseline is None:
        raise click.UsageError("--update-baseline needs --policy FILE, with baseline in its [paths]")
    write_map(policy.baseline, drawn, __version__)
    note(f"{policy.baseline}: {counted(len(drawn.routes), 'route')} written down")
