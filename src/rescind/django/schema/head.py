"""The head of the log, which is a row: it is made after the tables, and again after a flush.

Never in a data migration: ``TransactionTestCase`` empties every table, and a new birth is what lets all
readers of the old log forget it.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError

from rescind._tokens import new_id
from rescind.django.schema.ownership import OWNER
from rescind.errors import SchemaMissing

VERSION_TABLE = "rescind_alembic_version"
KNOWN = "SELECT 1 FROM rescind_meta"
ANYTHING = """SELECT EXISTS (SELECT 1 FROM rescind_revocation) OR EXISTS (SELECT 1 FROM rescind_session)
OR EXISTS (SELECT 1 FROM rescind_principal)"""
MAKE = """INSERT INTO rescind_meta (id, schema_version, min_reader, owner, birth, seq, floor)
SELECT 1, %s, 1, %s, %s, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM rescind_meta) ON CONFLICT DO NOTHING"""
SETTLE = """UPDATE rescind_meta SET incarnation = birth || ':'
    || (SELECT system_identifier FROM pg_control_system()) || ':'
    || left(pg_walfile_name(pg_current_wal_lsn()), 8) || ':'
    || (SELECT oid FROM pg_database WHERE datname = current_database()) || ':'
    || to_regclass('rescind_meta')::oid
WHERE incarnation IS NULL AND NOT EXISTS (SELECT 1 FROM rescind_worker)"""
"""Nobody has worked on a log that had no head, so this very server is known from its beginning."""


def ensure_head(connection: Any) -> bool:
    """Make the head if there is none; of many at once one does.

    Args:
        connection: Django's, of the alias that holds the tables. In a transaction it becomes part of that.

    Returns:
        Whether it was made: a new log has begun.

    Raises:
        SchemaMissing: there are no tables, or a log without its head.
        django.db.Error: the database did not answer.
    """
    from rescind.stores.sqlalchemy.create import SCHEMA_VERSION

    with connection.cursor() as cursor:
        try:
            cursor.execute(KNOWN)
        except DatabaseError as error:
            if connection.needs_rollback or not _is_missing(error):
                raise
            raise SchemaMissing(
                f"DATABASES[{connection.alias!r}] has no tables of rescind: run `manage.py migrate`"
            ) from error
        if cursor.fetchone() is not None:
            return False
        cursor.execute(ANYTHING)
        if cursor.fetchone()[0]:
            raise SchemaMissing(
                f"DATABASES[{connection.alias!r}]: rescind_meta is empty, so the log has no head: restore it"
            )
        cursor.execute(MAKE, [SCHEMA_VERSION, _owner(connection, cursor), new_id()])
        made = bool(cursor.rowcount)
        if made and connection.vendor == "postgresql":
            cursor.execute(SETTLE)
    return made


def _owner(connection: Any, cursor: Any) -> str:
    """Whose tables a flush has emptied: ``rescind db upgrade`` alone leaves a stamp beside them."""
    stamped = VERSION_TABLE in connection.introspection.table_names(cursor)
    return "rescind" if stamped else OWNER


def _is_missing(error: DatabaseError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "42P01" or "no such table" in str(error)
