"""Rows of our tables: on their alias, of our realm."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Coalesce

from rescind.django.making import made


def rows_of(model: Any, *, by_realm: bool) -> QuerySet[Any]:
    """What a page may show.

    Args:
        by_realm: whether the index to be used begins with the realm. Nearly all rows are of one realm, so
            that a plan that begins with it reads and sorts the whole table; SQLite makes such plans.
    """
    current = made()
    rows: QuerySet[Any] = model._default_manager.using(current.settings.using)
    realm = current.engine.settings.realm
    if by_realm:
        return rows.filter(realm=realm)
    return rows.alias(of=Coalesce("realm", Value("", output_field=TextField()))).filter(of=realm)


def our_realm() -> str:
    """The realm of this project."""
    return made().engine.settings.realm
