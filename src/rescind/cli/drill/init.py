"""``rescind drill init``"""

from __future__ import annotations

from pathlib import Path

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run
from rescind.drill import recipes
from rescind.errors import ConfigurationError


@click.command("init")
@click.argument("file", type=click.Path(path_type=Path), default=Path("drill.toml"))
@click.option(
    "--cookie/--bearer", default=True, help="How the application knows who asks.  [default: cookie]"
)
@click.option("--recipe", type=click.Choice(recipes.names()), help="Start from this one instead.")
@click.option("--from-paths", "given", metavar="MAP",
              help="Start from this map, a file of `rescind paths --json`, or its target.")  # fmt: skip
@with_run
def command(run: Run, file: Path, *, cookie: bool, recipe: str | None, given: str | None) -> None:
    """Write a commented drill to start from (drill.toml). Never overwrites one."""
    name = recipe or ("cookie" if cookie else "bearer")
    if given is not None:
        if recipe is not None:
            raise click.UsageError("--from-paths and --recipe are two beginnings: give one")
        name = given
    text = recipes.text(name) if given is None else drafted(given)
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError as error:
        raise Failed(ExitCode.USAGE, f"{file} exists and was left as it is: edit it") from error
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}") from error
    if run.as_json:
        run.print_json({"written": str(file), "recipe": name})
    run.say(f"wrote {file}; edit it, then `rescind drill check {file}`")


def drafted(given: str) -> str:
    """A drill from a map."""
    from rescind.cli.drill.held import map_of
    from rescind.paths.errors import PathsError
    from rescind.predicted.draft import draft

    try:
        return draft(map_of(given))
    except PathsError as error:
        raise Failed(ExitCode.USAGE, str(error)) from error
