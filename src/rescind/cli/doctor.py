"""``rescind doctor``"""

from __future__ import annotations

from typing import Any

import click

from rescind.cli.codes import ExitCode
from rescind.cli.diagnosis import Diagnosis, examine
from rescind.cli.options import with_settings
from rescind.cli.output import Run, on_terminal, styled
from rescind.cli.sources import Found

SECTIONS = (
    ("settings", ("setting", "value", "from")),
    ("database", ("what", "value")),
    ("workers", ("host", "pid", "last seen", "behind", "term", "state")),
    ("notes", ("what",)),
    ("findings", ("what", "mend")),
)


@click.command("doctor")
@with_settings
def command(run: Run, found: Found) -> None:
    """Show what is in force, where it came from, and what is wrong. Makes nothing, changes nothing.

    Exit code 1: something was found; 2: the configuration cannot work; 3: the store cannot be reached.
    """
    from rescind import __version__

    seen = examine(found)
    if run.as_json:
        run.print_json({"version": __version__, **_plain(run, seen)})
    for name, columns in SECTIONS:
        _section(run, name, columns, getattr(seen, name))
    if not seen.findings:
        run.say(styled("nothing found", fg="green") if on_terminal() else "nothing found")
    raise click.exceptions.Exit(max((one.code for one in seen.findings), default=ExitCode.DONE))


def _section(run: Run, name: str, columns: tuple[str, ...], listed: list[Any]) -> None:
    """A heading and a table; in a pipe the name of the section begins each line."""
    rows = [
        tuple(run.spelled(cell) if isinstance(cell, str) else cell for cell in tuple(one)[: len(columns)])
        for one in listed
    ]
    if not rows:
        return
    if on_terminal():
        run.say(styled(name, bold=True, fg="red" if name == "findings" else None))
        run.table(columns, rows)
        run.say("")
    else:
        run.table(("section", *columns), [(name, *row) for row in rows])


def _plain(run: Run, seen: Diagnosis) -> dict[str, Any]:
    return {
        "settings": {one.name: {"value": one.raw, "from": one.origin} for one in seen.settings},
        "database": {one.name: one.value for one in seen.database},
        "workers": [one._asdict() for one in seen.workers],
        "notes": [one.what for one in seen.notes],
        "findings": [{"what": run.spelled(one.what), "mend": run.spelled(one.mend)} for one in seen.findings],
    }
