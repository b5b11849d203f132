"""``rescind principals create``"""

from __future__ import annotations

import os
import re
import sys
from typing import Any
from uuid import UUID

import click

from rescind.cli.authority import opened
from rescind.cli.codes import ExitCode, Failed, as_usage
from rescind.cli.initiator import initiator
from rescind.cli.options import with_settings
from rescind.cli.output import Run
from rescind.cli.sources import Found
from rescind.engine import Rescind

PASSWORD = "RESCIND_PASSWORD"  # noqa: S105 - the name of a variable


@click.command("create")
@click.option("--login", metavar="LOGIN", required=True, help="What the person types to sign in.")
@click.option("--principal", metavar="ID", help="Its id; without it, a random one.")
@click.option("--role", "roles", metavar="ROLE", multiple=True, help="A role; may come several times.")
@click.option("--tenant", metavar="TENANT", help="The tenant it belongs to.")
@with_settings
def command(run: Run, found: Found, login: str, principal: str | None, **standing: Any) -> None:
    """Create an account of rescind's own: a login and a password.

    The password comes from RESCIND_PASSWORD, a prompt, or one line of standard input; never from an argument,
    which every user of the machine can read.
    """
    with opened(found) as auth:
        if principal is None and "principal_id" not in found.values:
            _require_text_ids(auth)
        with as_usage():
            account = auth.accounts.create(
                login=login,
                password=read_password(),
                principal=None if principal is None else auth.core.ids.parse(auth.core.ids.text(principal)),
                **standing,
                by=initiator(),
            )
    if run.as_json:
        run.print_json({"principal": account.principal_id, "login": account.login, "realm": account.realm})
    run.say(f"created principal {account.principal_id} for {account.login}")


def read_password() -> str:
    """The new password: from the environment, asked for, or from a pipe.

    Raises:
        Failed: there is none.
    """
    given = os.environ.get(PASSWORD)
    if given:
        return given
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Failed(ExitCode.USAGE, f"no password: set {PASSWORD}, or write it to standard input")
    return line


def _require_text_ids(auth: Rescind[Any]) -> None:
    """Refuse to mint a text id among ids of another type: the application could not read it.

    Raises:
        Failed: the ids that are there look like another type.
    """
    ids = [one.id for one in auth.principals.list()]
    for kind, fits in (("int", _is_number), ("uuid", _is_uuid)):
        if ids and all(map(fits, ids)):
            raise Failed(
                ExitCode.USAGE,
                f'the ids in this database look like {kind}: say principal_id = "{kind}" in rescind.toml '
                f"(RESCIND_PRINCIPAL_ID={kind}), or pass --principal",
            )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+", text, re.ASCII) is not None


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
