"""Tables that Django's ``migrate`` makes: those of ``rescind db upgrade``, for every face."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests.django.places import Place, manage, pointing, server_at
from tests.django.shapes import file_shape, server_shape
from tests.postgres import PostgresServer
from tests.stores.places import opened as opened_file

from rescind import Rescind, Session
from rescind.django import models
from rescind.fastapi import Rescind as FastRescind
from rescind.stores.sqlalchemy.rows import json_text
from rescind.testing.records import HOUR, NOW, a_session, a_standing


def shape_of(place: Place) -> dict[str, Any]:
    return file_shape(place.path) if place.vendor == "sqlite" else server_shape(place.url)


@pytest.fixture
def wanted(both: Place, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The tables as rescind makes them without Django."""
    if both.vendor == "sqlite":
        opened_file(tmp_path / "other.db").close()
        return file_shape(tmp_path / "other.db")
    return server_shape(request.getfixturevalue("postgres_server").url("rescind_empty"))


def test_migrate_makes_the_tables_of_rescind_db_upgrade(both: Place, wanted: dict[str, Any]) -> None:
    manage("migrate")
    made = shape_of(both)
    assert made.keys() == wanted.keys()
    for part, expected in wanted.items():
        assert made[part] == expected, part


def test_no_version_table_of_alembics_beside_djangos(empty: Place) -> None:
    """Who reads a stamp there would run Alembic's next revision on tables that are Django's."""
    manage("migrate")
    names = connection.introspection.table_names()
    assert "rescind_meta" in names
    assert "rescind_alembic_version" not in names


def test_what_sqlmigrate_prints_makes_them_and_takes_them_away(both: Place, wanted: dict[str, Any]) -> None:
    steps = ("0001", "0002")
    forwards = [manage("sqlmigrate", "rescind", step) for step in steps]
    for text in forwards:
        run_script(both, text)
    assert shape_of(both) == wanted
    again = [manage("sqlmigrate", "rescind", step) for step in steps]
    assert again == forwards, "whatever is in the database"
    for step in reversed(steps):
        run_script(both, manage("sqlmigrate", "rescind", step, backwards=True))
    assert left(both) == []


def run_script(place: Place, text: str) -> None:
    if place.vendor == "sqlite":
        file = sqlite3.connect(place.path)
        file.executescript(text)
        file.close()
    else:
        with psycopg.connect(place.url, autocommit=True) as server:
            server.execute(text.encode())


def left(place: Place) -> list[str]:
    """Tables and functions of rescind that are there."""
    if place.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE '%rescind%'")
            return [row[0] for row in cursor.fetchall()]
    with psycopg.connect(place.url) as server:
        return [
            row[0]
            for row in server.execute(
                "SELECT relname FROM pg_class WHERE relname ~ 'rescind' "
                "UNION ALL SELECT proname FROM pg_proc WHERE proname ~ 'rescind'"
            )
        ]


def test_back_to_zero_and_forwards_again(both: Place, wanted: dict[str, Any]) -> None:
    manage("migrate", "rescind")
    first = models.Head.objects.get().birth
    manage("migrate", "rescind", "zero")
    assert left(both) == []
    manage("migrate", "rescind")
    assert shape_of(both) == wanted
    assert models.Head.objects.get().birth != first, "what was issued before is refused"


def test_back_by_one_step_and_forwards_again(both: Place, wanted: dict[str, Any]) -> None:
    """And where the first step has made the head: it names a version that the functions do not have yet."""
    manage("migrate", "rescind", "0001")
    before = shape_of(both)
    for _ in range(2):
        manage("migrate", "rescind")
        assert models.Head.objects.get().schema_version == 4
        assert shape_of(both) == wanted
        manage("migrate", "rescind", "0001")
        assert models.Head.objects.get().schema_version == 3
        assert shape_of(both) == before
    with Rescind(both.url) as auth:
        assert auth.revoke(principal="ada", reason="left").seq == 1


