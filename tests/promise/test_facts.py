"""``RESCIND = {"user": "facts"}``: who changes a user behind everybody's back, and how soon it holds.

Django under gunicorn, two workers that answer from memory and read no row of a user while nothing changes.
This process changes users: through ``update()`` and ``bulk_update()``, and with a driver that knows nothing
of Django or rescind; and through ``save()`` and ``revoke()``, which are final when they return.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from tests import plain_http
from tests.django.places import Place, configure, file_at, manage, server_at
from tests.drill.applications import serving
from tests.postgres import PostgresServer
from tests.promise import test_django, test_triggers
from tests.promise.foreign import PATIENCE, Record, Served
from tests.promise.share import share_of

from rescind import Rescind

configure()

Way = Callable[[test_triggers.Site, Any], None]
LEASE = "20s"
"""So long that only a push, or a look at the file, explains what is quicker."""
PUSHED = 1.0
"""Seconds until a push has arrived at processes of a busy machine."""
FINAL = tuple(way for way in test_django.WAYS if way.__name__ not in ("disable_by_update", "password_by_sql"))
PATHS = (*test_django.PATHS, "/facts")


@dataclass
class Site(test_triggers.Site):
    """Sessions are Django's own."""

    def token_of(self, user: Any) -> str:
        given = {"username": user.username, "password": "right"}
        answer = plain_http.post(f"{self.served.base}/sign-in", data=given, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.text


def off(site: test_triggers.Site) -> str:
    return "0" if site.place.vendor == "sqlite" else "false"


def rows(user: Any) -> Any:
    return get_user_model().objects.filter(pk=user.pk)


def links() -> Any:
    return get_user_model().groups.through.objects


def inactive_by_update(site: test_triggers.Site, user: Any) -> None:
    rows(user).update(is_active=False)


def inactive_by_bulk_update(site: test_triggers.Site, user: Any) -> None:
    user.is_active = False
    get_user_model().objects.bulk_update([user], ["is_active"])


def inactive_by_sql(site: test_triggers.Site, user: Any) -> None:
    site.run(f"UPDATE auth_user SET is_active = {off(site)} WHERE id = %s", user.pk)


def password_by_update(site: test_triggers.Site, user: Any) -> None:
    rows(user).update(password="!x")


def password_by_bulk_update(site: test_triggers.Site, user: Any) -> None:
    user.password = "!x"
    get_user_model().objects.bulk_update([user], ["password"])


def password_by_sql(site: test_triggers.Site, user: Any) -> None:
    site.run("UPDATE auth_user SET password = '!x' WHERE id = %s", user.pk)


def staff_by_update(site: test_triggers.Site, user: Any) -> None:
    rows(user).update(is_staff=False)


def staff_by_bulk_update(site: test_triggers.Site, user: Any) -> None:
    user.is_staff = False
    get_user_model().objects.bulk_update([user], ["is_staff"])


def staff_by_sql(site: test_triggers.Site, user: Any) -> None:
    site.run(f"UPDATE auth_user SET is_staff = {off(site)} WHERE id = %s", user.pk)


def group_by_update(site: test_triggers.Site, user: Any) -> None:
    links().filter(user=user).update(group_id=2)


def group_by_bulk_update(site: test_triggers.Site, user: Any) -> None:
    link = links().get(user=user)
    link.group_id = 2
    links().bulk_update([link], ["group_id"])


def group_by_sql(site: test_triggers.Site, user: Any) -> None:
    site.run("DELETE FROM auth_user_groups WHERE user_id = %s", user.pk)


MATRIX: Mapping[Way, str] = {
    inactive_by_update: "/facts", inactive_by_bulk_update: "/facts", inactive_by_sql: "/facts",
    password_by_update: "/facts", password_by_bulk_update: "/facts", password_by_sql: "/facts",
    staff_by_update: "/staff", staff_by_bulk_update: "/staff", staff_by_sql: "/staff",
    group_by_update: "/admin", group_by_bulk_update: "/admin", group_by_sql: "/admin",
}  # fmt: skip
"""What is changed and how, and the view that is asked; memory alone answers ``/facts`` and ``/admin``."""


@contextmanager
def site(folder: Path, place: Place) -> Iterator[Site]:
    with test_django.django_beside(place) as environment, ExitStack() as running:
        manage("rescind_triggers", "install", "--yes")
        environment["RESCIND"] = json.dumps({"user": "facts", "lease": LEASE})
        auth: Rescind[int] = Rescind(place.url, principal_id=int)
        running.callback(auth.close)
        wsgi = serving.wsgi("tests.promise.django_site:wsgi", folder, environment)
        found = Site(auth, place, Served(running.enter_context(wsgi)))
        found.run("INSERT INTO auth_group (name) VALUES ('admin')")
        found.run("INSERT INTO auth_group (name) VALUES ('others')")
        yield found


def proved(site: Site, times: int, bound: float, record: Record) -> None:
    for _ in range(times):
        for way, path in MATRIX.items():
            site.lag(way, path)
    site.served.judge(times, bound, record)


@pytest.mark.long
def test_on_sqlite_it_holds_with_the_next_request(tmp_path: Path, record_property: Record) -> None:
    """As with the row read. Mutations: leave the triggers out; compare the counter alone."""
    with site(tmp_path, test_django.on_sqlite(tmp_path)) as running:
        proved(running, share_of(2), 0.0, record_property)


@pytest.mark.long
def test_on_postgresql_it_is_pushed(
    tmp_path: Path, postgres_server: PostgresServer, record_property: Record
) -> None:
    """Mutation: leave the triggers out."""
    name = postgres_server.create()
    with site(tmp_path, server_at(postgres_server.url(name))) as running:
        proved(running, share_of(2), PUSHED, record_property)


@pytest.mark.long
@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_what_is_not_done_behind_anybodys_back_is_final(
    tmp_path: Path, record_property: Record, request: pytest.FixtureRequest, where: str
) -> None:
    """``save()``, ``delete()``, forms and ``revoke()``: as with the row read."""
    place = file_at(tmp_path / "site.db")
    if where == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        place = server_at(server.url(server.create()))
    with test_django.site(tmp_path, place, {"RESCIND": json.dumps({"user": "facts"})}) as running:
        test_django.proved(running, share_of(4), record_property, FINAL, PATHS)
