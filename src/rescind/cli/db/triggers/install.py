"""``rescind db triggers install``"""

from __future__ import annotations

import click

from rescind.cli.authority import engine, require_existing
from rescind.cli.options import confirm, with_settings, with_yes
from rescind.cli.output import Run
from rescind.cli.sources import Found
from rescind.cli.watching import require_watch


@click.command("install")
@click.option("--sql", is_flag=True, help="Print what would be run; run nothing.")
@with_yes
@with_settings
def command(run: Run, found: Found, sql: bool, yes: bool) -> None:
    """Show the SQL, ask, and run it: in one transaction, in place of what was installed before.

    Who is disabled in the table is disabled from then on; roles and tenants follow it, where they are
    declared.
    """
    auth = engine(found)
    require_existing(auth)
    watch = require_watch(auth, found)
    if sql:
        text = watch.sql()
        run.say(text)
        if run.as_json:
            run.print_json({"table": watch.table, "sql": text})
        return
    before = watch.status()
    if before.state == "installed":
        _tell(run, watch.table, changed=False)
        return
    run.say(watch.sql())
    confirm(f"Run this on {watch.place}?", yes=yes)
    watch.install()
    _tell(run, watch.table, changed=True)


def _tell(run: Run, table: str, *, changed: bool) -> None:
    if run.as_json:
        run.print_json({"table": table, "state": "installed", "changed": changed})
    run.say(f"{table}: installed" + ("" if changed else " already; nothing was changed"))
