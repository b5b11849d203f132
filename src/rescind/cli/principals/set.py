"""``rescind principals set``"""

from __future__ import annotations

from typing import Any

import click

from rescind.cli.authority import opened
from rescind.cli.codes import ExitCode, Failed, as_usage
from rescind.cli.ending import unconfirmed
from rescind.cli.initiator import initiator
from rescind.cli.options import confirm, with_settings, with_yes
from rescind.cli.output import Run, counted
from rescind.cli.principals.rows import read_id
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.model.revocation import Scope
from rescind.stores.base import Selection


@click.command("set")
@click.argument("principal")
@click.option(
    "--active/--no-active", default=None, help="Whether it may act; --no-active refuses everything."
)
@click.option("--role", "roles", metavar="ROLE", multiple=True, help="All its roles; may come several times.")
@click.option("--no-roles", is_flag=True, help="Take every role away.")
@click.option("--tenant", metavar="TENANT", help="The tenant it belongs to.")
@click.option("--no-tenant", is_flag=True, help="It belongs to none.")
@click.option("--reason", metavar="TEXT", required=True, help="Why; kept in log and audit trail.")
@click.option("--new", is_flag=True, help="It may be one that was never seen.")
@with_yes
@with_settings
def command(run: Run, found: Found, principal: str, **given: Any) -> None:
    """Change a standing. When the receipt is final, every worker judges by the new facts.

    --no-active can be taken back with --active; `rescind revoke` is for good. Exit code 4: the principal was
    never seen, and --new was not given.
    """
    changes = _changes(given)
    with opened(found) as auth:
        text = read_id(auth, principal)
        if not given["new"] and auth.core.store.standing(auth.settings.realm, text) is None:
            raise Failed(
                ExitCode.NOTHING, f"no principal {text} was ever seen: nothing was changed (--new makes it)"
            )
        if changes.get("active") is False:
            _ask(auth, text, yes=given["yes"])
        with as_usage(), unconfirmed("run it again"):
            receipt = auth.principals.set(
                auth.core.ids.parse(text), reason=given["reason"], by=initiator(), **changes
            )
        if run.as_json:
            run.print_json(receipt.to_dict() | {"principal": text})
        run.say(str(receipt))


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """What to change, by the names that ``principals.set`` has."""
    for one, other in (("roles", "no_roles"), ("tenant", "no_tenant")):
        if given[one] and given[other]:
            raise Failed(
                ExitCode.USAGE, f"--{one.removesuffix('s')} and --{other.replace('_', '-')} contradict"
            )
    changes: dict[str, Any] = {}
    if given["active"] is not None:
        changes["active"] = given["active"]
    if given["roles"] or given["no_roles"]:
        changes["roles"] = list(given["roles"])
    if given["tenant"] is not None or given["no_tenant"]:
        changes["tenant"] = given["tenant"]
    if not changes:
        raise Failed(ExitCode.USAGE, "nothing to change: pass --active, --no-active, --role, --tenant ...")
    return changes


def _ask(auth: Rescind[Any], text: str, *, yes: bool) -> None:
    selection = Selection(auth.settings.realm, Scope.PRINCIPAL, text)
    _, live = auth.core.store.count(selection, now=auth.core.time.now())
    confirm(f"principal {text}: {counted(live, 'live session')}. Refuse everything of it?", yes=yes)
