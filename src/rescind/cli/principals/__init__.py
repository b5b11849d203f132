"""``rescind principals``: who may act at all, with which roles, in which tenant."""

from __future__ import annotations

from rescind.cli.program import Lazy, Section

command = Lazy(
    name="principals",
    help="Who may act at all, with which roles, in which tenant.",
    sections=(Section("Commands", ("list", "show", "set", "create")),),
    package="rescind.cli.principals",
)
