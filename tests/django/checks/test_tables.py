"""What a look into the database finds; and that it keeps nobody from running ``migrate``."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management.base import SystemCheckError
from django.db import connection
from django.test import override_settings
from tests.django.checks.said import ids, only
from tests.django.places import Place, manage, pointing, server_at
from tests.postgres import PgBouncer, PostgresServer

from rescind.django import models
from rescind.django.checks.tables import check_pooler, check_tables
from rescind.stores.sqlalchemy.migrations import upgrade

HERE = {"databases": ["default"]}


def test_tables_in_order(empty: Place) -> None:
    manage("migrate", "rescind")
    assert ids(check_tables(**HERE)) == ids(check_pooler(**HERE)) == []


def test_w002_without_tables(empty: Place) -> None:
    assert "`manage.py migrate`" in only(check_tables(**HERE), "rescind.W002").hint


def test_w002_without_a_head(empty: Place) -> None:
    manage("migrate", "rescind")
    models.Head.objects.all().delete()
    only(check_tables(**HERE), "rescind.W002")


def test_w002_names_the_command_of_the_owner(empty: Place) -> None:
    upgrade(empty.url, "0002")
    assert "`rescind db upgrade`" in only(check_tables(**HERE), "rescind.W002").hint
    models.Head.objects.update(owner="django")
    assert "`manage.py migrate`" in only(check_tables(**HERE), "rescind.W002").hint


def test_nothing_is_asked_of_databases_that_were_not_named(empty: Place) -> None:
    assert (
        ids(check_tables()) == ids(check_tables(databases=[])) == ids(check_tables(databases=["other"])) == []
    )
    assert [m for m in run_checks() if str(m.id) in {"rescind.W002", "rescind.E002"}] == []
    assert "rescind.W002" in ids(run_checks(databases=["default"]))


def test_migrate_runs_where_the_check_complains(empty: Place) -> None:
    """It runs the checks of its database first: an error there would keep it from its work."""
    said = manage("migrate", "rescind", skip_checks=False)
    assert "rescind.W002" in said
    assert "Applying rescind.0001_initial... OK" in said
    assert "rescind.W002" not in manage("migrate", "rescind", skip_checks=False)


def test_the_command_line_of_migrate_does_not_ask_for_itself(
    empty: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    assert ids(check_tables(**HERE)) == []
    monkeypatch.setattr("sys.argv", ["manage.py", "check", "--database", "default"])
    assert ids(check_tables(**HERE)) == ["rescind.W002"]


def test_e002_too_new(empty: Place) -> None:
    manage("migrate", "rescind")
    models.Head.objects.update(schema_version=9, min_reader=9)
    assert only(check_tables(**HERE), "rescind.E002").hint == "Update rescind."
    with pytest.raises(SystemCheckError, match="reads schema 9"):
        manage("check", databases=["default"])


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE rescind_revocation DISABLE TRIGGER rescind_number",
        "DROP TRIGGER rescind_event_number ON rescind_audit_event",
    ],
)
@pytest.mark.long
def test_e002_a_trigger_that_is_off_or_missing(server_place: Place, damage: str) -> None:
    manage("migrate", "rescind")
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert "ENABLE ALWAYS TRIGGER" in only(check_tables(**HERE), "rescind.E002").hint


@pytest.mark.long
def test_i002_behind_a_pooler(postgres_server: PostgresServer) -> None:
    name = postgres_server.create()
    bouncer = PgBouncer(postgres_server)
    try:
        bouncer.wait(name)
        direct = server_at(postgres_server.url(name)).database
        pooled = server_at(bouncer.url(name)).database | {"DISABLE_SERVER_SIDE_CURSORS": True}
        with pointing(default=pooled, direct=direct):
            assert "DATABASES['default']" in only(check_pooler(**HERE), "rescind.I002").msg
            with override_settings(RESCIND={"listen": "direct"}):
                assert ids(check_pooler(**HERE)) == []
        with pointing(default=direct, direct=pooled):
            assert ids(check_pooler(**HERE)) == []
            with override_settings(RESCIND={"listen": "direct"}):
                assert """RESCIND["listen"] = 'direct'""" in only(check_pooler(**HERE), "rescind.I002").msg
    finally:
        bouncer.close()
        postgres_server.drop(name)


def test_another_vendor_is_left_to_e004() -> None:
    unknown: dict[str, Any] = {"ENGINE": "django.db.backends.dummy", "NAME": "somewhere"}
    with pointing(default=unknown):
        assert ids(check_tables(**HERE)) == ids(check_pooler(**HERE)) == []
