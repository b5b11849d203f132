"""``rescind drill``: what a copied session is still good for, measured over HTTP on any application."""

from __future__ import annotations

import click

from rescind.cli.program import Lazy, Section


class _Drill(Lazy):
    """``rescind drill FILE`` is ``rescind drill run FILE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.list_commands(ctx), *ctx.help_option_names):
            args = ["run", *args]
        return super().parse_args(ctx, args)


command = _Drill(
    name="drill",
    help="Measure how long a copied session outlives its end. `rescind drill FILE` runs one.",
    sections=(Section("Commands", ("init", "check", "run", "schema")),),
    package="rescind.cli.drill",
)
