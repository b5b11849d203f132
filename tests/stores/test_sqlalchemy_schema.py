"""The schema: two ways to make it that agree, five column types, indexes that are used, no secret in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    BigInteger,
    Integer,
    LargeBinary,
    NullPool,
    SmallInteger,
    Text,
    create_engine,
    literal,
    make_url,
    select,
)
from sqlalchemy.schema import CreateIndex, CreateTable
from tests.stores.places import append, opened, store_at
from tests.world import calls_of

from rescind._tokens import digest_of, new_session_id, new_session_token
from rescind.errors import SchemaMissing, SchemaTooNew
from rescind.model.revocation import Scope
from rescind.sqlalchemy import include_object, metadata
from rescind.stores.sqlalchemy import selections, tokens
from rescind.stores.sqlalchemy import statements as s
from rescind.stores.sqlalchemy.migrations import VERSION_TABLE, upgrade
from rescind.stores.sqlalchemy.query import Query
from rescind.testing.records import (
    DAY,
    HOUR,
    NOW,
    a_password,
    a_session,
    a_standing,
    an_account,
    an_entry,
    an_event,
)

SHAPE = """SELECT type, name, sql FROM sqlite_master
           WHERE name NOT LIKE 'sqlite_%' AND type = 'index' ORDER BY name"""


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def shape_of(path: Path) -> object:
    """Everything that SQLite knows about the tables."""
    connection = raw(path)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {
        name: connection.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall()
        for name in sorted(tables)
    }
    lists = connection.execute("SELECT name, type, ncol, wr, strict FROM pragma_table_list ORDER BY name")
    shape = columns, lists.fetchall(), connection.execute(SHAPE).fetchall()
    connection.close()
    return shape


def test_opening_and_migrating_make_the_same_schema(tmp_path: Path) -> None:
    opened(tmp_path / "opened.db").close()
    upgrade(f"sqlite:///{tmp_path}/migrated.db")
    assert shape_of(tmp_path / "opened.db") == shape_of(tmp_path / "migrated.db")


def test_a_migrated_file_is_opened_and_an_opened_file_is_at_the_newest_revision(tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    upgrade(f"sqlite:///{path}")
    store = opened(path)
    assert append(store).seq == 1
    head = store.head()
    store.close()
    upgrade(f"sqlite:///{path}")
    assert store.head() == head, "upgrading what is new changes nothing"
    store.close()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_a_file_of_the_schema_before_is_used_as_it_is_and_upgraded_with_what_it_holds(
    tmp_path: Path, revision: str
) -> None:
    """A rolling deploy: the old version and this one on one file, before and after the migration."""
    path = tmp_path / "app.db"
    upgrade(f"sqlite:///{path}", revision)
    old = opened(path)
    assert append(old).seq == 1
    with old.write() as unit:
        unit.insert_session(a_session(unit.head()))
    pruned = old.prune(now=NOW + 2 * DAY, keep_ended=0, access_life=HOUR, session_life=HOUR)
    assert pruned.sessions == 1, "forgetting needs none of the newer tables"
    if revision < "0003":
        with pytest.raises(SchemaMissing, match=r'session_model="jwt" needs 3: run `rescind db upgrade`'):
            old.require_families()
    upgrade(f"sqlite:///{path}")
    assert append(old).seq == 2, "who had it open goes on"
    old.require_families()
    old.close()
    opened(tmp_path / "fresh.db").close()
    assert shape_of(path) == shape_of(tmp_path / "fresh.db")
    connection = raw(path)
    assert connection.execute("SELECT schema_version, min_reader FROM rescind_meta").fetchone() == (4, 1)
    connection.close()


def test_alembic_finds_no_difference(tmp_path: Path) -> None:
    opened(tmp_path / "app.db").close()
    engine = create_engine(f"sqlite:///{tmp_path}/app.db", poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_applications_alembic_leaves_our_tables_alone() -> None:
    for table in metadata.sorted_tables:
        assert not include_object(table, table.name, "table", False, None)
        for index in table.indexes:
            assert not include_object(index, str(index.name), "index", False, None)
    assert include_object(None, "users", "table", True, None)


def test_five_column_types_and_no_other() -> None:
    kinds = {type(column.type) for table in metadata.sorted_tables for column in table.columns}
    assert kinds == {BigInteger, Text, LargeBinary, SmallInteger}
    identities = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type.dialect_impl(create_engine("sqlite://").dialect), Integer)
        and column.type._variant_mapping
    ]
    assert [f"{column.table.name}.{column.name}" for column in identities] == ["rescind_audit_event.n"]


def test_every_table_is_ours_by_name(tmp_path: Path) -> None:
    opened(tmp_path / "app.db").close()
    connection = raw(tmp_path / "app.db")
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert names == {table.name for table in metadata.sorted_tables} | {VERSION_TABLE}
    assert all(name.startswith("rescind_") for name in names)


def test_tables_of_the_application_are_left_alone(tmp_path: Path) -> None:
    connection = raw(tmp_path / "app.db")
    connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY)")
    connection.execute("INSERT INTO users VALUES (7)")
    connection.close()
    store = opened(tmp_path / "app.db")
    append(store)
    store.close()
    connection = raw(tmp_path / "app.db")
    assert connection.execute("SELECT id FROM users").fetchall() == [(7,)]
    connection.close()


def test_tables_and_statements_are_not_sqlites_own() -> None:
    """PostgreSQL gets the same ones: what its compiler does not know fails here."""
    dialect = make_url("postgresql+psycopg://").get_dialect()()
    kinds = set()
    for table in metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=dialect))
        columns = [line for line in text.splitlines() if line.startswith("\t") and "CONSTRAINT" not in line]
        kinds |= {line.split()[1].rstrip(",") for line in columns}
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))
    assert kinds == {"BIGINT", "BIGSERIAL", "TEXT", "BYTEA", "SMALLINT"}
    compiled = [
        str(query.statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
        for _, query in hot_statements()
    ]
    assert len(compiled) > 50


# -- versions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["rescind", "django"])
def test_a_newer_schema_is_refused_by_what_it_needs(tmp_path: Path, owner: str) -> None:
    opened(tmp_path / "app.db").close()
    connection = raw(tmp_path / "app.db")
    connection.execute("UPDATE rescind_meta SET schema_version = 9, min_reader = 1, owner = ?", (owner,))
    store = opened(tmp_path / "app.db")
    assert append(store).seq == 1, "newer, and it says that we can read it"
    store.close()
    connection.execute("UPDATE rescind_meta SET min_reader = 5")
    with pytest.raises(SchemaTooNew, match=r"reads schema 5.*update rescind"):
        store_at(tmp_path / "app.db").open()
    assert connection.execute("SELECT seq FROM rescind_meta").fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize(
    ("owner", "mend"), [("rescind", "rescind db upgrade"), ("django", "manage.py migrate")]
)
def test_an_older_schema_names_the_command(tmp_path: Path, owner: str, mend: str) -> None:
    opened(tmp_path / "app.db").close()
    connection = raw(tmp_path / "app.db")
    connection.execute("UPDATE rescind_meta SET schema_version = 0, owner = ?", (owner,))
    connection.close()
    with pytest.raises(SchemaMissing, match=mend):
        store_at(tmp_path / "app.db").open()


# -- plans -------------------------------------------------------------------------------------------------

SMALL = {"rescind_meta", "rescind_worker"}
"""One row, and a row per process."""


def hot_statements() -> Iterator[tuple[str, Query]]:
    for name in dir(s):
        query = getattr(s, name)
        if isinstance(query, Query) and not query.sql.startswith("INSERT"):
            yield name, query
    for name in ("SELECT_FAMILY", "ROTATE_FAMILY", "SEEN", "SELECT_KEY_END"):
        yield name, getattr(tokens, name)
    for scope in (Scope.SESSION, Scope.PRINCIPAL, Scope.CREDENTIAL, Scope.CLIENT, Scope.TENANT):
        for options in ((False, False), (True, True)):
            shape = (scope, *options)
            yield f"listing {scope}", selections.listing(shape, options[0])
            yield f"counting {scope}", selections.counting(shape)
            yield f"marking {scope}", selections.marking(shape)
            yield f"unmarked {scope}", selections.unmarked(shape)
    for of_subject in (False, True):
        for paged in (False, True):
            yield "trail", selections.trail(of_subject, paged)


def test_no_hot_statement_scans_a_table(tmp_path: Path) -> None:
    """Everything by key or index: the log above all, which has an entry for each sign-out."""
    opened(tmp_path / "app.db").close()
    connection = raw(tmp_path / "app.db")
    looked_at = 0
    for name, query in hot_statements():
        values = dict.fromkeys(query.names, 1)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.bind(**values)).fetchall()
        for *_, step in plan:
            looked_at += 1
            words = step.split()
            assert words[0] != "SCAN" or words[1] in SMALL | {"CONSTANT", "page"}, f"{name}: {step}"
            assert "TEMP B-TREE" not in step or name.startswith(("listing", "trail")), f"{name}: {step}"
    connection.close()
    assert looked_at > 100


def test_the_ends_of_a_session_are_found_in_the_index_alone(tmp_path: Path) -> None:
    opened(tmp_path / "app.db").close()
    connection = raw(tmp_path / "app.db")
    plan = connection.execute(f"EXPLAIN QUERY PLAN {s.FACTS.sql}", ("x",)).fetchall()
    connection.close()
    steps = [step for *_, step in plan if "rescind_revocation" in step]
    five = (
        "USING COVERING INDEX ix_rescind_revocation_ending (realm=? AND scope=? AND target=? AND kind=? AND"
    )
    assert sum(five in step for step in steps) == 5
    assert sum("ix_rescind_revocation_wide (realm=? AND seq>?)" in step for step in steps) == 1
    assert len(steps) == 6


def test_a_statement_is_compiled_when_it_is_first_used_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    query = Query(select(literal(7)))
    compiled = calls_of(monkeypatch, query.statement, "compile")
    assert compiled == []
    assert [query.sql, query.names, query.sql] == ["SELECT ? AS anon_1", ("param_1",), query.sql]
    assert query.bind() == (7,)
    assert len(compiled) == 1


# -- secrets -----------------------------------------------------------------------------------------------


def test_no_column_of_any_table_contains_a_token(tmp_path: Path) -> None:
    """Whoever gets a copy of the file gets no session out of it."""
    path = tmp_path / "app.db"
    store = opened(path)
    session_id = new_session_id()
    token = new_session_token(session_id)
    with store.write() as unit:
        unit.put_standing(a_standing())
        unit.insert_session(a_session(unit.head(), id=session_id, digest=digest_of(token)))
        unit.insert_account(an_account())
        unit.put_password(a_password())
        unit.append(an_entry(Scope.SESSION, session_id))
        unit.audit(an_event(subject=f"session:{session_id}", at=NOW))
    store.save_data(session_id, {"cart": [1]}, ())
    store.close()
    secret = token.partition(".")[2]
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        for part in (token, secret, secret[:16], secret[-16:]):
            assert part.encode() not in content, file.name
    assert digest_of(token) in b"".join(file.read_bytes() for file in tmp_path.iterdir())
