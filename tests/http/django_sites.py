"""The same application with Django, in threads and on a loop. Settings are of the whole process there,
so a site has them, its database and its engine while it is asked, and gives them back."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils.crypto import get_random_string
from tests.asgi.serving import serving
from tests.django.places import SETTINGS, file_at, pointing
from tests.http.django_views import Loops, Threads
from tests.http.sites import ADA, LOGIN, PASSWORD, Site, served
from tests.http.wire import Lines

from rescind.django import making
from rescind.engine import Rescind
from rescind.testing import FakeClock

COOKIES = {"host": ("__Host-rescind", True), "dev": ("rescind-dev", False)}
AWAY = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "away",
    "HOST": "127.0.0.1",
    "PORT": "1",
}
TOKEN = get_random_string(32)
"""What Django gives its pages to send along."""
EMPTY = sqlite3.connect(":memory:", check_same_thread=False)
"""What ``migrate`` made, once it has."""


def settings_of(
    *,
    cookie: str = "host",
    sign_in_url: str | None = None,
    trusted_origins: list[str] | None = None,
    session_model: str = "database",
    secret: object = None,
) -> dict[str, Any]:
    """What the other faces call otherwise, as Django calls it. Its secret is ``SECRET_KEY``."""
    name, secure = COOKIES[cookie]
    return {
        "SESSION_COOKIE_NAME": name,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_AGE": 30 * 86400,
        "LOGIN_URL": sign_in_url,
        "LOGIN_REDIRECT_URL": "/",
        "CSRF_TRUSTED_ORIGINS": trusted_origins or [],
        "CSRF_FAILURE_VIEW": "rescind.django.csrf_failure",
        "RESCIND": {**SETTINGS["RESCIND"], "idle": "7d", "model": session_model},
    }


class DjangoSite(Site):
    """See ``Site``. What it is made of is only there after ``resume``."""

    running: DjangoSite | None = None

    def __init__(self, url: str, urls: Any, folder: Path, settings: dict[str, Any]) -> None:
        self.clock, self.people = FakeClock(), 1000
        self._settings = settings | {"ROOT_URLCONF": urls}
        path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else folder / "db.sqlite3"
        self._database = AWAY if url.startswith("redis") else file_at(path).database
        self._made: Any = None
        self._in_force = ExitStack()
        self.address = ""

    @property
    def engine(self) -> Rescind[Any]:  # type: ignore[override]
        return making.made().engine

    def resume(self) -> None:
        if DjangoSite.running is self:
            return
        if DjangoSite.running is not None:
            DjangoSite.running.pause()
        DjangoSite.running = self
        making._made = None
        force = self._in_force
        force.enter_context(pointing(default=self._database))
        force.enter_context(override_settings(**self._settings))
        making._made, self._made = self._made, None
        if making._made is None:
            clocks: Any = making
            system, clocks.SystemClock = clocks.SystemClock, lambda: self.clock
            making.made()
            clocks.SystemClock = system

    def pause(self) -> None:
        """Leave the process as it was found."""
        self._made, making._made = making._made, None
        self._in_force.close()
        DjangoSite.running = None

    def close(self) -> None:
        """For good."""
        self.resume()
        making.drop()
        self.pause()

    def fill(self) -> None:
        """Somebody to sign in."""
        migrate()
        people = get_user_model().objects
        people.create_user(LOGIN, password=PASSWORD, pk=ADA)
        people.create_user("grace", pk=9)

    def somebody(self, *roles: str) -> int:
        get_user_model().objects.create(pk=self.people + 1, username=f"number {self.people + 1}")
        return super().somebody(*roles)

    def from_own_page(self, lines: Lines) -> Lines:
        """Django's pages send its token along."""
        cookies = [value for name, value in lines if name == "Cookie"]
        others = [(name, value) for name, value in lines if name != "Cookie"]
        return [*others, ("Cookie", "; ".join([*cookies, f"csrftoken={TOKEN}"])), ("X-CSRFToken", TOKEN)]


def migrate() -> None:
    """The tables of every application: made once in a process, and copied from then on."""
    connection.ensure_connection()
    if not EMPTY.execute("SELECT 1 FROM sqlite_master").fetchall():
        call_command("migrate", verbosity=0)
        connection.connection.backup(EMPTY)
    else:
        EMPTY.backup(connection.connection)


@contextmanager
def _site(url: str, urls: Any, **settings: Any) -> Iterator[DjangoSite]:
    with tempfile.TemporaryDirectory() as folder:
        site = DjangoSite(url, urls, Path(folder), settings_of(**settings))
        site.resume()
        if not url.startswith("redis"):
            site.fill()
        try:
            yield site
        finally:
            site.close()


@contextmanager
def on_threads(url: str, **settings: Any) -> Iterator[Site]:
    with _site(url, Threads, **settings) as site, served(WSGIHandler()) as site.address:
        yield site


@contextmanager
def on_loop(url: str, **settings: Any) -> Iterator[Site]:
    with _site(url, Loops, **settings) as site, serving(ASGIHandler(), lifespan="off") as server:
        site.address = server.address
        yield site
