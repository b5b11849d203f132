"""The first open of a file: write-ahead log, tables, versions. A missing file is made."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, exists, insert, or_, select
from sqlalchemy.schema import CreateIndex, CreateTable

from rescind import sqlalchemy as t
from rescind._clock import Clock
from rescind._tokens import new_id
from rescind.errors import ConfigurationError, SchemaMissing, SchemaTooNew, StoreUnavailable
from rescind.stores.sqlalchemy.faults import LOCKED, NOT_OURS, code_of, translated, upgrade_command
from rescind.stores.sqlalchemy.query import DIALECT, Query, param
from rescind.stores.sqlalchemy.sqlite import WRITE_TIMEOUT, Identity, connect
from rescind.stores.sqlalchemy.statements import TAKE_WRITE_LOCK

SCHEMA_VERSION = 4
"""The schema that this version writes, and the newest ``min_reader`` that it satisfies."""
REVISION = "0004"
"""The Alembic revision of that schema."""
OLDEST_SCHEMA = 1
"""Files of this schema are used as they are: what came after is for servers and for signed tokens."""
OLDEST_SQLITE = (3, 35, 0)

alembic_version = Table(
    "rescind_alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="rescind_alembic_version_pkc"),
)
"""As Alembic makes it; ours has a name of its own, beside the application's."""

INSERT_META = Query(
    insert(t.meta).values({c.name: param(c.name) for c in t.meta.c if c.name != "incarnation"})
)
ANYTHING = Query(
    select(
        or_(
            exists(select(t.revocation.c.id)),
            exists(select(t.session.c.id)),
            exists(select(t.principal.c.id)),
        )
    )
)
VERSIONS = Query(select(t.meta.c.schema_version, t.meta.c.min_reader, t.meta.c.owner))
STAMP = Query(insert(alembic_version).values(version_num=param("version_num")))


def prepare(
    path: str, *, clock: Clock, create: bool, owner: str = "rescind"
) -> tuple[sqlite3.Connection, Identity]:
    """Open the file, make what is missing, verify what is there.

    Args:
        create: make the file if there is none. Not when a running process finds its file gone: a new, empty
            database must not take the place of one that somebody is about to put back.
        owner: who makes tables where there are none: ``rescind`` does it here; for any other they are missed.

    Returns:
        A connection whose transaction holds the write lock, for what comes next; and the file.

    Raises:
        ConfigurationError, SchemaTooNew, StoreUnavailable: as ``Store.open`` says.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise ConfigurationError(f"url: SQLite {sqlite3.sqlite_version} is too old, use 3.35 or newer")
    _look_at(path, create=create)
    if create and owner != "rescind" and not Path(path).exists():
        raise _without_tables(path, owner)
    try:
        connection, identity = connect(path, timeout=WRITE_TIMEOUT, create=create)
    except sqlite3.Error as error:
        raise _diagnosed(path, error) from error
    try:
        _use_wal(connection, path, clock)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        _make_or_verify(connection, path, owner)
        # On a file that it could open for reading only SQLite begins without the write lock.
        connection.execute(TAKE_WRITE_LOCK.sql)
    except sqlite3.Error as error:
        connection.close()
        raise _diagnosed(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection, identity


def ddl() -> list[str]:
    """The statements that make all tables, as SQLAlchemy writes them for SQLite."""
    texts = []
    for table in (*t.metadata.sorted_tables, alembic_version):
        texts.append(str(CreateTable(table).compile(dialect=DIALECT)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        texts += [str(CreateIndex(index).compile(dialect=DIALECT)) for index in indexes]
    return texts


def _without_tables(path: str, owner: str, lacks: str = "no tables of rescind") -> SchemaMissing:
    return SchemaMissing(f"url: {path}: {lacks}: run `{upgrade_command(owner)}`")


def _make_or_verify(connection: sqlite3.Connection, path: str, made_by: str) -> None:
    """Under the write lock, so that of many processes started together one makes the tables."""
    known = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'rescind_meta'").fetchone()
    if not known[0]:
        if made_by != "rescind":
            raise _without_tables(path, made_by)
        for text in ddl():
            connection.execute(text)
        _begin_log(connection)
        connection.execute(STAMP.sql, STAMP.bind(version_num=REVISION))
        return
    row = connection.execute(VERSIONS.sql, VERSIONS.bind()).fetchone()
    if row is None:
        if connection.execute(ANYTHING.sql, ANYTHING.bind()).fetchone()[0]:
            raise SchemaMissing(
                f"url: rescind_meta in {path} is empty, so the log has no head: restore the file"
            )
        if made_by != "rescind":
            raise _without_tables(path, made_by, "rescind_meta is empty, so the log has no head")
        # Made by the application's own migrations, which make tables and no rows.
        _begin_log(connection)
        return
    version, min_reader, owner = row
    if min_reader > SCHEMA_VERSION:
        raise SchemaTooNew(
            f"url: {path} is of schema {version} and needs a rescind that reads schema {min_reader}; "
            f"this one reads {SCHEMA_VERSION}: update rescind"
        )
    if version < OLDEST_SCHEMA:
        needed = f"{OLDEST_SCHEMA} is needed: run `{upgrade_command(owner)}`"
        raise SchemaMissing(f"url: {path} is of schema {version}, {needed}")


def _begin_log(connection: sqlite3.Connection) -> None:
    first = {
        "id": 1,
        "schema_version": SCHEMA_VERSION,
        "min_reader": 1,
        "owner": "rescind",
        "birth": new_id(),
        "seq": 0,
        "floor": 0,
        "counter_id": None,
    }
    connection.execute(INSERT_META.sql, INSERT_META.bind(**first))


def _use_wal(connection: sqlite3.Connection, path: str, clock: Clock) -> None:
    """Readers beside a writer. Changing the mode wants the file alone, and SQLite does not wait for that."""
    for attempt in range(50):
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if code_of(error) not in LOCKED or attempt == 49:
                raise
            clock.sleep(0.05)
            continue
        if mode != "wal":
            raise ConfigurationError(
                f"url: {path} cannot use a write-ahead log (journal_mode={mode}): put it on a local disk"
            )
        return


def _look_at(path: str, *, create: bool) -> None:
    folder = Path(path).parent
    if not folder.is_dir():
        raise ConfigurationError(f"url: the folder {folder} does not exist: make it, or change the path")
    if Path(path).is_dir():
        raise ConfigurationError(f"url: {path} is a folder: name a file in it")
    if not create and not Path(path).exists():
        raise StoreUnavailable(f"the database {path} has been removed: put it back, or restart to begin anew")


def _diagnosed(path: str, error: sqlite3.Error) -> Exception:
    """What is wrong with the place; names the setting and the mend."""
    code, folder = code_of(error), Path(path).parent
    if code in NOT_OURS:
        return ConfigurationError(f"url: {path} is not an SQLite database ({error}): name another file")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        blocked = next((p for p in (folder, Path(path)) if p.exists() and not _may_write(p)), path)
        return ConfigurationError(
            f"url: {blocked} cannot be written by this process ({error}): SQLite needs to write the file and "
            "its folder; change the owner or the mode, or name another place"
        )
    return translated(error)


def _may_write(path: Path) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)
