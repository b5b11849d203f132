"""``rescind db triggers remove``"""

from __future__ import annotations

import click

from rescind.cli.authority import engine, require_existing
from rescind.cli.options import confirm, with_settings, with_yes
from rescind.cli.output import Run
from rescind.cli.sources import Found


@click.command("remove")
@with_yes
@with_settings
def command(run: Run, found: Found, yes: bool) -> None:
    """Take the triggers of the realm away, whatever was declared. Needs no declaration."""
    auth = engine(found)
    require_existing(auth)
    from rescind.stores.sqlalchemy.triggers.watch import remove

    confirm(
        f"From then on who changes users in SQL ends nothing in realm {auth.settings.realm}. Remove?", yes=yes
    )
    removed = remove(auth.core.store, auth.settings.realm)
    if run.as_json:
        run.print_json({"removed": removed})
    run.say("removed" if removed else "there were none")
