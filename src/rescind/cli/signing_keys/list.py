"""``rescind signing-keys list``"""

from __future__ import annotations

from typing import Any, NamedTuple

import click

from rescind.cli.authority import opened
from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_settings
from rescind.cli.output import Run
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.session_model import missing_secret

COLUMNS = ("kid", "alg", "role", "access tokens", "ended", "from")


class Row(NamedTuple):
    """One key.

    Attributes:
        role: ``signs``; ``next`` signs when those before it have ended; ``verifies``; ``ended``.
        access_tokens: how many in use it signed, the newest of each session.
    """

    kid: str
    alg: str
    role: str
    access_tokens: int
    ended: str | None
    source: str


@click.command("list")
@with_settings
def command(run: Run, found: Found) -> None:
    """List the keys of the settings given here: which signs, how much rests on each, which has ended.

    The first that has not ended signs. To change keys: add the new one as the last, deploy, wait as long as
    verifiers may keep the published keys, put it first, deploy, and take the old one away when nothing rests
    on it any more.
    """
    with opened(found) as auth:
        rows = read(auth)
    if run.as_json:
        run.print_json({"signing_keys": [row._asdict() for row in rows]})
    run.table(COLUMNS, [(*row[:4], row.ended or "-", row.source) for row in rows])


def read(auth: Rescind[Any]) -> list[Row]:
    """The keys and what the database knows of them.

    Raises:
        Failed: there are none, or the secret that makes them is not here.
        ConfigurationError: they cannot be used as configured.
    """
    tokens = auth.core.tokens
    if tokens is None:
        raise Failed(
            ExitCode.USAGE,
            'sessions are not signed here: session_model="jwt" is not set (--app, rescind.toml or '
            "RESCIND_SESSION_MODEL)",
        )
    missing = missing_secret(auth.settings)
    if missing is not None:
        raise Failed(ExitCode.USAGE, missing)
    store, realm, now = auth.core.store, auth.settings.realm, auth.core.time.now()
    rows, signing = [], True
    for key in tokens.ready().access.keys:
        end = store.key_end(realm, key.kid)
        role = "ended" if end else "verifies" if not key.can_sign else "signs" if signing else "next"
        signing = signing and role != "signs"
        _, used = store.count_signed(realm, key.kid, now=now)
        rows.append(Row(key.kid, key.alg, role, used, None if end is None else end.reason, key.source))
    return rows
