"""A connection to a server, and what its refusals mean to whoever makes triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from rescind.errors import ConfigurationError
from rescind.stores.sqlalchemy.postgres.faults import translated
from rescind.stores.sqlalchemy.postgres.link import Link
from rescind.stores.sqlalchemy.postgres.store import PostgresStore

if TYPE_CHECKING:
    from rescind.stores.sqlalchemy.store import SqlStore

INSUFFICIENT = "42501"


@contextmanager
def linked(store: SqlStore) -> Iterator[Link]:
    """A connection, closed afterwards.

    Raises:
        ConfigurationError: it is no server's store, or the role may not make triggers.
        StoreUnavailable: it does not answer.
    """
    if not isinstance(store, PostgresStore):
        raise ConfigurationError("principals.watch: there are triggers for SQLite and PostgreSQL alone")
    link = Link(store.conninfo)
    try:
        yield link
    except psycopg.Error as error:
        if getattr(error, "sqlstate", None) == INSUFFICIENT:
            said = str(error).partition("\n")[0].strip()
            raise ConfigurationError(
                f"principals.watch: {said}: the owner of the table makes triggers, and has to be allowed to "
                "create in the schema: pass their --url"
            ) from error
        raise translated(error) from error
    finally:
        link.close()
