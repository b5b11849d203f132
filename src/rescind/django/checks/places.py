"""Where the tables are: the alias, what is behind it, routers, transactions that begin without a lock."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router

from rescind.django.apps import LABEL
from rescind.django.making import in_test_environment
from rescind.django.schema.operation import alias_of_tables
from rescind.django.schema.ownership import VENDORS

Found = Sequence[checks.CheckMessage]


def check_databases(app_configs: Any = None, **_: Any) -> Found:
    """``E004``: what cannot hold the tables. ``E005``: the driver is missing."""
    alias = alias_of_tables()
    if alias not in settings.DATABASES:
        return []  # E003 says it
    connection = connections[alias]
    if connection.vendor not in VENDORS:
        return [
            checks.Error(
                f"DATABASES[{alias!r}] is {connection.display_name}: rescind's tables live on SQLite or "
                "PostgreSQL.",
                hint='Name another alias in RESCIND["using"].',
                id="rescind.E004",
            )
        ]
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and _is_memory(name) and not in_test_environment():
        return [
            checks.Error(
                f"DATABASES[{alias!r}]['NAME'] is a database in memory: sessions would be gone with the "
                "process, and no other process would see them.",
                hint="Name a file. Test runs may use memory.",
                id="rescind.E004",
            )
        ]
    if connection.vendor == "postgresql" and find_spec("psycopg") is None:
        return [
            checks.Error(
                f"DATABASES[{alias!r}] is reached with psycopg2; rescind needs psycopg 3 beside it.",
                hint='pip install "rescind[django,postgres]"; Django uses it too when it is there.',
                id="rescind.E005",
            )
        ]
    return []


def _is_memory(name: str) -> bool:
    return not name or ":memory:" in name or name.startswith("file:")


def check_routers(app_configs: Any = None, **_: Any) -> Found:
    """``E006``: a router keeps the tables from their alias. ``W004``: users live on another one."""
    alias = alias_of_tables()
    if alias not in settings.DATABASES:
        return []
    refused = [
        model.__name__
        for model in apps.get_app_config(LABEL).get_models()
        if not router.allow_migrate_model(alias, model)
    ]
    if refused or not router.allow_migrate(alias, LABEL):
        return [
            checks.Error(
                f"DATABASE_ROUTERS does not let `migrate` make rescind's tables on {alias!r}, which "
                f'RESCIND["using"] names ({", ".join(refused) or "allow_migrate"} refused).',
                hint='Put "rescind.django.Router" first in DATABASE_ROUTERS, or name an alias it allows.',
                id="rescind.E006",
            )
        ]
    return _user_elsewhere(alias)


def _user_elsewhere(alias: str) -> Found:
    try:
        users = router.db_for_write(get_user_model())
    except ImproperlyConfigured:
        return []  # Django says it
    if users == alias:
        return []
    return [
        checks.Warning(
            f"{settings.AUTH_USER_MODEL} is written on {users!r}, rescind's tables are on {alias!r}: no "
            "transaction spans both. A process that dies between the two commits leaves a user disabled "
            "whose sessions go on (or the reverse) until somebody revokes them.",
            hint=f'RESCIND["using"] = {users!r} closes the gap.',
            id="rescind.W004",
        )
    ]


def check_transactions(app_configs: Any = None, **_: Any) -> Found:
    """``W003``: requests in SQLite transactions that begin without the write lock."""
    alias = alias_of_tables()
    if alias not in settings.DATABASES or connections[alias].vendor != "sqlite":
        return []
    found = connections[alias].settings_dict
    mode = str(found["OPTIONS"].get("transaction_mode") or "DEFERRED").upper()
    if not found["ATOMIC_REQUESTS"] or mode in {"IMMEDIATE", "EXCLUSIVE"}:
        return []
    return [
        checks.Warning(
            f"DATABASES[{alias!r}] has ATOMIC_REQUESTS on SQLite, in transactions that begin {mode}: one "
            "that has read cannot write any more once somebody else has written, and fails with `database is "
            "locked` without waiting. Signing in and revoking are such writes.",
            hint=f'DATABASES[{alias!r}]["OPTIONS"]["transaction_mode"] = "IMMEDIATE".',
            id="rescind.W003",
        )
    ]


def check_listen(app_configs: Any = None, **_: Any) -> Found:
    """``E008``: ``RESCIND["listen"]`` leads somewhere else than ``RESCIND["using"]``."""
    given = getattr(settings, "RESCIND", {})
    alias, listen = alias_of_tables(), given.get("listen") if isinstance(given, dict) else None
    if listen is None or alias not in settings.DATABASES or listen not in settings.DATABASES:
        return []
    ours, other = connections[alias], connections[listen]
    if ours.vendor == other.vendor == "postgresql" and (
        ours.settings_dict["NAME"] == other.settings_dict["NAME"]
    ):
        return []
    return [
        checks.Error(
            f'RESCIND["listen"] = {listen!r} leads to another database than {alias!r}, which has the tables: '
            "no push would ever come.",
            hint="Name an alias of the same PostgreSQL database that leads past the pooler, or leave it out.",
            id="rescind.E008",
        )
    ]
