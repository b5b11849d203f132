"""``manage.py rescind_triggers``: whoever changes a user, the log hears of it."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from rescind.errors import RescindError


class Command(BaseCommand):
    """Install, look at or remove the triggers on the tables behind ``AUTH_USER_MODEL``."""

    help = (
        "Triggers that append to the log whatever changes a user: update(), bulk_update(), psql, sqlite3. "
        "install shows the SQL and asks."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        """``install``, ``status`` or ``remove``."""
        parser.add_argument("action", choices=["install", "status", "remove"])
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--sql", action="store_true", help="print what install would run; run nothing")

    def handle(self, *, action: str, yes: bool, sql: bool, **_: Any) -> None:
        """Run it.

        Raises:
            CommandError: it cannot be done here, or ``status`` found something else than ``installed``
                (``returncode`` 1 for outdated, 3 for missing).
        """
        from rescind.django.triggers.installing import connection_of_tables

        try:
            connection = connection_of_tables()
            if action == "install":
                self._install(connection, yes=yes, only_show=sql)
            elif action == "remove":
                self._remove(connection)
            else:
                self._status(connection)
        except RescindError as error:
            raise CommandError(str(error)) from error

    def _install(self, connection: Any, *, yes: bool, only_show: bool) -> None:
        from rescind.django.triggers.installing import install, script, state

        if only_show:
            self.stdout.write(script(connection))
            return
        if state(connection)[0] == "installed":
            self.stdout.write("installed already; nothing was changed")
            return
        self.stdout.write(script(connection))
        if not yes:
            if not sys.stdin.isatty():
                raise CommandError("nothing was changed: there is nobody to ask; --yes installs without")
            if input(f"\nRun this on DATABASES[{connection.alias!r}]? [y/N] ").strip().lower() != "y":
                raise CommandError("nothing was changed")
        install(connection)
        self.stdout.write("installed")

    def _remove(self, connection: Any) -> None:
        from rescind.django.config import read_config
        from rescind.django.triggers.installing import remove

        if read_config(settings).user == "facts":
            raise CommandError(
                'nothing was removed: RESCIND["user"] = "facts" stands on them. Leave "user" out of RESCIND, '
                "restart the workers, then remove them"
            )
        self.stdout.write("removed" if remove(connection) else "there were none")

    def _status(self, connection: Any) -> None:
        from rescind.django.triggers.installing import state

        found, wrong = state(connection)
        self.stdout.write(found if not wrong else f"{found}: {', '.join(wrong)}")
        if found != "installed":
            raise CommandError(
                f"run `manage.py rescind_triggers install`: the triggers are {found}",
                returncode=1 if found == "outdated" else 3,
            )
