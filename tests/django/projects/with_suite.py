"""A Django project whose suite is run whole: by Django's own runner, and by pytest in several processes."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.test.runner import DiscoverRunner
from django.urls import include, path
from django.utils.functional import SimpleLazyObject

IN_MEMORY = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
NAME = f"suite-{os.getpid()}"
"""By which PostgreSQL knows the connections of this process."""

SECRET_KEY = "for tests alone, and for nothing else"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.django.projects.with_suite"
USE_TZ = True
STATIC_URL, MEDIA_URL = "/static/", "/media/"
DATABASES = {"default": json.loads(os.environ.get("DATABASE", json.dumps(IN_MEMORY)))}
if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {"application_name": NAME}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rescind.django"]
MIDDLEWARE = [
    "rescind.django.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
SESSION_ENGINE = "rescind.django.sessions"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TEST_RUNNER = "tests.django.projects.with_suite.Runner"


@login_required
def me(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


def included() -> list[object]:
    return [path("auth/", include("rescind.django.urls")), path("me", me)]


urlpatterns = SimpleLazyObject(included)


class Runner(DiscoverRunner):
    """Django's, which says at the end what is left."""

    def run_tests(self, *labels: Any, **more: Any) -> int:
        failures: int = super().run_tests(*labels, **more)
        assert left() == []
        return failures


def left() -> list[str]:
    """Threads of this process that a suite has no use for any more, and its connections."""
    # execnet's own are those by which pytest talks with its processes
    threads = [one.name for one in threading.enumerate() if one is not threading.main_thread()]
    found = [name for name in threads if "execnet" not in name and not name.startswith("Dummy")]
    return found + connections_left()


def connections_left() -> list[str]:
    """As the server sees them, or the files of SQLite that are open."""
    given = DATABASES["default"]
    if "postgresql" not in given["ENGINE"]:
        opened = [str(one.resolve()) for one in Path("/proc/self/fd").iterdir()]
        return [name for name in opened if "sqlite" in name]
    import psycopg

    where = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as beside:
        asked = "SELECT datname FROM pg_stat_activity WHERE application_name = %s"
        return [str(name) for (name,) in beside.execute(asked, [NAME]).fetchall()]


def pytest_configure(config: Any) -> None:
    """For ``-p``: each process of pytest has a database of its own, as pytest-django sees to it."""
    import django
    from django.conf import settings

    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return  # whoever hands out the cases
    from django.test import utils

    default = settings.DATABASES["default"]
    in_memory = f"file:{worker}?mode=memory&cache=shared"
    name = in_memory if default["NAME"] == ":memory:" else f"test_{default['NAME']}_{worker}"
    default.setdefault("TEST", {})["NAME"] = name
    django.setup()
    utils.setup_test_environment()
    config.databases_of_suite = utils.setup_databases(verbosity=0, interactive=False)


def pytest_sessionfinish(session: Any) -> None:
    """Says in a file of each process what was left when the suite was over."""
    databases = getattr(session.config, "databases_of_suite", None)
    if databases is None:
        return
    from django.test import utils

    utils.teardown_databases(databases, verbosity=0)
    utils.teardown_test_environment()
    (Path(os.environ["SAID"]) / f"{os.getpid()}.json").write_text(json.dumps(left()))
