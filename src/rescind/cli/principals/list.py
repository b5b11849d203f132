"""``rescind principals list``"""

from __future__ import annotations

import click

from rescind.cli.authority import opened
from rescind.cli.options import with_settings
from rescind.cli.output import Run, note
from rescind.cli.principals.rows import COLUMNS, plain, row
from rescind.cli.sources import Found


@click.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@click.option("--after", metavar="ID", help="Go on after this id.")
@with_settings
def command(run: Run, found: Found, limit: int, after: str | None) -> None:
    """List principals, ordered by id."""
    with opened(found) as auth:
        listed = list(auth.principals.list(limit=limit + 1, after=after))
    more, listed = len(listed) > limit, listed[:limit]
    if run.as_json:
        run.print_json({"principals": [plain(one) for one in listed], "more": more})
    run.table(COLUMNS, [row(one) for one in listed])
    if more:
        note(f"there are more than {limit:,}: go on with --after {listed[-1].id}")
