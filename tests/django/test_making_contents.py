"""``RESCIND["redis"]``: sessions in Redis beside the log in Django's database, outside of any test
environment."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from tests.django.places import SETTINGS, Place, file_at, pointing, server_at
from tests.django.routes.test_people import RIGHT, post
from tests.django.test_sessions import COOKIE, client_with
from tests.postgres import PostgresServer
from tests.redis_server import Server

from rescind import Rescind, Session
from rescind.django import engine, revoke, sessions_of
from rescind.django.making import drop
from rescind.errors import StoreBusy


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("redis") as running:
        yield running


@contextmanager
def beside(place: Place, url: str) -> Iterator[Place]:
    settings = SETTINGS["RESCIND"] | {"redis": url}
    with pointing(default=place.database), override_settings(RESCIND=settings):
        drop()
        get_user_model().objects.create_user("ada", password="right")
        yield place
        drop()


@pytest.fixture
def place(tmp_path: Path, site_file: Path, server: Server) -> Iterator[Place]:
    server.do("FLUSHALL")
    path = tmp_path / "db.sqlite3"
    shutil.copy(site_file, path)
    found = file_at(path)
    found.database["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
    with beside(found, server.url) as running:
        yield running


def signed_in() -> Client:
    client = Client()
    assert post(client, "/auth/sign-in", RIGHT).status_code == 200
    return client


def rows(place: Place) -> int:
    with closing(sqlite3.connect(place.path)) as beside_it:
        (found,) = beside_it.execute("SELECT count(*) FROM rescind_session").fetchone()
    return int(found)


def test_sessions_are_in_redis_and_what_is_about_them_in_the_database(place: Place, server: Server) -> None:
    client = signed_in()
    visitor = Client()
    for one in (client, visitor):
        one.post("/basket", {"item": "tea"})
        assert one.get("/basket").json() == ["tea"]
    assert rows(place) == 0
    assert client.get("/me").content == b"ada"
    with Rescind(place.url, redis=server.url, principal_id=int) as elsewhere:
        judged = elsewhere.check(client.cookies[COOKIE].value)
        assert isinstance(judged, Session)
    ada = get_user_model().objects.get()
    assert [one.id for one in sessions_of(ada)] == [judged.id]
    copy = client_with(client.cookies[COOKIE].value)
    client.post("/sign-out")
    assert copy.get("/me").status_code == 302
    assert rows(place) == 1, "its tombstone"


def test_every_end_holds_with_the_next_request(place: Place) -> None:
    ada = get_user_model().objects.get()

    def in_a_transaction() -> None:
        with transaction.atomic():
            assert revoke(user=ada, reason="x").state == "pending"

    def by_password() -> None:
        ada.set_password("right")
        ada.save()

    def by_row() -> None:
        ada.is_active = False
        ada.save()

    for end in (lambda: revoke(user=ada, reason="x"), in_a_transaction, by_password, by_row):
        client = signed_in()
        assert client.get("/me").status_code == 200
        end()
        assert client.get("/me").status_code == 302
        assert client.get("/guarded").status_code == 401


def test_limits_of_a_session(place: Place) -> None:
    client = signed_in()
    session = client.session
    session.set_expiry(timezone.now() + timedelta(hours=1))
    session.save()
    assert client.get("/me").status_code == 200
    (one,) = sessions_of(get_user_model().objects.get())
    assert one.expires_at < timezone.now() + timedelta(hours=2)


def test_a_flush_signs_everybody_out_and_breaks_nothing(place: Place, server: Server) -> None:
    client = signed_in()
    assert client.get("/me").status_code == 200
    server.do("FLUSHALL")
    engine().core.worker.renew(register=False)
    assert client.get("/me").status_code == 302
    until = time.monotonic() + 30
    while post(Client(), "/auth/sign-in", RIGHT).status_code == 503:  # the new log may be beginning just then
        assert time.monotonic() < until
    assert signed_in().get("/me").status_code == 200


def test_while_redis_is_away_who_presents_something_is_told_503(place: Place, server: Server) -> None:
    client = signed_in()
    client.raise_request_exception = False
    url = server.url.replace("redis.sock", "nobody.sock")
    with override_settings(RESCIND=SETTINGS["RESCIND"] | {"redis": url}):
        for path in ("/me", "/guarded", "/aguarded", "/auth/session", "/basket"):
            answer = client.get(path)
            assert (answer.status_code, answer["Retry-After"]) == (503, "1"), path
            assert COOKIE not in answer.cookies
        assert Client().get("/me").status_code == 302


def test_in_a_transaction_on_sqlite_nobody_waits_for_himself(place: Place) -> None:
    """A session in Redis cannot be part of it, and the log's own connection would wait for its lock."""
    client = signed_in()
    session = client.session
    with transaction.atomic(), pytest.raises(StoreBusy, match="outside of it"):
        session.create()
    client.session.create()


@pytest.mark.long
def test_in_a_transaction_on_postgresql_it_stands_whatever_becomes_of_that(
    server: Server, postgres_server: PostgresServer
) -> None:
    from tests.django.places import manage

    server.do("FLUSHALL")
    database = server_at(postgres_server.url(postgres_server.create()))
    with pointing(default=database.database):
        manage("migrate", verbosity=0)
    with beside(database, server.url):
        client = signed_in()
        kept: Any = client.session
        with transaction.atomic():
            kept["basket"] = ["tea"]
            kept.save()
            transaction.set_rollback(True)
        assert client.get("/basket").json() == ["tea"]
        test_every_end_holds_with_the_next_request(database)
