"""As ``test_django``, with the sessions in Redis, and with signed tokens for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from tests import plain_http
from tests.django.places import SETTINGS, Place, server_at
from tests.drill.applications import serving
from tests.postgres import PostgresServer
from tests.promise import test_django
from tests.promise.share import share_of
from tests.promise.test_django import PASSWORD, PATIENCE, Site, bearer
from tests.redis_server import Server

pytestmark = pytest.mark.long  # servers; quick: tests/django/test_making_contents.py, test_making_tokens.py
Record = Callable[[str, object], None]
OF_ALL = (
    test_django.revoke_user, test_django.revoke_in_transaction, test_django.suspend, test_django.disable,
    test_django.delete, test_django.change_password, test_django.disable_by_update,
    test_django.password_by_sql,
)  # fmt: skip
"""What ends every session of a user."""
DOORS = ("/me", "/ame", "/api")


@contextmanager
def site(folder: Path, place: Place, **rescind: Any) -> Iterator[Site]:
    """Both servers, and this process, with further settings."""
    with (
        override_settings(RESCIND=SETTINGS["RESCIND"] | rescind),
        test_django.django_beside(place) as environment,
        ExitStack() as running,
    ):
        environment["RESCIND"] = json.dumps(rescind)
        served = ((serving.wsgi, "wsgi"), (serving.asgi, "asgi"))
        module = "tests.promise.django_site"
        bases = [
            running.enter_context(serve(f"{module}:{name}", folder, environment)) for serve, name in served
        ]
        yield Site(tuple(bases))


def of_program(site: Site, name: str) -> dict[str, Any]:
    body = {"login": name, "password": PASSWORD, "transport": "bearer"}
    answer = plain_http.post(f"{site.bases[0]}/auth/sign-in", json=body, timeout=PATIENCE)
    told: dict[str, Any] = answer.json()
    assert told["access_token"].startswith("ey")
    return told


@pytest.mark.parametrize("log", ["sqlite", "postgres"])
def test_sessions_in_redis(
    tmp_path: Path, record_property: Record, request: pytest.FixtureRequest, log: str
) -> None:
    place = test_django.on_sqlite(tmp_path)
    if log == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        place = server_at(server.url(server.create()))
    with Server("valkey") as redis, site(tmp_path, place, redis=redis.url) as running:
        test_django.proved(running, share_of(3), record_property)


def test_signed_tokens(tmp_path: Path, record_property: Record) -> None:
    """Neither the access token nor what would bring the next one is worth anything."""
    with site(tmp_path, test_django.on_sqlite(tmp_path), model="jwt") as running:
        for number in range(share_of(3)):
            for way in OF_ALL:
                user = get_user_model().objects.create_user(f"{way.__name__}-{number}", password=PASSWORD)
                issued = of_program(running, user.username)
                credential = bearer(issued["access_token"])
                for path in DOORS:
                    running.warm(credential, path)
                way(running, user, issued["access_token"])
                for path in DOORS:
                    running.expect_refused(way.__name__, credential, path)
                again = {"refresh_token": issued["refresh_token"]}
                answer = plain_http.post(f"{running.bases[1]}/auth/refresh", json=again, timeout=PATIENCE)
                if answer.status_code == 200:  # the row alone says so, and it is asked at every door
                    for path in DOORS:
                        running.expect_refused(way.__name__, bearer(answer.json()["access_token"]), path)
    record_property("measured", f"Django, jwt: {len(running.accepted)} of {running.asked} accepted")
    assert running.accepted == []
    assert running.asked >= len(OF_ALL) * len(DOORS)
