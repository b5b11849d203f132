"""``rescind db``: the tables and the log."""

from __future__ import annotations

from rescind.cli.program import Lazy, Section

command = Lazy(
    name="db",
    help="The tables, and what belongs to a restore.",
    sections=(Section("Commands", ("upgrade", "check", "new-birth", "triggers")),),
    package="rescind.cli.db",
)
