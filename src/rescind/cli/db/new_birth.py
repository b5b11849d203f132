"""``rescind db new-birth``"""

from __future__ import annotations

from typing import Any

import click

from rescind.cli.authority import database_of, opened
from rescind.cli.codes import as_usage
from rescind.cli.initiator import initiator
from rescind.cli.options import confirm, with_settings, with_yes
from rescind.cli.output import Run, counted, note
from rescind.cli.postgres import server_of
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.model.revocation import Scope
from rescind.orders import read_reason
from rescind.stores.base import Selection


@click.command("new-birth")
@click.option("--reason", metavar="TEXT", required=True, help="Why; kept in log and audit trail.")
@with_yes
@with_settings
def command(run: Run, found: Found, reason: str, yes: bool) -> None:
    """Begin a new log: every session issued so far is refused, in every realm.

    Belongs to every restore from a backup and to every failover that may have lost commits: a database that
    went back in time has forgotten revocations, and this is the one way to be sure that none of them is
    undone.
    """
    with as_usage():
        reason = read_reason(reason)
    with opened(found) as auth:
        realms, live = _ends(auth)
        confirm(
            f"This ends {counted(live, 'live session')} in {counted(len(realms), 'realm')} "
            f"({', '.join(realms)}); everybody has to sign in again. Begin a new log?",
            yes=yes,
        )
        head = auth.new_birth(reason=reason, by=initiator())
        lease = auth.settings.lease
    if run.as_json:
        run.print_json({"birth": head.birth, "seq": head.seq, "ended": live, "realms": realms})
    run.say(f"a new log begins at seq {head.seq} · ended {counted(live, 'session')}")
    if head.counter_id is None and lease:
        note(f"no counter file: workers notice within {lease:g} s")


def _ends(auth: Rescind[Any]) -> tuple[list[str], int]:
    """The realms of the database and how many sessions are live in all of them."""
    realms = {auth.settings.realm}
    path = database_of(auth)
    if path is not None:
        from rescind.stores.sqlalchemy.inspect import realms_of

        realms.update(realms_of(path))
    server = server_of(auth)
    if server is not None:
        from rescind.stores.sqlalchemy.postgres.inspect import realms_of as realms_of_server

        realms.update(realms_of_server(server))
    now, store = auth.core.time.now(), auth.core.store
    return sorted(realms), sum(
        store.count(Selection(realm, Scope.EVERYTHING), now=now)[1] for realm in realms
    )
