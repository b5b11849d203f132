"""What is in the database; with ``check --database``, with ``migrate`` and in test runs."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections

from rescind.django.checks.facts import wanted
from rescind.django.schema.operation import alias_of_tables
from rescind.django.schema.ownership import OWNER, VENDORS, Found, has_triggers, look
from rescind.errors import ConfigurationError


def check_tables(
    app_configs: Any = None, databases: Collection[str] | None = None, **_: Any
) -> Sequence[checks.CheckMessage]:
    """``W002``: the migrations have not run. ``E002``: they would not help.

    ``W002`` is a warning because ``migrate`` runs this check first, and an error would keep it from its work.
    On its own command line it says nothing: whoever reads it there is doing what it asks for.
    """
    alias = alias_of_tables()
    if alias not in (databases or ()) or connections[alias].vendor not in VENDORS:
        return []
    from rescind.stores.sqlalchemy.create import SCHEMA_VERSION

    connection = connections[alias]
    found = look(connection)
    if found is None or found.version is None:
        return _to_migrate(alias, "has no tables of rescind, or none that `migrate` has finished")
    if (found.min_reader or 0) > SCHEMA_VERSION:
        return [_too_new(alias, found, SCHEMA_VERSION)]
    if not has_triggers(connection):
        return [_unnumbered(alias)]
    if found.version < SCHEMA_VERSION:
        return _to_migrate(alias, f"is of schema {found.version}, this version has {SCHEMA_VERSION}", found)
    return []


def _to_migrate(alias: str, why: str, found: Found | None = None) -> Sequence[checks.CheckMessage]:
    from rescind.stores.sqlalchemy.faults import upgrade_command

    if sys.argv[1:2] == ["migrate"]:
        return []
    command = upgrade_command(OWNER if found is None else found.owner)
    return [checks.Warning(f"DATABASES[{alias!r}] {why}.", hint=f"Run `{command}`.", id="rescind.W002")]


def _too_new(alias: str, found: Found, known: int) -> checks.CheckMessage:
    return checks.Error(
        f"DATABASES[{alias!r}] is of schema {found.version} and needs a rescind that reads schema "
        f"{found.min_reader}; this one reads {known}.",
        hint="Update rescind.",
        id="rescind.E002",
    )


def _unnumbered(alias: str) -> checks.CheckMessage:
    return checks.Error(
        f"DATABASES[{alias!r}] lacks a trigger that numbers the log, or one is disabled: an end without a "
        "number is an end that nobody reads.",
        hint="ALTER TABLE ... ENABLE ALWAYS TRIGGER, or run the CREATE FUNCTION and CREATE CONSTRAINT "
        "TRIGGER statements that `manage.py sqlmigrate rescind 0001` shows.",
        id="rescind.E002",
    )


def check_triggers(
    app_configs: Any = None, databases: Collection[str] | None = None, **_: Any
) -> Sequence[checks.CheckMessage]:
    """``W007``: triggers on users that are there, and are not what the settings ask for."""
    alias = alias_of_tables()
    if alias not in (databases or ()) or connections[alias].vendor not in VENDORS:
        return []
    if look(connections[alias]) is None:
        return []
    from rescind.django.triggers.installing import state  # SQLAlchemy, which few commands need

    try:
        found, wrong = state(connections[alias])
    except ConfigurationError:
        return []  # another check says it
    if found != "outdated" or wanted() is not None:
        return []  # or E010 says it
    return [
        checks.Warning(
            f"DATABASES[{alias!r}] has triggers on users that are not what the settings ask for: "
            f"{', '.join(wrong)}. What they miss, other applications do not hear of.",
            hint="Run `manage.py rescind_triggers install`.",
            id="rescind.W007",
        )
    ]


def check_pooler(
    app_configs: Any = None, databases: Collection[str] | None = None, **_: Any
) -> Sequence[checks.CheckMessage]:
    """``I002``: a pooler stands between, and no push comes through it."""
    given = getattr(settings, "RESCIND", {})
    listen = given.get("listen") if isinstance(given, dict) else None
    alias = listen or alias_of_tables()
    if alias_of_tables() not in (databases or ()) or not _is_pooled(alias):
        return []
    named = f'RESCIND["listen"] = {alias!r}' if listen else f"DATABASES[{alias!r}]"
    return [
        checks.Info(
            f"{named} is reached through a pooler: LISTEN does not work there, so other processes hear of a "
            "revocation when they read next, a quarter of a lease later at most. revoke() waits for that.",
            hint='Name an alias in RESCIND["listen"] that leads to the same database past the pooler.',
            id="rescind.I002",
        )
    ]


def _is_pooled(alias: str) -> bool:
    """Whether the process that answers is another one than the one that the connection was promised."""
    if alias not in settings.DATABASES or connections[alias].vendor != "postgresql":
        return False
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (answering,) = cursor.fetchone()
    promised = getattr(connection.connection.info, "backend_pid", answering)
    return bool(promised != answering)
