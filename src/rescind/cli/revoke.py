"""``rescind revoke``"""

from __future__ import annotations

from typing import Any, NoReturn

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.ending import Wish, end
from rescind.cli.options import with_settings, with_yes
from rescind.cli.output import Run
from rescind.cli.sources import Found

SELECTORS = ("session", "principal", "credential", "client", "tenant", "signing_key", "everything")


@click.command("revoke")
@click.option("--session", metavar="ID", help="One session, by its public id.")
@click.option("--principal", metavar="ID", help="Whatever a person or service holds.")
@click.option("--credential", metavar="ID", help="The sessions that this credential opened.")
@click.option("--client", metavar="ID", help="The sessions opened for this client.")
@click.option("--tenant", metavar="TENANT", help="Everybody in this tenant.")
@click.option("--signing-key", metavar="KID", help="All access tokens that this key signed or ever will.")
@click.option("--everything", is_flag=True, help="All of the realm; needs --confirm.")
@click.option("--confirm", metavar="REALM", help="With --everything: the name of the realm, once more.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; kept in log and audit trail.")
@click.option(
    "--what",
    type=click.Choice(["sessions", "grants", "keys", "all"]),
    default="sessions",
    show_default=True,
    help="Of a principal, client or tenant.",
)
@click.option("--keep", metavar="SESSION", help="With --principal: this one goes on.")
@click.option("--id", "id_", metavar="ID", help="Names the revocation: a repeat with it ends nothing twice.")
@click.option("--no-wait", is_flag=True, help="Return after the commit, before the workers have it.")
@with_yes
@with_settings
def command(run: Run, found: Found, **given: Any) -> NoReturn:
    """End access. When the receipt is final, no worker accepts it on any request that starts from now on.

    Exactly one of --session, --principal, --credential, --client, --tenant, --signing-key, --everything. An
    id is the application's own, as text. Exit code 4: nothing matched.
    """
    named = {name: given[name] for name in SELECTORS if given[name] not in (None, False)}
    if len(named) != 1:
        said = " ".join(f"--{name.replace('_', '-')}" for name in named) or "none"
        options = ", ".join(f"--{name.replace('_', '-')}" for name in SELECTORS)
        raise Failed(ExitCode.USAGE, f"pass exactly one of {options} (got {said}). Nothing was ended")
    wish = Wish(
        named,
        given["reason"],
        what=given["what"],
        confirm=given["confirm"],
        keep=given["keep"],
        id=given["id_"],
        wait=not given["no_wait"],
        yes=given["yes"],
    )
    end(run, found, wish)
