"""A look at a server from outside, for ``rescind doctor`` and commands: makes nothing, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from rescind.model.revocation import Head, WorkerRow
from rescind.stores.sqlalchemy import rows
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.create import SCHEMA_VERSION, VERSIONS
from rescind.stores.sqlalchemy.faults import upgrade_command
from rescind.stores.sqlalchemy.inspect import REALMS
from rescind.stores.sqlalchemy.postgres.faults import translated
from rescind.stores.sqlalchemy.postgres.link import Link
from rescind.stores.sqlalchemy.postgres.schema import OLDEST_SCHEMA, has_triggers
from rescind.stores.sqlalchemy.postgres.statements import BLOCKERS, INCARNATION, Constant
from rescind.stores.sqlalchemy.postgres.store import PostgresStore, incarnation_of
from rescind.stores.sqlalchemy.query import Text

FACTS = Constant(
    """SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())),
current_setting('fsync'), current_setting('synchronous_standby_names'),
(SELECT count(*) FROM pg_stat_replication)"""
)


@dataclass(frozen=True, slots=True)
class Blocker:
    """A transaction that holds locks on rescind's tables. ``age`` in seconds."""

    pid: int
    name: str
    state: str
    age: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was seen.

    Attributes:
        place, schema, version, size: for people.
        pooled: a pooler stands between us and the server.
        fsync: whether the server keeps what it has confirmed, when the power fails.
        standbys: how many replicas stream from it; ``synchronous``: whether commits wait for any.
        schema_version, min_reader, owner: ``None`` without tables of rescind.
        triggers: whether the log is numbered.
        settled: somebody has watched this server for a term.
        blockers: the oldest transactions that hold locks on rescind's tables.
    """

    place: str
    schema: str
    version: str
    size: str
    pooled: bool
    fsync: bool
    standbys: int
    synchronous: bool
    schema_version: int | None = None
    min_reader: int | None = None
    owner: str | None = None
    newest_known: int = SCHEMA_VERSION
    triggers: bool = True
    settled: bool = True
    head: Head | None = None
    workers: tuple[WorkerRow, ...] = ()
    blockers: tuple[Blocker, ...] = ()

    @property
    def upgrade(self) -> str:
        """The command that brings the tables to the newest schema known."""
        return upgrade_command(self.owner)


def inspect(store: PostgresStore) -> Inspection:
    """Look at the server of ``store``, which need not be open.

    Raises:
        ConfigurationError, StoreUnavailable: it cannot be connected to; says why.
    """
    with _link(store) as link:
        ((version, size, fsync, synchronous, standbys),) = _rows(link, FACTS)
        general: dict[str, Any] = {
            "place": store.place,
            "schema": link.schema,
            "version": version,
            "size": size,
            "pooled": link.pooled,
            "fsync": fsync == "on",
            "standbys": standbys,
            "synchronous": bool(synchronous),
        }
        found = _rows(link, VERSIONS.on_postgres) if link.table is not None else []
        if not found:
            return Inspection(**general)
        schema_version, min_reader, owner = found[0]
        general |= {"schema_version": schema_version, "min_reader": min_reader, "owner": owner}
        if min_reader > SCHEMA_VERSION or schema_version < OLDEST_SCHEMA:
            return Inspection(**general)
        *parts, settled = _rows(link, INCARNATION)[0]
        return Inspection(
            **general,
            triggers=has_triggers(link),
            settled=settled == incarnation_of(parts),
            head=Head(*_rows(link, s.HEAD.on_postgres)[0]),
            workers=tuple(map(rows.worker_of, _rows(link, s.WORKERS.on_postgres))),
            blockers=tuple(Blocker(*row) for row in _rows(link, BLOCKERS)),
        )


def realms_of(store: PostgresStore) -> list[str]:
    """The realms that have principals."""
    with _link(store) as link:
        return [row[0] for row in _rows(link, REALMS.on_postgres)]


@contextmanager
def _link(store: PostgresStore) -> Iterator[Link]:
    link = Link(store.conninfo)
    try:
        yield link
    except psycopg.Error as error:
        raise translated(error) from error
    finally:
        link.close()


def _rows(link: Link, text: Text) -> list[tuple[Any, ...]]:
    return link.rows(text.sql, text.bind())
