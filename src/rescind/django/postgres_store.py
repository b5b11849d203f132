"""The store of a Django project on PostgreSQL; see ``rescind.django.store``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from rescind._clock import Clock
from rescind.django.faults import translating
from rescind.django.schema.head import ensure_head
from rescind.django.schema.ownership import OWNER
from rescind.django.transactions import (
    elsewhere,
    executor,
    require_open,
    unwrapping,
    watch,
    wrapper_of,
)
from rescind.errors import SchemaMissing
from rescind.stores.sqlalchemy.postgres import PostgresStore, joining
from rescind.stores.sqlalchemy.postgres.link import Link, conninfo_of
from rescind.stores.sqlalchemy.postgres.listening import Ear
from rescind.stores.sqlalchemy.postgres.unit import Execute

Database = Mapping[str, Any]
"""An entry of ``DATABASES``, as Django has completed it."""


class DjangoPostgresStore(PostgresStore):
    """See ``rescind.stores.base.Store``; ``connection=`` takes a connection of Django.

    Tables are made by ``manage.py migrate`` and never here.
    """

    owner = OWNER
    _alias: str
    _database: Database
    _listen: Database | None

    @classmethod
    def of(
        cls,
        database: Database,
        *,
        alias: str,
        clock: Clock,
        patience: float = 5.0,
        lease: float = 1.0,
        listen: Database | None = None,
    ) -> DjangoPostgresStore:
        """A store at the place that ``DATABASES[alias]`` names. Opens nothing.

        Args:
            patience, lease: as for ``PostgresStore.from_url``.
            listen: another way to the same database, past a pooler, for pushes.
        """
        place = f"{database['HOST'] or 'the local server'}/{database['NAME']}"
        store = cls("", place=place, clock=clock, patience=patience, lease=lease)
        store._alias, store._database, store._listen = alias, database, listen
        return store

    def open(self) -> None:
        try:
            super().open()
        except SchemaMissing:
            if not self._make_head():
                raise
            super().open()

    def _make_head(self) -> bool:
        """After a flush the tables are there, and the log has no head."""
        with closing(self._wrapper(self._database)) as wrapper, translating(self._alias), unwrapping():
            return ensure_head(wrapper)

    def _connect(self) -> Link:
        self.conninfo = self._conninfo(self._database)
        return super()._connect()

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        other = self._listen
        if other is None:
            return super().listen(wake)
        return Ear(lambda: Link(self._conninfo(other)), wake).close

    def _conninfo(self, database: Database) -> str:
        """What Django would connect with now: a backend of the site's may fetch a new password each time."""
        parameters = dict(self._wrapper(database).get_connection_params())
        role = database["OPTIONS"].get("assume_role")
        if role is not None:
            escaped = str(role).replace("\\", "\\\\").replace(" ", "\\ ")
            parameters["options"] = f"{parameters.get('options') or ''} -c role={escaped}".strip()
        return conninfo_of(parameters)

    def _wrapper(self, database: Database) -> BaseDatabaseWrapper:
        """One that nobody else knows, and that connects when asked to."""
        return load_backend(database["ENGINE"]).DatabaseWrapper(dict(database), self._alias)

    def joined_by(self, connection: Any, place: tuple[Any, ...]) -> Execute:
        wrapper = wrapper_of(connection)
        if wrapper is None:
            return super().joined_by(connection, place)
        require_open(wrapper, self.dialect)
        execute = executor(wrapper)
        if not joining.is_at(execute, place):
            raise elsewhere(wrapper, self.place)
        return execute

    def watch_transaction(self, connection: Any, done: Callable[[bool], Any]) -> None:
        wrapper = wrapper_of(connection)
        if wrapper is None:
            super().watch_transaction(connection, done)
            return
        require_open(wrapper, self.dialect)
        watch(wrapper, done)
