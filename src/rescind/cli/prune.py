"""``rescind prune``"""

from __future__ import annotations

import sys

import click

from rescind.cli.authority import opened
from rescind.cli.options import with_settings
from rescind.cli.output import Run, counted
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.stores.base import PruneReport


@click.command("prune")
@click.option(
    "--batch", type=click.IntRange(min=1), default=1000, show_default=True, help="Rows in one transaction."
)
@with_settings
def command(run: Run, found: Found, batch: int) -> None:
    """Remove ended and expired sessions, and log entries that nobody can need.

    In bounded transactions; stopping it half-way loses nothing. Expiry does not wait for it: what has expired
    is refused anyway.
    """
    with opened(found) as auth:
        progress = Progress(auth)
        total = auth.prune(batch=batch, on_batch=progress.tell)
        elapsed = progress.elapsed
    progress.clear()
    if run.as_json:
        told = {
            "sessions": total.sessions,
            "entries": total.entries,
            "floor": total.floor,
            "elapsed": elapsed,
        }
        run.print_json(told)
    removed = f"{counted(total.sessions, 'session')} and {total.entries:,} log entries removed"
    run.say(f"{removed} in {elapsed:.1f} s{_rate(total.sessions + total.entries, elapsed)}")


class Progress:
    """One line on standard error that is written over; nothing when that is no terminal."""

    def __init__(self, auth: Rescind[object]) -> None:  # type: ignore[type-var]
        self._lease = auth.core.clock.lease
        self._started = self._lease()
        self._removed = 0
        self._shown = sys.stderr.isatty()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._lease() - self._started

    def tell(self, batch: PruneReport) -> None:
        self._removed += batch.sessions + batch.entries
        if self._shown:
            click.echo(
                f"\r{self._removed:,} rows{_rate(self._removed, self.elapsed)}\x1b[K", err=True, nl=False
            )

    def clear(self) -> None:
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def _rate(rows: int, elapsed: float) -> str:
    return f" · {rows / elapsed:,.0f} rows/s" if rows and elapsed > 0 else ""
