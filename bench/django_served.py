"""The Django sites that ``bench.django_app`` measures: a view, and ``request.user`` from different sessions.

``python -m bench.django_served KIND FOLDER`` serves one of them on a free port of 127.0.0.1 as
``bench.worker`` says. ``POSTGRES`` is the address of the server that each site gets a database of its
own on. Connections are kept (``CONN_MAX_AGE = None``): a new one for each request would be most of what is
measured, whatever the sessions are. The module is the site's ``ROOT_URLCONF`` too.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from bench.worker import Server

DJANGO = "django.contrib.sessions.backends.db"
CACHED = "django.contrib.sessions.backends.cached_db"
OURS = "rescind.django.sessions"
LEAST = "the least"
"""No engine at all: see ``Least``."""
MIDDLEWARE = {
    OURS: "rescind.django.middleware.SessionMiddleware",
    LEAST: "bench.django_served.Least",
    DJANGO: "django.contrib.sessions.middleware.SessionMiddleware",
    CACHED: "django.contrib.sessions.middleware.SessionMiddleware",
}
COOKIE = "sessionid"
ANSWER = {"status": "ok"}
ONLY_OF_THE_WORKER = "rescind_worker"
"""The table that is written whoever asks: how long a worker trusts its memory."""


def open_to_all(request: HttpRequest) -> HttpResponse:
    """Asks nobody."""
    return JsonResponse(ANSWER)


def user(request: HttpRequest) -> HttpResponse:
    """Asks who it is."""
    return JsonResponse(ANSWER, status=200 if request.user.is_authenticated else 401)


def basket(request: HttpRequest) -> HttpResponse:
    """Of somebody who has not signed in."""
    return JsonResponse(ANSWER, status=200 if request.session.get("basket") else 401)


class Least:
    """What no session can do without, in one middleware: the cookie, a digest, a look-up, the clock, and the
    ``Vary`` header. It knows one key, and hears of no revocation, no change of a user and no stream."""

    KEY = "k" * 32

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.known = {sha256(self.KEY.encode()).digest(): time.monotonic() + 86_400}
        self.users = {True: Asked(True), False: Asked(False)}

    def __call__(self, request: HttpRequest) -> Any:
        digest = sha256(request.COOKIES.get(COOKIE, "").encode()).digest()
        request.session = None
        request._cached_user = self.users[self.known.get(digest, 0) > time.monotonic()]
        response = self.get_response(request)
        response.headers["Vary"] = "Cookie"
        return response


class Asked(NamedTuple):
    """Somebody or nobody."""

    is_authenticated: bool


class Kind(NamedTuple):
    """A site.

    Attributes:
        vendor: its database.
        engine: its sessions.
        view: what is asked for.
        user: where ``request.user`` comes from, for ours.
    """

    vendor: str
    engine: str
    view: Callable[[HttpRequest], HttpResponse]
    user: str = "row"


KINDS = {
    "PostgreSQL, unprotected": Kind("postgresql", DJANGO, open_to_all),
    "PostgreSQL, request.user, django.contrib.sessions": Kind("postgresql", DJANGO, user),
    "PostgreSQL, request.user, the same in a cache": Kind("postgresql", CACHED, user),
    "PostgreSQL, request.user, rescind": Kind("postgresql", OURS, user),
    "PostgreSQL, request.user, rescind, facts": Kind("postgresql", OURS, user, "facts"),
    "PostgreSQL, a visitor's basket, django.contrib.sessions": Kind("postgresql", DJANGO, basket),
    "PostgreSQL, a visitor's basket, rescind": Kind("postgresql", OURS, basket),
    "SQLite, unprotected": Kind("sqlite", DJANGO, open_to_all),
    "SQLite, request.user, the least that says who": Kind("sqlite", LEAST, user),
    "SQLite, request.user, django.contrib.sessions": Kind("sqlite", DJANGO, user),
    "SQLite, request.user, rescind": Kind("sqlite", OURS, user),
    "SQLite, request.user, rescind, facts": Kind("sqlite", OURS, user, "facts"),
}


class Site(NamedTuple):
    """An application, a session key that it accepts, and the cookie that it reads it from."""

    app: Any
    token: str
    cookie: str


def make(kind: str, folder: Path) -> Site:
    """Settings, tables, and somebody with a session. Once in a process."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.management import call_command

    configure(KINDS[kind], folder)
    call_command("migrate", verbosity=0)
    if KINDS[kind].user == "facts":
        call_command("rescind_triggers", "install", yes=True, stdout=io.StringIO())
    return Site(WSGIHandler(), key_of(KINDS[kind]), COOKIE)


def configure(kind: Kind, folder: Path) -> None:
    """What ``startproject`` writes, as far as a site needs it; for rescind what docs/django.md changes."""
    ours = kind.engine == OURS
    settings.configure(
        SECRET_KEY="of the bench, which keeps no secrets",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="bench.django_served",
        USE_TZ=True,
        DATABASES={"default": {"CONN_MAX_AGE": None, **database(kind.vendor, folder)}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "rescind.django" if ours else "django.contrib.sessions",
        ],
        MIDDLEWARE=[
            MIDDLEWARE[kind.engine],
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        SESSION_ENGINE=DJANGO if kind.engine == LEAST else kind.engine,
        RESCIND={"user": kind.user, "authority_timeout": "10s"},  # a busy machine is no outage
        THE_VIEW=kind.view,
    )
    django.setup()


def database(vendor: str, folder: Path) -> dict[str, Any]:
    """An entry of ``DATABASES``; on PostgreSQL the database is made."""
    if vendor == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "app.db",
            "OPTIONS": {"transaction_mode": "IMMEDIATE"},
        }
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    address, name = os.environ["POSTGRES"], f"site_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    told = conninfo_to_dict(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": told["user"],
        "HOST": told["host"],
        "PORT": told["port"],
    }


def key_of(kind: Kind) -> str:
    """A session of somebody who is signed in, or of a visitor with a basket."""
    if kind.engine == LEAST:
        return Least.KEY
    from django.contrib.auth import get_user_model, login

    request = HttpRequest()
    request.session = import_module(kind.engine).SessionStore()
    if kind.view is basket:
        request.session["basket"] = ["apples", "pears"]
    else:
        people = get_user_model().objects
        login(request, people.create_user("ada"), backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return str(request.session.session_key)


def written(request: HttpRequest) -> HttpResponse:
    """A digest of every row of the database but those that a worker writes about itself."""
    from django.db import connection

    seen = sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table != ONLY_OF_THE_WORKER:
                version = "xmin::text, t.*" if connection.vendor == "postgresql" else "t.*"
                cursor.execute(f"SELECT {version} FROM {connection.ops.quote_name(table)} t")
                seen.update(repr((table, sorted(map(repr, cursor.fetchall())))).encode())
    return HttpResponse(seen.hexdigest())


def urlpatterns_of(view: Callable[[HttpRequest], HttpResponse]) -> list[Any]:
    from django.urls import path

    return [path("", view), path("written", written)]


is_served = settings.configured and hasattr(settings, "THE_VIEW")  # else a test looks at this module
urlpatterns = urlpatterns_of(settings.THE_VIEW) if is_served else []


def main() -> None:
    Server(make, sys.argv[1], Path(sys.argv[2])).run()


if __name__ == "__main__":
    main()
