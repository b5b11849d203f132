"""``rescind db triggers status``"""

from __future__ import annotations

import click

from rescind.cli.authority import engine, require_existing
from rescind.cli.codes import ExitCode
from rescind.cli.options import with_settings
from rescind.cli.output import Run
from rescind.cli.sources import Found
from rescind.cli.watching import require_watch


@click.command("status")
@with_settings
def command(run: Run, found: Found) -> None:
    """Say whether the triggers are there, as declared. Changes nothing.

    Exit code 1: they are missing, or outdated.
    """
    auth = engine(found)
    require_existing(auth)
    watch = require_watch(auth, found)
    seen = watch.status()
    if run.as_json:
        run.print_json({"table": watch.table, "state": seen.state, "wrong": list(seen.wrong)})
    run.say(f"{watch.table}: {seen.state}" + (f": {', '.join(seen.wrong)}" if seen.wrong else ""))
    raise click.exceptions.Exit(ExitCode.DONE if seen.state == "installed" else ExitCode.FINDING)
