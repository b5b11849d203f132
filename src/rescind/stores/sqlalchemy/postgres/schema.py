"""Whether the tables are there and whole. PostgreSQL never gets tables on start: a command makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rescind.errors import SchemaMissing, SchemaTooNew
from rescind.stores.sqlalchemy.create import SCHEMA_VERSION, VERSIONS
from rescind.stores.sqlalchemy.faults import upgrade_command
from rescind.stores.sqlalchemy.postgres.link import Link
from rescind.stores.sqlalchemy.postgres.statements import TRIGGERS

NEEDED_TRIGGERS = 3
OLDEST_SCHEMA = 2
"""Tables of this schema are used as they are: what came after is for signed tokens and for speed."""


def verify(link: Link, place: str, made_by: str | None = None) -> None:
    """Look at the tables that this connection leads to.

    Args:
        made_by: who makes them where there are none, ``None`` for ``rescind db upgrade``.

    Raises:
        SchemaMissing, SchemaTooNew: as their names say; with the command.
        psycopg.Error: the server did not answer.
    """
    if link.table is None:
        raise SchemaMissing(
            f"url: {place} has no tables of rescind in schema {link.schema}: run `{upgrade_command(made_by)}`"
        )
    text = VERSIONS.on_postgres
    version, min_reader, owner = the_head(link.rows(text.sql, text.bind()), place, made_by)
    if min_reader > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"url: {place} is of schema {version} and needs a rescind that reads schema {min_reader}; "
            f"this one reads {SCHEMA_VERSION}: update rescind"
        )
    command = upgrade_command(owner)
    if version < OLDEST_SCHEMA:
        raise SchemaMissing(
            f"url: {place} is of schema {version}, {OLDEST_SCHEMA} is needed: run `{command}`"
        )
    if not has_triggers(link):
        raise SchemaMissing(
            f"url: {place} lacks a trigger that numbers the log, or one is disabled: run `{command}`, or "
            "enable it (ALTER TABLE ... ENABLE ALWAYS TRIGGER)"
        )


def the_head(found: Sequence[tuple[Any, ...]], place: str, made_by: str | None) -> tuple[Any, ...]:
    """What was asked of ``rescind_meta``, which has one row.

    Raises:
        SchemaMissing: it has none.
    """
    if not found:
        raise SchemaMissing(
            f"url: rescind_meta in {place} is empty, so the log has no head: `{upgrade_command(made_by)}`"
        )
    return found[0]


def has_triggers(link: Link) -> bool:
    """Whether all triggers are there and on."""
    (found,) = link.rows(TRIGGERS, ())[0]
    return bool(found == NEEDED_TRIGGERS)
