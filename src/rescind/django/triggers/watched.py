"""Which tables and columns are watched: those of ``AUTH_USER_MODEL``, of its groups and permissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist

from rescind.django.config import read_config
from rescind.django.making import kind_of_id
from rescind.stores.sqlalchemy.triggers.watched import Fact, Groups, UserTable, Watched

FURTHER = ("is_staff", "is_superuser")


def watched(quote: Callable[[str], str]) -> Watched:
    """What is to be watched by the settings as they are.

    Args:
        quote: makes a name one that can stand in a statement.

    Raises:
        ConfigurationError: settings that cannot work, or a realm that cannot stand in a trigger.
    """
    model = get_user_model()
    realm = str(read_config(settings).engine.get("realm", "default"))
    kind = kind_of_id()
    named: Literal["int", "str", "uuid"] = "uuid" if kind is UUID else "int" if kind is int else "str"
    permissions = _many(model, "user_permissions")
    return Watched(
        realm,
        named,
        tuple(_user_tables(model, quote)),
        _groups(model),
        None
        if permissions is None
        else (permissions.remote_field.through._meta.db_table, permissions.m2m_column_name()),
    )


def _user_tables(model: Any, quote: Callable[[str], str]) -> Iterator[UserTable]:
    fields = [_field(model, name) for name in ("is_active", "password", *FURTHER)]
    homes = [model, *(field.model for field in fields if field is not None)]
    for home in dict.fromkeys(homes):
        active, password, *further = (
            field.column if field is not None and field.model is home else None for field in fields
        )
        yield UserTable(
            home._meta.db_table,
            home._meta.pk.column,
            None if active is None else Fact((active,), f"{{row}}.{quote(active)}"),
            password,
            tuple(column for column in further if column is not None),
            is_user=home is model,
        )


def _groups(model: Any) -> Groups | None:
    field = _many(model, "groups")
    if field is None:
        return None
    group = field.related_model._meta
    permissions = _many(field.related_model, "permissions")
    return Groups(
        field.remote_field.through._meta.db_table,
        field.m2m_column_name(),
        field.m2m_reverse_name(),
        group.db_table,
        group.pk.column,
        group.get_field("name").column,
        "" if permissions is None else permissions.remote_field.through._meta.db_table,
    )


def _field(model: Any, name: str) -> Any:
    """The field that has a column, ``None`` if there is none: ``is_active`` may be a plain attribute."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if getattr(field, "column", None) else None


def _many(model: Any, name: str) -> Any:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if field.many_to_many else None
