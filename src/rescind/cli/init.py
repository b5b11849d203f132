"""``rescind init``"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run
from rescind.cli.shown import literal
from rescind.config import Settings
from rescind.errors import ConfigurationError

NAME = "rescind.toml"
HEADING = """\
# rescind.toml: settings of the command line. `rescind doctor` shows what is in force and where it came from.
# An option, --app, or an environment variable such as RESCIND_URL goes before what is written here.
"""


@click.command("init")
@click.option("--url", metavar="URL", default="sqlite:///app.db", show_default=True, help="The database.")
@with_run
def command(run: Run, url: str) -> None:
    """Write a commented rescind.toml into this folder. Never overwrites one."""
    path = Path(NAME)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template(url))
    except FileExistsError as error:
        raise Failed(ExitCode.USAGE, f"{NAME} exists and was left as it is: edit it") from error
    except OSError as error:
        raise ConfigurationError(f"{NAME} cannot be written here: {error.strerror}") from error
    if run.as_json:
        run.print_json({"written": str(path)})
    run.say(f"wrote {path}; `rescind doctor` shows what is in force")


def template(url: str) -> str:
    """The text of a new file: every setting with its default and what it means, and the url."""
    return "\n".join([HEADING, "[settings]", f"url = {literal('url', url)}", "", *_settings()])


def _settings() -> Iterator[str]:
    texts = meanings()
    for field in fields(Settings):
        if field.default is MISSING:
            continue
        yield from textwrap.wrap(texts[field.name], 96, initial_indent="# ", subsequent_indent="# ")
        unset = field.default is None
        yield f"# {field.name} {'is not set' if unset else f'= {literal(field.name, field.default)}'}"
        yield ""


def meanings() -> dict[str, str]:
    """The meaning of each setting, from the docstring of ``Settings`` (empty under ``python -OO``)."""
    texts = {field.name: "" for field in fields(Settings)}
    names: list[str] = []
    for line in inspect.cleandoc(Settings.__doc__ or "").partition("Attributes:\n")[2].splitlines():
        start = re.match(r"    ([a-z_]+(?:, [a-z_]+)*): (.*)", line)
        names = start[1].split(", ") if start else names
        for name in names:
            texts[name] = start[2] if start else f"{texts[name]} {line.strip()}".strip()
    return {name: text.replace("``", "") for name, text in texts.items()}
