"""``rescind signing-keys``: the keys that sign access tokens."""

from __future__ import annotations

from rescind.cli.program import Lazy, Section

command = Lazy(
    name="signing-keys",
    help='The keys that sign access tokens (session_model="jwt").',
    sections=(Section("Commands", ("list", "new")),),
    package="rescind.cli.signing_keys",
)
