"""The models say what the tables are."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.core.checks import run_checks
from django.db import connection
from django.db import models as fields
from sqlalchemy import BigInteger, LargeBinary, SmallInteger, Text, UniqueConstraint
from tests.django.places import Place, file_at, manage, pointing

from rescind import Rescind, Session
from rescind.sqlalchemy import metadata

KINDS: dict[type, type] = {
    BigInteger: fields.BigIntegerField,
    SmallInteger: fields.SmallIntegerField,
    LargeBinary: fields.BinaryField,
    Text: fields.TextField,
}


def test_a_model_for_each_table() -> None:
    names = {model._meta.db_table for model in apps.get_app_config("rescind").get_models()}
    assert names == set(metadata.tables)


def test_columns_keys_and_constraints_are_those_of_the_tables() -> None:
    for model in apps.get_app_config("rescind").get_models():
        meta, table = model._meta, metadata.tables[model._meta.db_table]
        assert [field.column for field in meta.concrete_fields if field.column] == list(table.columns.keys())
        for column in table.columns:
            field = meta.get_field(column.name)
            assert field.null == column.nullable, column
            if column.name == "n":
                assert isinstance(field, fields.BigAutoField)
            else:
                assert type(field) is KINDS[type(column.type)], column
        key = [field.column for field in meta.pk_fields]
        assert key == [column.name for column in table.primary_key.columns], table
        unique = {(one.name, *one.fields) for one in meta.constraints}
        assert unique == {
            (f"uq_{table.name}_{'_'.join(names)}", *names)
            for one in table.constraints
            if isinstance(one, UniqueConstraint)
            for names in [[column.name for column in one.columns]]
        }


def test_there_is_nothing_to_add_change_or_delete() -> None:
    """Rows are written by the engine; permissions that nobody can use are not made."""
    for model in apps.get_app_config("rescind").get_models():
        assert set(model._meta.default_permissions) <= {"view"}, model
    assert apps.get_model("rescind", "Session")._meta.permissions == [
        ("revoke_session", "Can revoke session")
    ]


def test_system_checks_have_nothing_to_say(tmp_path: Path) -> None:
    with pointing(default=file_at(tmp_path / "db.sqlite3").database):
        assert run_checks(app_configs=[apps.get_app_config("rescind")]) == []


def test_what_django_serializes_comes_back_as_it_was(empty: Place) -> None:
    """``serialized_rollback`` of suites, and ``dumpdata``: composite keys, digests, the head of the log."""
    manage("migrate")
    with Rescind(empty.url) as auth:
        token = auth.sessions.start("ada").token
        auth.accounts.create(login="bob", principal="bob", password="correct horse battery")
        auth.revoke(principal="bob", reason="left")
    before = everything()
    text = connection.creation.serialize_db_to_string()
    manage("flush", interactive=False, inhibit_post_migrate=True)  # as suites do that restore
    assert everything() != before
    connection.creation.deserialize_db_from_string(text)
    assert everything() == before
    with Rescind(empty.url) as auth:
        assert isinstance(auth.check(token), Session), "the same log, so the same sessions"


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows but those of workers, which come and go."""
    found = {}
    for model in apps.get_app_config("rescind").get_models():
        names = [field.attname for field in model._meta.concrete_fields if field.column]
        rows = model.objects.order_by("pk").values_list(*names)
        if model.__name__ != "Worker":
            found[model.__name__] = [
                tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in rows
            ]
    return found
