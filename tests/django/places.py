"""Databases of Django for tests: a file, or a database on the server of the tests.

Settings can be made once in a process, so an alias is pointed at another place instead.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

APPS = (
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "rescind.django",
)
MIDDLEWARE = (
    "rescind.django.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]
    },
}
SETTINGS: dict[str, Any] = {
    "SECRET_KEY": "for tests alone, and for nothing else",
    "ALLOWED_HOSTS": ["*"],
    "INSTALLED_APPS": APPS,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "USE_TZ": True,
    "ROOT_URLCONF": "tests.django.site.urls",
    "MIDDLEWARE": MIDDLEWARE,
    "SESSION_ENGINE": "rescind.django.sessions",
    "LOGIN_URL": "/sign-in",
    "RESCIND": {"authority_timeout": "10s"},  # a busy machine is no outage
    "TEMPLATES": [TEMPLATES],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
}


def configure() -> None:
    """Django's settings for this process, once."""
    if not settings.configured:
        settings.configure(**SETTINGS)
        django.setup()


@contextmanager
def pointing(**databases: dict[str, Any]) -> Iterator[None]:
    """The aliases named lead elsewhere; closed afterwards, and as before."""
    before = {alias: connections.settings.get(alias) for alias in databases}
    _forget(databases)
    filled = connections.configure_settings({"default": {}} | databases)
    connections.settings.update({alias: filled[alias] for alias in databases})
    try:
        yield
    finally:
        _forget(databases)
        for alias, found in before.items():
            if found is None:
                del connections.settings[alias]
            else:
                connections.settings[alias] = found


def _forget(aliases: Any) -> None:
    """In this thread, and in the one where views of event loops ask the ORM: it lives as long as the process,
    and would ask the database of a test that is over."""
    _close(aliases)
    SyncToAsync.single_thread_executor.submit(_close, aliases).result()


def _close(aliases: Any) -> None:
    for alias in aliases:
        if hasattr(connections._connections, alias):
            connections[alias].close()
            del connections[alias]


@dataclass(frozen=True, slots=True)
class Place:
    """Where ``DATABASES["default"]`` leads.

    Attributes:
        vendor: ``sqlite`` or ``postgresql``.
        url: the same database for ``Rescind(url)``.
    """

    vendor: str
    url: str
    database: dict[str, Any]

    @property
    def path(self) -> Path:
        return Path(self.database["NAME"])


def file_at(path: Path) -> Place:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    return Place("sqlite", f"sqlite:///{path}", database)


def server_at(url: str, **options: Any) -> Place:
    """The database at a url of ``tests.postgres``."""
    user, _, rest = url.removeprefix("postgresql://").partition("@")
    address, _, name = rest.partition("/")
    host, _, port = address.partition(":")
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }
    return Place("postgresql", url, database)


def manage(command: str, *arguments: str, **options: Any) -> str:
    """Run ``manage.py command``; what it printed."""
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out, no_color=True, **options)
    return out.getvalue()


@contextmanager
def in_atomic(alias: str) -> Iterator[tuple[Any, Callable[[], None], Callable[[], None]]]:
    """A view in the middle of an ``atomic()`` block: its connection, its commit, its rollback."""
    block = transaction.atomic(using=alias)
    block.__enter__()
    ended: list[bool] = []

    def end(commit: bool) -> None:
        ended.append(commit)
        if not commit:
            transaction.set_rollback(True, using=alias)
        block.__exit__(None, None, None)

    try:
        yield connections[alias], lambda: end(True), lambda: end(False)
    finally:
        if not ended:
            end(False)


@contextmanager
def in_memory(model: Path) -> Iterator[None]:
    """``DATABASES["default"]`` is in memory, with what the file has."""
    with pointing(default=file_at(Path(":memory:")).database):
        connections["default"].ensure_connection()
        with closing(sqlite3.connect(model)) as source:
            source.backup(connections["default"].connection)
        yield