def test_models_and_migrations_agree(empty: Place) -> None:
    assert manage("makemigrations", check=True, dry_run=True) == "No changes detected\n"
    manage("migrate", "rescind")
    assert manage("makemigrations", check=True, dry_run=True) == "No changes detected\n"


def test_an_engine_works_on_what_django_has_made(both: Place) -> None:
    manage("migrate", "rescind")
    with Rescind(both.url) as auth:
        issued = auth.sessions.start("ada")
        assert isinstance(auth.check(issued.token), Session)
        assert models.Session.objects.get().principal_id == "ada"
        receipt = auth.revoke(principal="ada", reason="left")
        assert receipt.state == "final"
        assert not isinstance(auth.check(issued.token), Session)
        assert models.Revocation.objects.get().reason == "left"
    assert models.Head.objects.get().owner == "django"


def test_two_faces_on_one_database_of_django(empty: Place) -> None:
    manage("migrate", "rescind")
    with FastRescind(empty.url) as api, Rescind(empty.url) as other:
        token = api.sessions.start("ada").token
        assert isinstance(other.check(token), Session)
        assert other.revoke(principal="ada", reason="left").state == "final"
        assert not isinstance(api.check(token), Session)


def test_a_schema_of_its_own_on_a_server(postgres_server: PostgresServer) -> None:
    """Django's own tables lie behind it in the path, and are found by what comes after our statements."""
    name = postgres_server.create()
    with postgres_server.admin(name) as admin:
        admin.execute("CREATE SCHEMA site")
    shared = server_at(postgres_server.url(name))
    own = server_at(postgres_server.url(name), options="-c search_path=site,public")
    with pointing(default=shared.database):
        manage("migrate", "contenttypes")
    with pointing(default=own.database):
        manage("migrate", "rescind")
        models.Head.objects.get()
    with postgres_server.admin(name) as admin:
        found = admin.execute("SELECT to_regclass('site.rescind_meta'), to_regclass('public.rescind_meta')")
        assert found.fetchall() == [("site.rescind_meta", None)]
        kept = admin.execute("SELECT DISTINCT proconfig FROM pg_proc WHERE proname ~ '^rescind_'")
        assert kept.fetchall() == [(["search_path=site, pg_temp"],)]
    with Rescind(own.url + "?options=-csearch_path%3Dsite") as auth:
        assert auth.sessions.start("ada").token
        assert auth.revoke(principal="ada", reason="left").state == "final"
    postgres_server.drop(name)


def test_each_side_finds_by_range_what_the_other_writes(empty: Place) -> None:
    """Equal instants, NULL, empty and non-ASCII text, digests: the ORM and the engine compare alike."""
    manage("migrate", "rescind")
    digests = [bytes([number, 0, 255]) * 10 for number in range(4)]
    with Rescind(empty.url) as auth:
        store = auth.core.store
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
        found = models.Session.objects.filter(
            last_seen__range=(NOW + 1, NOW + 1), digest__gt=digests[1], label__isnull=True
        )
        assert [(row.id, bytes(row.digest)) for row in found] == [("s3", digests[3])]
        person = models.Principal.objects.get(pk=("default", "7"))
        assert (person.tenant, person.roles, person.active) == ("", json_text(["ß", "世界"]), 1)
        assert models.Session.objects.filter(label="").count() == 2

        models.Session.objects.filter(id="s0").update(label="Grüße", last_seen=NOW + 5)
        person.tenant = None
        person.save()
        assert [row.id for row in models.Session.objects.filter(last_seen__gt=NOW + 4)] == ["s0"]
        standing, facts = store.standing("default", "7"), store.facts("s0")
        assert standing is not None
        assert (standing.tenant, standing.roles) == (None, ("ß", "世界"))
        assert facts is not None
        assert (facts.record.label, facts.record.last_seen) == ("Grüße", NOW + 5)
