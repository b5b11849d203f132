"""Tables on PostgreSQL: made by a command, the same as SQLite's, verified at every open."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, LargeBinary, NullPool, SmallInteger, Text, create_engine, inspect
from tests.postgres import PostgresServer
from tests.programs import Program
from tests.stores.places import opened as opened_file
from tests.stores.sqlalchemy.postgres.conftest import Opened

from rescind.errors import ConfigurationError, SchemaMissing, SchemaTooNew
from rescind.stores.sqlalchemy.migrations import upgrade
from rescind.testing.records import HOUR, NOW, a_session, a_standing, an_entry


def shape(url: str) -> dict[str, Any]:
    """Tables as SQLAlchemy reflects them, without what the databases call things."""
    engine = create_engine(url, poolclass=NullPool)
    seen = inspect(engine)
    found = {}
    for table in sorted(seen.get_table_names()):
        found[table] = {
            "columns": [
                (column["name"], kind(column["type"]), column["nullable"])
                for column in seen.get_columns(table)
            ],
            "key": seen.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(tuple(one["column_names"]) for one in seen.get_unique_constraints(table)),
            "indexes": sorted(
                (str(one["name"]), tuple(one["column_names"]))
                for one in seen.get_indexes(table)
                if not one.get("duplicates_constraint")
            ),
        }
    engine.dispose()
    return found


def kind(type_: Any) -> str:
    for known in (SmallInteger, BigInteger, LargeBinary, Text):
        if isinstance(type_, known):
            return known.__name__
    # SQLite's one identity, and the version table of the migrations.
    return {"INTEGER": "BigInteger"}.get(str(type_), str(type_).partition("(")[0])


def test_reflected_schemas_are_equal(postgres: str, tmp_path: Path) -> None:
    opened_file(tmp_path / "app.db").close()
    here, there = shape(postgres), shape(f"sqlite:///{tmp_path}/app.db")
    assert here.keys() == there.keys()
    for table in here:
        assert here[table] == there[table], table


def test_each_side_finds_by_range_what_the_other_would_write(
    postgres: str, opened: Opened, tmp_path: Path
) -> None:
    """Equal instants, NULL, empty and non-ASCII text, digests: the same rows compare alike."""
    file = opened_file(tmp_path / "app.db")
    server = opened(postgres)
    digests = [bytes([number, 0, 255]) * 10 for number in range(4)]
    for store in (file, server):
        with store.write() as unit:
            unit.put_standing(a_standing(tenant="", roles=("ß", "世界")))
            for number, digest in enumerate(digests):
                unit.insert_session(
                    a_session(
                        unit.head(),
                        id=f"s{number}",
                        digest=digest,
                        last_seen=NOW + number % 2,
                        label=None if number % 2 else "",
                        expires_at=NOW + HOUR,
                    )
                )
    query = (
        "SELECT id, digest, last_seen, label FROM rescind_session "
        "WHERE last_seen BETWEEN {0} AND {0} AND digest > {0} AND label IS NULL ORDER BY digest"
    )
    with sqlite3.connect(tmp_path / "app.db") as raw:
        ours = raw.execute(query.format("?"), (NOW + 1, NOW + 1, digests[1])).fetchall()
    raw.close()
    with psycopg.connect(postgres) as connection:
        theirs = connection.execute(query.format("%s").encode(), (NOW + 1, NOW + 1, digests[1])).fetchall()
    assert ours == [tuple(row) for row in theirs]
    assert [row[0] for row in ours] == ["s3"]
    for store in (file, server):
        standing = store.standing("default", "7")
        assert standing is not None
        assert (standing.tenant, standing.roles) == ("", ("ß", "世界"))
    file.close()


def test_tables_are_never_made_on_start(postgres_server: PostgresServer, opened: Opened) -> None:
    name = postgres_server.create()
    with pytest.raises(SchemaMissing, match=r"no tables of rescind in schema public: run `resc.*upgrade`"):
        opened(postgres_server.url(name))
    with postgres_server.admin(name) as admin:
        assert admin.execute("SELECT to_regclass('rescind_meta')").fetchall() == [(None,)]
    postgres_server.drop(name)


def test_many_upgrades_at_once_make_one_schema(postgres_server: PostgresServer, opened: Opened) -> None:
    name = postgres_server.create()
    url = postgres_server.url(name)
    started = [Program(upgrade, url) for _ in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert opened(url).head().seq == 0
    upgrade(url)
    assert opened(url).incarnation().settled
    postgres_server.drop(name)


def test_a_schema_of_its_own_beside_others(postgres_server: PostgresServer, opened: Opened) -> None:
    """Two applications in one database: each its tables, its log, its channel; triggers find their own."""
    name = postgres_server.create()
    with postgres_server.admin(name) as admin:
        admin.execute("CREATE SCHEMA one")
        admin.execute("CREATE SCHEMA two")
    urls = [postgres_server.url(name) + f"?options=-csearch_path%3D{schema}" for schema in ("one", "two")]
    for url in urls:
        upgrade(url)
    stores = [opened(url) for url in urls]
    with psycopg.connect(urls[0]) as caller:
        with stores[0].write(caller) as unit:
            unit.append(an_entry(id="of one"))
        caller.execute("SET search_path = two, pg_catalog")
    assert [store.head().seq for store in stores] == [1, 0], "whatever the path is at COMMIT"
    assert stores[1].find_entry("of one") is None
    with (
        psycopg.connect(urls[0]) as caller,
        pytest.raises(ConfigurationError, match="another database or schema"),
    ):
        stores[1].write(caller).__enter__()
    assert stores[0]._channel != stores[1]._channel
    for store in stores:
        store.close()
    postgres_server.drop(name)


@pytest.mark.parametrize("damage", ["DISABLE TRIGGER rescind_number", "DISABLE TRIGGER ALL"])
def test_a_log_without_its_trigger_is_refused(new_postgres: str, opened: Opened, damage: str) -> None:
    """An entry without a number would be an end that nobody ever reads."""
    with psycopg.connect(new_postgres, autocommit=True) as admin:
        admin.execute(f"ALTER TABLE rescind_revocation {damage}")
    with pytest.raises(SchemaMissing, match="lacks a trigger that numbers the log"):
        opened(new_postgres)


def test_the_trigger_cannot_be_switched_off_by_a_session(new_postgres: str, opened: Opened) -> None:
    store = opened(new_postgres)
    with psycopg.connect(new_postgres) as caller:
        caller.execute("SET session_replication_role = replica")
        with store.write(caller) as unit:
            unit.append(an_entry(id="numbered"))
    entry = store.find_entry("numbered")
    assert entry is not None
    assert entry.seq == 1


def test_an_entry_that_is_deleted_by_hand_raises_the_floor(new_postgres: str, opened: Opened) -> None:
    store = opened(new_postgres)
    with store.write() as unit:
        unit.append(an_entry())
    with psycopg.connect(new_postgres) as caller:
        caller.execute("DELETE FROM rescind_revocation")
    assert store.head().floor == 1


@pytest.mark.parametrize("revision", ["0002", "0003"])
def test_a_database_of_the_schema_before_is_used_as_it_is(
    postgres_server: PostgresServer, opened: Opened, revision: str
) -> None:
    """A rolling deploy: this version on the tables of the one before, while they are migrated."""
    name = postgres_server.create("template1")
    url = postgres_server.url(name)
    upgrade(url, revision)
    store = opened(url)
    with store.write() as unit:
        unit.put_standing(a_standing())
        unit.insert_session(a_session(unit.head()))
        unit.append(an_entry())
    pruned = store.prune(now=NOW + 48 * HOUR, keep_ended=0, access_life=HOUR, session_life=HOUR)
    assert pruned.sessions == 1, "forgetting needs none of the newer tables"
    if revision < "0003":
        with pytest.raises(SchemaMissing, match=r'session_model="jwt" needs 3: run `rescind db upgrade`'):
            store.require_families()
    with store.write() as unit:
        across = unit.append(an_entry())
        upgrade(url)
    assert unit.numbered(across).seq == 2, "a unit that was open while the functions were replaced"
    store.require_families()
    store.close()
    postgres_server.drop(name)


@pytest.mark.parametrize(
    ("change", "error", "mend"),
    [
        ("min_reader = 5", SchemaTooNew, "reads schema 5.*update rescind"),
        ("schema_version = 1", SchemaMissing, "rescind db upgrade"),
        ("schema_version = 1, owner = 'django'", SchemaMissing, "manage.py migrate"),
    ],
)
def test_other_versions_are_refused_by_what_they_need(
    new_postgres: str, opened: Opened, change: str, error: type[Exception], mend: str
) -> None:
    with psycopg.connect(new_postgres, autocommit=True) as admin:
        admin.execute(f"UPDATE rescind_meta SET {change}")
    with pytest.raises(error, match=mend):
        opened(new_postgres)


def test_a_role_that_may_not_write_is_told_what_to_grant(
    postgres_server: PostgresServer, new_postgres: str, opened: Opened
) -> None:
    with psycopg.connect(new_postgres, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS reader")
        admin.execute("CREATE ROLE reader LOGIN")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    store = opened(postgres_server.url(new_postgres.rpartition("/")[2], user="reader"))
    with pytest.raises(ConfigurationError, match="grant the role of the url"), store.write() as unit:
        unit.append(an_entry())
    store.close()
    with psycopg.connect(new_postgres, autocommit=True) as admin:
        admin.execute("DROP OWNED BY reader")
        admin.execute("DROP ROLE reader")


def test_a_copy_of_a_database_is_another_server_to_wait_for(
    postgres_server: PostgresServer, opened: Opened
) -> None:
    """Its registry is that of the original; whoever works on the copy already is not in it."""
    original = postgres_server.create("rescind_empty")
    assert opened(postgres_server.url(original)).incarnation().settled
    with postgres_server.admin() as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (original,)
        )
    copy = postgres_server.create(original)
    assert not opened(postgres_server.url(copy)).incarnation().settled
    for name in (copy, original):
        postgres_server.drop(name)
