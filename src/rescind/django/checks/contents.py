"""``RESCIND["redis"]``: the server that has the sessions, and what Django's own pages no longer see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks

from rescind.django.config import DjangoSettings, read_config
from rescind.django.schema.operation import alias_of_tables
from rescind.errors import ConfigurationError, MissingExtra, StoreUnavailable

Found = Sequence[checks.CheckMessage]


def check_contents(app_configs: Any = None, databases: Collection[str] | None = None, **_: Any) -> Found:
    """``W008``: the server cannot be used. A warning, because ``migrate`` runs this check and needs no
    Redis."""
    own = _read()
    if own is None or own.redis is None or alias_of_tables() not in (databases or ()):
        return []
    try:
        _try(own.redis)
    except (ConfigurationError, MissingExtra, StoreUnavailable) as error:
        return [
            checks.Warning(
                f'RESCIND["redis"]: {error}. Until it can be used nobody who presents a session gets '
                "in (503).",
                hint='Start it, mend what it says, or leave RESCIND["redis"] out.',
                id="rescind.W008",
            )
        ]
    return []


def check_admin(app_configs: Any = None, **_: Any) -> Found:
    """``I004``: the page of sessions reads the table, where only those are that have ended."""
    own = _read()
    if own is None or own.redis is None or not apps.is_installed("django.contrib.admin"):
        return []
    return [
        checks.Info(
            "Sessions are in Redis, so the admin's page of sessions lists those that have ended, and no "
            "others.",
            hint='Who is signed in: sessions_of(user), `manage.py rescind sessions`. "Sign out everywhere" '
            "on the page of users ends them as ever.",
            id="rescind.I004",
        )
    ]


def _read() -> DjangoSettings | None:
    try:
        return read_config(settings)
    except ConfigurationError:
        return None  # another check says it


def _try(url: str) -> None:
    try:
        from rescind.stores.contents import Place
    except ModuleNotFoundError as error:
        raise MissingExtra("redis", 'RESCIND["redis"]') from error
    place = Place(url, patience=5.0, keep_ended=0.0)
    try:
        place.open()
    finally:
        place.close()
