"""``auth.principals.watch``: the triggers on the application's own table of users."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from rescind.errors import ConfigurationError, RescindError
from rescind.stores.sqlalchemy.store import SqlStore
from rescind.stores.sqlalchemy.triggers import installing
from rescind.stores.sqlalchemy.triggers.databases import OnPostgres, OnSqlite, database_of, require
from rescind.stores.sqlalchemy.triggers.declared import DIALECTS, Declared, declared, stem_of
from rescind.stores.sqlalchemy.triggers.installing import State
from rescind.stores.sqlalchemy.triggers.said import Notes
from rescind.stores.sqlalchemy.unit import SqlUnit

logger = logging.getLogger("rescind.store")

INSTALL = "`rescind db triggers install --app MODULE:NAME`"
DJANGOS = (
    "principals.watch: in Django the triggers are those of `manage.py rescind_triggers`, on the tables "
    "behind AUTH_USER_MODEL"
)


@dataclass(frozen=True, slots=True)
class TriggerStatus:
    """Attributes:
    state: ``installed``; ``missing``: there are none; ``outdated``: they are not those of the declaration.
    wrong: the objects that are missing, switched off, or of another text.
    """

    state: State
    wrong: tuple[str, ...] = ()


class Watch:
    """Triggers on a table of users, as declared. Making one does no I/O.

    Attributes:
        table: the name of the table.
    """

    def __init__(self, store: Any, realm: str, principal_id: type, users: Any, **columns: Any) -> None:
        self._store = _sql_store(store)
        self._principal_id, self._given = principal_id, (users, columns)
        self._declared: Declared = declared(
            users, vendor=self._store.dialect, realm=realm, principal_id=principal_id, **columns
        )
        self.table = self._declared.table
        self._notes = Notes(self._declared.watched.stem, self._store.dialect)

    def __repr__(self) -> str:
        return f"<Watch of {self.table}: {', '.join(self._declared.columns)}>"

    @property
    def place(self) -> str:
        """The database, for messages."""
        return self._store.place

    def at(self, store: Any, realm: str) -> Watch:
        """The same declaration for another store."""
        users, columns = self._given
        return Watch(store, realm, self._principal_id, users, **columns)

    def sql(self) -> str:
        """What ``install`` runs.

        Raises:
            ConfigurationError: the table is not in this database, or lacks columns.
            SchemaMissing, StoreUnavailable: rescind's tables are not there; it does not answer.
        """
        with self._database() as database:
            return installing.script(database, self._declared.watched)

    def status(self) -> TriggerStatus:
        """Whether they are there, as declared. Raises as ``sql``."""
        with self._database() as database:
            state, wrong = installing.state(database, self._declared.watched)
        return TriggerStatus(state, tuple(wrong))

    def install(self) -> None:
        """Make them anew, and bring the standings in line with the rows, in one transaction. Raises as
        ``sql``."""
        with self._database() as database:
            installing.install(database, self._declared.watched)

    def remove(self) -> bool:
        """Take them away; whether there were any."""
        return remove(self._store, self._declared.watched.realm)

    def keep_sessions(self, principal: str, password: str, *, by: str, connection: Any) -> bool:
        """See ``auth.principals.keep_sessions``."""
        unit_of = self._store.housekeeping() if connection is None else self._store.write(connection)
        with unit_of as unit:
            return self._notes.keep(cast("SqlUnit", unit), principal, password, by)

    def warn(self) -> None:
        """At the start of a process: say so if they are not there."""
        try:
            found = self.status()
        except RescindError as error:
            logger.warning("users are not watched: %s", error)
        else:
            if found.state != "installed":
                logger.warning("users are not watched: the triggers are %s: run %s", found.state, INSTALL)

    @contextmanager
    def _database(self) -> Iterator[OnSqlite | OnPostgres]:
        with database_of(self._store) as database:
            require(database, self._declared, self.place)
            yield database


def remove(store: Any, realm: str) -> bool:
    """Take the triggers of a realm away, whatever was declared; whether there were any.

    Raises:
        ConfigurationError, SchemaMissing, StoreUnavailable: as ``Watch.sql``.
    """
    with database_of(_sql_store(store)) as database:
        return installing.remove(database, stem_of(realm))


def _sql_store(store: Any) -> SqlStore:
    """The store with the log and the principals, if a trigger can write to it."""
    log = getattr(store, "log", store)
    if getattr(log, "owner", None) == "django" or store.capabilities.thread_bound:
        raise ConfigurationError(DJANGOS)
    if not isinstance(log, SqlStore) or log.dialect not in DIALECTS:
        raise ConfigurationError(
            f"principals.watch: there are no triggers for {store.capabilities.name}: users and rescind's "
            "tables have to be in one database, SQLite or PostgreSQL"
        )
    return log
