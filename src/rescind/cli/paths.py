"""``rescind paths``: each route of an application, and how fast access to it can be withdrawn."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run, coloured, note, on_terminal
from rescind.errors import MissingExtra


@click.command(
    name="paths",
    help="Map TARGET: each route, what it accepts, and how fast that can be withdrawn.\n\n"
    "TARGET is an application to import, as in shop.main:app (FastAPI, Starlette, Flask), "
    "in a process of its own; or a folder or file, whose source is read.",
)
@click.argument("target")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0.1), default=30.0, show_default=True,
              help="How long importing it may take.")  # fmt: skip
@click.option(
    "--exclude",
    metavar="PATTERN",
    multiple=True,
    help="Files and folders not to read; may come several times.",
)
@with_run
def command(run: Run, target: str, timeout: float, exclude: tuple[str, ...]) -> None:
    if importlib.util.find_spec("rich") is None:
        raise MissingExtra("tools", "rescind paths")
    from rescind import __version__
    from rescind.paths.errors import PathsError
    from rescind.paths.map import draw

    try:
        drawn = draw(target, Path.cwd(), timeout=timeout, exclude=exclude)
    except PathsError as error:
        raise Failed(ExitCode.USAGE, str(error)) from error
    if run.as_json:
        run.print_json(drawn.to_dict(__version__))
        return
    if on_terminal():
        from rich.console import Console

        from rescind.paths.table import show

        show(drawn, Console(no_color=not coloured()))
        return
    for each in drawn.notes:
        note(each)
    run.table(
        (),
        [
            (
                r.method,
                r.path,
                r.worst_revocation.kind,
                r.worst_revocation.seconds,
                r.audience,
                r.accepts,
                r.file,
                r.line,
            )
            for r in drawn.routes
        ],
    )
