"""What happens around ``migrate``: it says whose the tables are, and the log gets its head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError
from django.db import NotSupportedError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.transaction import atomic

from rescind.django.schema import first_postgresql, second_postgresql
from rescind.django.schema.head import ensure_head
from rescind.django.schema.operation import SchemaSQL, concerns
from rescind.django.schema.ownership import Found, has_triggers, look
from rescind.errors import RescindError

Plan = Sequence[tuple[Any, bool]]


USE_WAL = "PRAGMA journal_mode = WAL"
"""So that a check is read beside whatever transaction is open. The file keeps it, and changing it wants the
file alone: later the first to ask may be a view in its ``atomic()`` block."""


def before_migrate(
    sender: Any, *, using: str, plan: Plan = (), stdout: Any = None, verbosity: int = 1, **_: Any
) -> None:
    """Refuse before anything of anybody has run; say it where there is nothing to do.

    Raises:
        CommandError: the tables are another side's and not of the version that is needed; names the command.
    """
    steps = [
        (operation, backwards)
        for migration, backwards in plan
        if migration.app_label == sender.label
        for operation in migration.operations
        if isinstance(operation, SchemaSQL)
    ]
    if not steps:
        return
    connection = connections[using]
    try:
        if not concerns(connection, sender.label) or (found := look(connection)) is None:
            return
        told = [
            not operation.takes_away(connection) if backwards else operation.is_there(connection)
            for operation, backwards in steps
        ]
    except (NotSupportedError, RescindError) as error:
        raise CommandError(str(error)) from error
    if any(told) and stdout is not None and verbosity >= 1:
        stdout.write(_words(found, backwards=steps[0][1]))


def after_migrate(sender: Any, *, using: str, **_: Any) -> None:
    """The head of the log, wherever there are tables; triggers on users that are installed follow theirs."""
    connection = connections[using]
    if not concerns(connection, sender.label) or look(connection) is None:
        return
    if connection.vendor == "postgresql" and MigrationLoader.migrations_module(sender.label)[0] is None:
        _number_the_log(connection)
    ensure_head(connection)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:  # in memory it changes nothing
            cursor.execute(USE_WAL)
    from rescind.django.triggers.installing import renew  # SQLAlchemy, which a project that starts needs not

    renew(connection)


def _number_the_log(connection: Any) -> None:
    """Make the triggers where tables were made from the models: with ``MIGRATION_MODULES`` switched off, as
    suites do to save time, Django makes tables and no more, and an end without a number ends nothing."""
    with atomic(using=connection.alias), connection.cursor() as cursor:
        if not has_triggers(connection):
            for text in first_postgresql.TRIGGERS + second_postgresql.MAKE:
                cursor.execute(text)


def _words(found: Found, *, backwards: bool) -> str:
    if backwards:
        return f"rescind: the tables belong to {found.owner} and stay; only Django's record of them goes."
    return (
        f"rescind: the tables are there already (schema {found.version}, owner {found.owner}); its "
        "migrations are recorded as applied and change nothing."
    )
