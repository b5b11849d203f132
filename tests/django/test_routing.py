"""The router for projects with several databases."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connections, router
from django.test import override_settings
from tests.django.places import file_at, manage, pointing

from rescind.django import models

ROUTED = {"DATABASE_ROUTERS": ["rescind.django.Router"], "RESCIND": {"using": "sessions"}}


def test_our_models_live_on_the_alias_that_is_named_and_no_others() -> None:
    with override_settings(**ROUTED):
        assert router.db_for_read(models.Session) == router.db_for_write(models.Session) == "sessions"
        assert router.db_for_write(get_user_model()) == "default"
        assert router.allow_migrate("sessions", "rescind")
        assert not router.allow_migrate("default", "rescind")
        assert router.allow_migrate("default", "auth")
        assert router.allow_migrate("sessions", "auth"), "no opinion"


def test_migrate_makes_tables_there_alone(tmp_path: Path) -> None:
    first, second = file_at(tmp_path / "db.sqlite3"), file_at(tmp_path / "sessions.sqlite3")
    with pointing(default=first.database, sessions=second.database), override_settings(**ROUTED):
        manage("migrate", "rescind")
        manage("migrate", "rescind", database="sessions")
        assert "rescind_meta" not in connections["default"].introspection.table_names()
        assert models.Head.objects.get().owner == "django"
