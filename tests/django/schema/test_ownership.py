"""Who made the tables first owns them; the other side verifies their version and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from tests.cli.shell import Shell
from tests.django.places import Place, manage
from tests.django.shapes import file_shape, server_shape

from rescind import Rescind, Session
from rescind.django import models
from rescind.django.schema.ownership import look
from rescind.errors import ConfigurationError, SchemaMissing
from rescind.stores.sqlalchemy.migrations import upgrade

ALL = ["0001_initial", "0002_numbers"]


def shape_of(place: Place) -> dict[str, Any]:
    return file_shape(place.path) if place.vendor == "sqlite" else server_shape(place.url)


def applied() -> list[str]:
    return [name for app, name in MigrationRecorder(connection).applied_migrations() if app == "rescind"]


@pytest.fixture
def upgraded(empty: Place) -> Place:
    """Tables that ``rescind db upgrade`` has made."""
    upgrade(empty.url)
    return empty


def test_migrate_on_tables_of_rescind_records_and_says_so(upgraded: Place) -> None:
    with Rescind(upgraded.url) as auth:
        token = auth.sessions.start("ada").token
    before, head = shape_of(upgraded), models.Head.objects.values().get()
    said = manage("migrate", "rescind")
    assert "the tables are there already (schema 4, owner rescind)" in said
    assert "Applying rescind.0001_initial... OK" in said
    assert applied() == ALL
    assert shape_of(upgraded) == before
    assert models.Head.objects.values().get() == head
    assert "there already" not in manage("migrate", "rescind"), "said once"
    with Rescind(upgraded.url) as auth:
        assert isinstance(auth.check(token), Session)
    upgrade(upgraded.url)  # still theirs to upgrade


def test_quiet_is_quiet(upgraded: Place) -> None:
    assert manage("migrate", verbosity=0) == ""


def test_migrate_after_an_engine_has_opened_an_empty_file(empty: Place) -> None:
    if empty.vendor == "postgresql":
        with pytest.raises(SchemaMissing), Rescind(empty.url):
            pass
        return
    with Rescind(empty.url) as auth:
        token = auth.sessions.start("ada").token
    assert "owner rescind" in manage("migrate", "rescind")
    assert models.Session.objects.count() == 1
    with Rescind(empty.url) as auth:
        assert isinstance(auth.check(token), Session)


def test_tables_of_another_version_are_refused_before_anything_runs(empty: Place) -> None:
    upgrade(empty.url, "0002")
    with pytest.raises(CommandError, match=r"schema 2 and belong to rescind, 3 .*`rescind db upgrade` first"):
        manage("migrate")
    assert "auth_user" not in connection.introspection.table_names()
    upgrade(empty.url, "0003")
    with pytest.raises(CommandError, match=r"schema 3 and belong to rescind, 4 .*`rescind db upgrade` first"):
        manage("migrate")
    upgrade(empty.url)
    manage("migrate", "rescind")
    assert applied() == ALL


def test_tables_that_are_too_new_are_refused(upgraded: Place) -> None:
    models.Head.objects.update(schema_version=9, min_reader=9)
    with pytest.raises(CommandError, match=r"schema 9 .*update rescind"):
        manage("migrate")
    models.Head.objects.update(min_reader=3)
    manage("migrate", "rescind")
    assert applied() == ALL, "newer, and it says that this version can read it"


def test_tables_without_a_head_are_refused(upgraded: Place) -> None:
    models.Head.objects.all().delete()
    with pytest.raises(CommandError, match="nobody knows their version"):
        manage("migrate")


def test_whoever_runs_migrations_without_the_command_is_held_to_the_same(empty: Place) -> None:
    """No signal is sent then: the operation itself looks."""
    upgrade(empty.url, "0002")
    executor = MigrationExecutor(connection)
    with pytest.raises(SchemaMissing, match="rescind db upgrade"):
        executor.migrate([("rescind", "0001_initial")])
    upgrade(empty.url)
    MigrationExecutor(connection).migrate([("rescind", "0001_initial")])
    assert applied() == ALL[:1]


def test_back_to_zero_leaves_the_tables_of_another_owner(upgraded: Place) -> None:
    manage("migrate", "rescind")
    before = shape_of(upgraded)
    assert "the tables belong to rescind and stay" in manage("migrate", "rescind", "zero")
    assert shape_of(upgraded) == before
    assert applied() == []
    manage("migrate", "rescind")
    assert applied() == ALL


def test_a_flush_does_not_change_the_owner(upgraded: Place) -> None:
    manage("migrate")
    manage("flush", interactive=False)
    assert models.Head.objects.get().owner == "rescind"
    upgrade(upgraded.url)


def test_a_record_that_was_lost_is_made_again(empty: Place) -> None:
    manage("migrate", "rescind")
    for name in ALL:
        MigrationRecorder(connection).record_unapplied("rescind", name)
    birth = models.Head.objects.get().birth
    assert "owner django" in manage("migrate", "rescind")
    assert models.Head.objects.get().birth == birth


def test_rescind_db_upgrade_leaves_the_tables_of_django_to_django(
    empty: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    manage("migrate", "rescind")
    before = shape_of(empty)
    monkeypatch.setenv("RESCIND_URL", empty.url)
    done = Shell()("db upgrade")
    assert done.code == 2
    assert "run `manage.py migrate`" in done.err
    with pytest.raises(ConfigurationError, match=r"belong to Django: run `manage.py migrate`"):
        upgrade(empty.url)
    models.Head.objects.all().delete()
    with pytest.raises(ConfigurationError, match=r"other migrations than these: run `manage.py migrate`"):
        upgrade(empty.url)
    assert shape_of(empty) == before
    assert "rescind_alembic_version" not in connection.introspection.table_names()


def test_look_sees_no_tables_a_log_without_a_head_and_a_head(empty: Place) -> None:
    assert look(connection) is None
    manage("migrate", "rescind")
    found = look(connection)
    assert found is not None
    assert (found.owner, found.version, found.min_reader) == ("django", 4, 1)
    models.Head.objects.all().delete()
    found = look(connection)
    assert found is not None
    assert (found.owner, found.version) == (None, None)
