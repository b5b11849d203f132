"""``rescind drill schema``"""

from __future__ import annotations

import click

from rescind.cli.options import with_run
from rescind.cli.output import Run


@click.command("schema")
@with_run
def command(run: Run) -> None:
    """Print the JSON Schema of a drill's file, with which editors complete and check it.

    It is one JSON object with and without --json.
    """
    from rescind.drill.schema import schema

    run.print_json(schema())
