"""Whose the tables are. The owner is who made them first; the other side verifies the version and no more.

``rescind_meta.owner`` says it: ``django``, or ``rescind`` for ``rescind db upgrade`` and for a SQLite file
that an engine has opened before Django's ``migrate`` came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rescind.errors import SchemaMissing, SchemaTooNew

OWNER = "django"
VENDORS = ("sqlite", "postgresql")
VERSIONS = "SELECT schema_version, min_reader, owner FROM rescind_meta"

TRIGGERS = """SELECT count(*) FROM pg_trigger WHERE tgrelid IN (to_regclass('rescind_revocation'),
to_regclass('rescind_audit_event')) AND NOT tgisinternal AND tgname IN
('rescind_number', 'rescind_floor', 'rescind_event_number') AND tgenabled IN ('O', 'A')"""
"""As in ``rescind.stores.sqlalchemy.postgres``, which cannot be imported without psycopg."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found where Django's connection leads.

    Attributes:
        owner, version, min_reader: ``None`` while the log has no head.
    """

    owner: str | None = None
    version: int | None = None
    min_reader: int | None = None


def look(connection: Any) -> Found | None:
    """Look at the tables behind a Django connection.

    Returns:
        ``None``: there are none.

    Raises:
        django.db.Error: the database did not answer.
    """
    with connection.cursor() as cursor:
        if "rescind_meta" not in connection.introspection.table_names(cursor):
            return None
        cursor.execute(VERSIONS)
        row = cursor.fetchone()
    return Found() if row is None else Found(row[2], row[0], row[1])


def is_there(found: Found | None, version: int, *, first: bool, place: str) -> bool:
    """Whether a migration to ``version`` has nothing to do, because somebody else has been there.

    Args:
        first: it makes the tables.
        place: of the database, for messages.

    Raises:
        SchemaMissing: the tables are another side's and older, or nobody knows how old they are.
        SchemaTooNew: this version of rescind cannot read them.
    """
    from rescind.stores.sqlalchemy.create import SCHEMA_VERSION
    from rescind.stores.sqlalchemy.faults import upgrade_command

    if found is None:
        return False
    if found.version is None:
        if first:
            raise SchemaMissing(
                f"DATABASES: {place} has tables of rescind that no migration of Django's has made, and "
                "rescind_meta is empty, so nobody knows their version: restore it, or drop them"
            )
        return False  # made by the migration before this one
    if (found.min_reader or 0) > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"DATABASES: {place} is of schema {found.version} and needs a rescind that reads schema "
            f"{found.min_reader}; this one reads {SCHEMA_VERSION}: update rescind"
        )
    if found.version >= version:
        return True
    if found.owner == OWNER and not first:
        return False
    raise SchemaMissing(
        f"DATABASES: the tables in {place} are of schema {found.version} and belong to {found.owner}, "
        f"{version} is needed: run `{upgrade_command(found.owner)}` first, then `manage.py migrate`"
    )


def has_triggers(connection: Any) -> bool:
    """Whether what numbers the log is there and on; SQLite needs none."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        return bool(cursor.fetchone()[0] == 3)


def place_of(connection: Any) -> str:
    """The database for messages: its alias and its name, which holds no password."""
    return f"{connection.alias!r} ({connection.settings_dict['NAME']})"
