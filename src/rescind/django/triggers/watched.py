"""Which tables and columns are watched: those of ``AUTH_USER_MODEL``, of its groups and permissions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist

from rescind.django.config import read_config
from rescind.django.making import kind_of_id
from rescind.errors import ConfigurationError

REALM = re.compile(r"[\w.:@/+ -]+")
FURTHER = ("is_staff", "is_superuser")


@dataclass(frozen=True, slots=True)
class UserTable:
    """A table with columns of the user; with multi-table inheritance there are several.

    Attributes:
        key: the column with the user's primary key.
        active, password: columns, ``None`` where they are elsewhere or nowhere.
        further: of ``is_staff`` and ``is_superuser`` those that are here.
        is_user: a row of it is a user: it appears and goes with them.
    """

    table: str
    key: str
    active: str | None
    password: str | None
    further: tuple[str, ...]
    is_user: bool


@dataclass(frozen=True, slots=True)
class Groups:
    """Attributes:
    links, user, group: the table that says who is in which group, and its columns.
    table, key, name: the table of groups.
    permissions: the table that says what a group may do.
    """

    links: str
    user: str
    group: str
    table: str
    key: str
    name: str
    permissions: str


@dataclass(frozen=True, slots=True)
class Watched:
    """Attributes:
    realm: whose log is written to.
    kind: how a key becomes the id of a principal.
    permissions: table and column of the user in ``user_permissions``, ``None`` without such a field.
    """

    realm: str
    kind: Literal["int", "str", "uuid"]
    users: tuple[UserTable, ...]
    groups: Groups | None
    permissions: tuple[str, str] | None


def watched() -> Watched:
    """What is to be watched by the settings as they are.

    Raises:
        ConfigurationError: settings that cannot work, or a realm that cannot stand in a trigger.
    """
    model = get_user_model()
    realm = str(read_config(settings).engine.get("realm", "default"))
    if not REALM.fullmatch(realm):
        raise ConfigurationError(f"realm={realm!r}: triggers need one of letters, digits and .:@/+-_ alone")
    kind = kind_of_id()
    named: Literal["int", "str", "uuid"] = "uuid" if kind is UUID else "int" if kind is int else "str"
    permissions = _many(model, "user_permissions")
    return Watched(
        realm,
        named,
        tuple(_user_tables(model)),
        _groups(model),
        None
        if permissions is None
        else (permissions.remote_field.through._meta.db_table, permissions.m2m_column_name()),
    )


def _user_tables(model: Any) -> Iterator[UserTable]:
    fields = [_field(model, name) for name in ("is_active", "password", *FURTHER)]
    homes = [model, *(field.model for field in fields if field is not None)]
    for home in dict.fromkeys(homes):
        active, password, *further = (
            field.column if field is not None and field.model is home else None for field in fields
        )
        yield UserTable(
            home._meta.db_table,
            home._meta.pk.column,
            active,
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
