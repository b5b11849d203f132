"""``rescind db triggers``: whoever changes a user, the log hears of it."""

from __future__ import annotations

from rescind.cli.program import Lazy, Section

command = Lazy(
    name="triggers",
    help="Triggers on the application's own users, as auth.principals.watch declares them.",
    sections=(Section("Commands", ("install", "status", "remove")),),
    package="rescind.cli.db.triggers",
)
