"""``manage.py rescind``: the commands that end access and look after the database, with Django's settings."""

from __future__ import annotations

import sys
from argparse import REMAINDER
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Hands its arguments to the command line of rescind, which has one table of exit codes everywhere."""

    help = "Take access back before the next request: sessions, revoke, sign-out, principals, doctor, prune."
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """``manage.py rescind WORDS...``; ends the process with the code of the command."""
        from rescind.cli.in_django import run

        sys.exit(run(argv[2:], name=f"{argv[0]} {argv[1]}"))

    def handle(self, *, arguments: list[str], **_: Any) -> None:
        """For ``call_command("rescind", "sessions", ...)``.

        Raises:
            CommandError: the command failed; ``returncode`` is its exit code.
        """
        from rescind.cli.in_django import run

        code = run(arguments, name="manage.py rescind")
        if code:
            raise CommandError(f"rescind ended with code {code}", returncode=code)

    def add_arguments(self, parser: Any) -> None:
        """Whatever follows is for rescind."""
        parser.add_argument("arguments", nargs=REMAINDER)
