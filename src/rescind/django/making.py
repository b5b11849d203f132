"""The engine of a Django project: one per process, made from settings, made anew when they change."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings
from django.core.signals import setting_changed
from django.db import connections, models

from rescind._clock import Clock, SystemClock
from rescind.config import Settings, make_settings
from rescind.django.config import DjangoSettings, read_config
from rescind.django.facts import UserFacts
from rescind.engine import Rescind
from rescind.errors import ConfigurationError
from rescind.stores import beside
from rescind.stores.base import Store
from rescind.web.gate import Gate

R = TypeVar("R")
READ_FROM = frozenset(
    {
        "RESCIND",
        "DATABASES",
        "SESSION_COOKIE_AGE",
        "SESSION_COOKIE_NAME",
        "AUTH_USER_MODEL",
        "LOGIN_URL",
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
    }
)
"""Settings that an engine is made from."""


@dataclass(frozen=True, slots=True)
class Made:
    """An engine with what it was made from.

    Attributes:
        gate: what every request shares, with or without our middleware.
        facts: what is known of users, where ``RESCIND["user"]`` says so; ``None`` where each row is read.
        testing: it was made under Django's test environment: every statement runs on the connection of
            ``DATABASES``, in the transaction of the test, and nothing in the background.
    """

    engine: Rescind[Any]
    gate: Gate
    settings: DjangoSettings
    testing: bool
    facts: UserFacts | None = None


TESTS = "django.test.utils"
_made: Made | None = None
_making = threading.Lock()


def made() -> Made:
    """The engine of this process with its settings.

    Raises:
        ConfigurationError: a setting that cannot work; the message names it.
    """
    global _made  # noqa: PLW0603 - one per process
    found = _made
    if found is not None and not found.testing and TESTS not in sys.modules:
        return found
    if found is not None and found.testing == in_test_environment():
        if found.testing:
            found.engine.core.time.start_over()
        return found
    with _making:
        if _made is None or _made.testing != in_test_environment():
            drop()
            _made = _make()
        return _made


def engine() -> Rescind[Any]:
    """The engine, as ``get_user_model()`` is the user model: what ``auth`` is in the other frameworks.

    Raises:
        ConfigurationError: a setting that cannot work; the message names it.
    """
    return made().engine


def drop() -> None:
    """Close the engine; the next use makes another one."""
    global _made
    found, _made = _made, None
    if found is not None:
        found.engine.close()


def in_test_environment() -> bool:
    """Whether Django's ``setup_test_environment()`` is in force. Does not import ``django.test``."""
    utils = sys.modules.get(TESTS)
    return utils is not None and hasattr(utils._TestState, "saved_data")


def _make() -> Made:
    if not apps.is_installed("rescind.django"):
        from rescind.django.checks import not_installed

        raise ConfigurationError(not_installed())
    own, testing = read_config(settings), in_test_environment()
    clock: Clock = SystemClock()
    url, given = url_of(connections[own.using].settings_dict), dict(own.engine)
    asked = make_settings(url, **given)
    if testing:  # sessions are in the database of the test, wherever else they may be
        model = "jwt" if own.model == "jwt" else "database"
        given |= {"lease": 0, "redis": None, "session_model": model}
        asked = make_settings(url, **given)
    store = _store_of(own, clock, asked, testing=testing)
    if asked.redis is not None:
        store = beside(store, asked, clock)
    made_engine: Rescind[Any] = Rescind(url, principal_id=kind_of_id(), clock=clock, store=store, **given)
    made_engine.core.accept_opaque()
    knows = own.user == "facts" and not testing  # in a test nothing is trusted, and no trigger is asked for
    facts = UserFacts(made_engine.core, own.using) if knows else None
    return Made(made_engine, Gate(made_engine), own, testing, facts)


def _store_of(own: DjangoSettings, clock: Clock, of: Settings, *, testing: bool) -> Store:
    alias = own.using
    connection = connections[alias]
    if connection.vendor not in ("sqlite", "postgresql"):
        raise ConfigurationError(
            f"DATABASES[{alias!r}] is {connection.display_name}: rescind's tables live on PostgreSQL or "
            'SQLite; name another alias in RESCIND["using"]'
        )
    if testing:
        from rescind.django.connection_store import ConnectionStore

        return ConnectionStore(alias, clock=clock)
    if connection.vendor == "sqlite":
        from rescind.django.store import DjangoSqliteStore

        path = _file_of(alias, connection.settings_dict["NAME"])
        counts = own.user == "facts"
        return DjangoSqliteStore(path, clock=clock, alias=alias, counts_commits=counts)
    from rescind.django.store import DjangoPostgresStore

    return DjangoPostgresStore.of(
        connection.settings_dict,
        alias=alias,
        clock=clock,
        patience=of.authority_timeout,
        lease=of.lease,
        listen=None if own.listen is None else connections[own.listen].settings_dict,
    )


def url_of(database: Mapping[str, Any]) -> str:
    """The place of an entry of ``DATABASES`` as the other frameworks write it, for the command line."""
    if not database["ENGINE"].rpartition(".")[2].startswith("postgresql"):
        return f"sqlite:///{database['NAME']}"
    names = [quote(str(database[key]), safe="") for key in ("USER", "PASSWORD") if database[key]]
    login = ":".join(names) + "@" if database["USER"] else ""
    port = f":{database['PORT']}" if database["PORT"] else ""
    host = str(database["HOST"])
    name = quote(str(database["NAME"]), safe="")
    if host.startswith("/"):  # a folder of sockets
        port = port.replace(":", "&port=")
        return f"postgresql://{login}/{name}?host={quote(host, safe='')}{port}"
    return f"postgresql://{login}{host}{port}/{name}"


def _file_of(alias: str, name: Any) -> str:
    text = str(name)
    if not text or ":memory:" in text or text.startswith("file:"):
        raise ConfigurationError(
            f"DATABASES[{alias!r}]['NAME'] names no file: sessions in memory would be gone with the process, "
            "and no other process would see them; name a file"
        )
    return str(Path(text).resolve())


def kind_of_id() -> type[int | str | UUID]:
    """Of which type the ids of principals are: that of the user model's primary key."""
    from django.contrib.auth import get_user_model

    key = get_user_model()._meta.pk
    while isinstance(key, models.ForeignKey):  # multi-table inheritance: the key of the parent
        key = key.target_field
    if isinstance(key, models.IntegerField):
        return int
    return UUID if isinstance(key, models.UUIDField) else str


async def away(work: Callable[..., R], *args: Any) -> R:
    """Run what blocks away from the loop. In tests on Django's own thread, which has the connection."""
    current = made()
    if current.testing:
        return await sync_to_async(work, thread_sensitive=True)(*args)
    return await current.engine.aio.offload.run(work, *args)


def _setting_changed(*, setting: str, **_: Any) -> None:
    if setting in READ_FROM:
        drop()


setting_changed.connect(_setting_changed, dispatch_uid="rescind.engine")
