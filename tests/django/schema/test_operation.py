"""Where the tables belong: SQLite and PostgreSQL, and no alias that a router keeps them from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import NotSupportedError, connection, connections
from django.db.migrations.state import ProjectState
from django.test import override_settings
from tests.django.places import Place, file_at, manage, pointing

from rescind import Rescind, Session
from rescind.django import models
from rescind.django.schema.operation import SchemaSQL, concerns

UNKNOWN = {"ENGINE": "django.db.backends.dummy", "NAME": "somewhere"}


class Elsewhere:
    """Keeps the tables from every alias but ``other``."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        return db == "other" if app_label == "rescind" else None


def test_another_database_beside_ours_gets_none() -> None:
    with pointing(legacy=UNKNOWN):
        assert not concerns(connections["legacy"], "rescind")


def test_another_database_that_is_to_hold_them_is_refused() -> None:
    with (
        pointing(legacy=UNKNOWN),
        override_settings(RESCIND={"using": "legacy"}),
        pytest.raises(NotSupportedError, match=r"RESCIND\['using'\].*SQLite or PostgreSQL"),
    ):
        concerns(connections["legacy"], "rescind")


def test_a_router_decides_where_they_are(tmp_path: Path) -> None:
    first, second = file_at(tmp_path / "a.db"), file_at(tmp_path / "b.db")
    with (
        pointing(default=first.database, other=second.database),
        override_settings(DATABASE_ROUTERS=[Elsewhere()]),
    ):
        manage("migrate", "rescind")
        manage("migrate", "rescind", database="other")
        assert "rescind_meta" not in connection.introspection.table_names()
        assert models.Head.objects.using("other").get().owner == "django"


def test_a_later_step_runs_on_tables_of_django_and_is_recorded_on_others(empty: Place) -> None:
    """The next schema: whose tables they are says who changes them."""
    manage("migrate", "rescind")
    models.Head.objects.update(schema_version=3)
    text = "UPDATE rescind_meta SET schema_version = 4, birth = 'again'"
    step = SchemaSQL(4, dict.fromkeys(("sqlite", "postgresql"), (text,)), {})
    run(step)
    assert models.Head.objects.get().schema_version == 4
    models.Head.objects.update(birth="same")
    run(step)
    assert models.Head.objects.get().birth == "same", "the second time there is nothing to do"
    models.Head.objects.update(owner="rescind")
    run(step)
    models.Head.objects.update(schema_version=3)
    with pytest.raises(Exception, match="rescind db upgrade"):
        run(step)
    again = SchemaSQL(4, step.forwards, {}, again=True)
    models.Head.objects.update(schema_version=4, birth="same")
    run(again)
    models.Head.objects.update(schema_version=5, owner="django")
    run(again)
    assert models.Head.objects.get().birth == "same", "tables of another owner, and newer ones"
    models.Head.objects.update(schema_version=4)
    run(again)
    assert models.Head.objects.get().birth == "again"
    models.Head.objects.all().delete()
    run(step)  # in one run with the step that made the tables, before there is a head


def run(step: SchemaSQL) -> None:
    with connection.schema_editor() as editor:
        step.database_forwards("rescind", editor, ProjectState(), ProjectState())


def test_tables_made_from_models_are_numbered_too(empty: Place) -> None:
    """Suites switch migrations off to save time (``MIGRATION_MODULES``, ``--nomigrations``)."""
    with override_settings(MIGRATION_MODULES={"rescind": None}):
        manage("migrate", run_syncdb=True)
    assert models.Head.objects.get().owner == "django"
    with Rescind(empty.url) as auth:
        token = auth.sessions.start("ada").token
        assert auth.revoke(principal="ada", reason="left").state == "final"
        assert not isinstance(auth.check(token), Session)
    assert models.Revocation.objects.get().seq == models.Head.objects.get().seq == 1
