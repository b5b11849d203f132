"""``rescind sign-out``"""

from __future__ import annotations

from typing import Any, NoReturn

import click

from rescind.cli.ending import Wish, end
from rescind.cli.options import with_settings, with_yes
from rescind.cli.output import Run
from rescind.cli.sources import Found


@click.command("sign-out")
@click.argument("principal")
@click.option("--reason", metavar="TEXT", default="signed out by an operator", show_default=True, help="Why.")
@click.option("--keep", metavar="SESSION", help="This session goes on.")
@with_yes
@with_settings
def command(run: Run, found: Found, principal: str, **given: Any) -> NoReturn:
    """Sign a principal out everywhere; the same as `revoke --principal`. API keys stay."""
    end(run, found, Wish({"principal": principal}, **given))
