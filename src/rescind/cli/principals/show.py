"""``rescind principals show``"""

from __future__ import annotations

import click

from rescind.cli.authority import opened
from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_settings
from rescind.cli.output import Run
from rescind.cli.principals.rows import COLUMNS, plain, read_id, row
from rescind.cli.sources import Found
from rescind.model.revocation import Scope
from rescind.stores.base import Selection


@click.command("show")
@click.argument("principal")
@with_settings
def command(run: Run, found: Found, principal: str) -> None:
    """Show one principal and how many live sessions it has.

    Exit code 4: it was never seen.
    """
    with opened(found) as auth:
        text = read_id(auth, principal)
        realm, store = auth.settings.realm, auth.core.store
        standing = store.standing(realm, text)
        if standing is None:
            raise Failed(ExitCode.NOTHING, f"no principal {text} in realm {realm}")
        stored, live = store.count(Selection(realm, Scope.PRINCIPAL, text), now=auth.core.time.now())
    if run.as_json:
        run.print_json(plain(standing) | {"live_sessions": live, "stored_sessions": stored})
    run.table((*COLUMNS, "live sessions"), [(*row(standing), live)])
