"""The command line: works with nothing but the database.

``main`` is the program; each command is one module of this package and is imported when it is asked for.
"""

from __future__ import annotations

from rescind.cli.program import Program, Section

EPILOG = (
    "Exit codes: 0 done · 1 a bound, policy or finding · 2 usage or configuration · "
    "3 store unreachable · 4 nothing matched · 5 not confirmed by all workers."
)

main = Program(
    name="rescind",
    help="Take access back before the next request. Works with nothing but the database.",
    epilog=EPILOG,
    sections=(
        Section("Access", ("revoke", "sessions", "sign-out", "principals")),
        Section("Look at an application", ("paths", "drill", "review", "explain")),
        Section("Set up", ("init", "db", "signing-keys", "doctor", "prune", "demo")),
    ),
)

__all__ = ["EPILOG", "main"]
