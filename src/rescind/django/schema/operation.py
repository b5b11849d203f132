"""A step of a migration: constant SQL for each database, models for the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import NotSupportedError, router
from django.db.migrations.operations.base import Operation

from rescind.django.schema.ownership import OWNER, VENDORS, is_there, look, place_of


class SchemaSQL(Operation):
    """Brings the tables to ``version``, unless they are of that version already.

    Args:
        version: of the schema that it leads to.
        forwards, backwards: statements for each vendor, ``sqlite`` and ``postgresql``.
        state_operations: what they mean for the models.
        first: it makes the tables.
        again: it does no harm to tables that have it. A head that is made between two steps names the newest
            version, so this one is not left out because of that.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        version: int,
        forwards: Mapping[str, Sequence[str]],
        backwards: Mapping[str, Sequence[str]],
        state_operations: Sequence[Operation] = (),
        *,
        first: bool = False,
        again: bool = False,
    ) -> None:
        self.version, self.forwards, self.backwards = version, forwards, backwards
        self.state_operations, self.first, self.again = list(state_operations), first, again

    def state_forwards(self, app_label: str, state: Any) -> None:
        for operation in self.state_operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        connection = schema_editor.connection
        if not concerns(connection, app_label):
            return
        # What `sqlmigrate` shows does not depend on what is in the database.
        if schema_editor.collect_sql or not self.is_there(connection):
            self._run(schema_editor, self.forwards)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        connection = schema_editor.connection
        if not concerns(connection, app_label):
            return
        if schema_editor.collect_sql or self.takes_away(connection):
            self._run(schema_editor, self.backwards)

    def is_there(self, connection: Any) -> bool:
        """Whether there is nothing to do; errors as ``ownership.is_there``."""
        found = look(connection)
        there = is_there(found, self.version, first=self.first, place=place_of(connection))
        doubtful = self.again and found is not None and (found.owner, found.version) == (OWNER, self.version)
        return there and not doubtful

    def takes_away(self, connection: Any) -> bool:
        """Whether going back changes the tables: those of another owner stay as they are."""
        found = look(connection)
        return found is not None and found.owner in (OWNER, None)

    def describe(self) -> str:
        return f"Tables of rescind, schema {self.version}"

    def _run(self, schema_editor: Any, texts: Mapping[str, Sequence[str]]) -> None:
        for text in texts[schema_editor.connection.vendor]:
            schema_editor.execute(text, params=None)


def concerns(connection: Any, app_label: str) -> bool:
    """Whether rescind's tables belong where this connection leads.

    On another database than SQLite and PostgreSQL there are none, as if a router kept them away, unless it is
    the one that rescind is to use.

    Raises:
        django.db.NotSupportedError: it is.
    """
    if not router.allow_migrate(connection.alias, app_label):
        return False
    if connection.vendor in VENDORS:
        return True
    if connection.alias == alias_of_tables():
        raise NotSupportedError(
            f"RESCIND['using']: DATABASES[{connection.alias!r}] is {connection.vendor}: name an alias of "
            "SQLite or PostgreSQL"
        )
    return False


def alias_of_tables() -> str:
    """``RESCIND["using"]`` as it was written; whether it makes sense is for the checks to say."""
    from django.conf import settings

    given = getattr(settings, "RESCIND", {})
    return str(given.get("using", "default")) if isinstance(given, Mapping) else "default"
