"""``rescind demo``"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from rescind.cli.options import with_debug
from rescind.cli.output import Run
from rescind.errors import MissingExtra


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the table.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where everything of it is kept.",
)
@with_debug
def command(_run: Run, once: bool, folder: Path) -> None:
    """Measure with real servers whether a copied session outlives a sign-out.

    Exit code 1: a request that started after the answer got in.
    """
    try:
        from rescind.demo.run import main
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "rescind":
            raise
        raise MissingExtra("demo", "rescind demo") from error
    if importlib.util.find_spec("uvicorn") is None:
        raise MissingExtra("demo", "rescind demo")
    raise click.exceptions.Exit(main(once, folder))
