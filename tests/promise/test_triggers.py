"""With the triggers, whoever changes a user behind everybody's back ends access elsewhere, within a bound.

FastAPI under uvicorn, two workers that answer from memory. This process writes the user's row: through
``update()`` and ``bulk_update()``, and with a driver that knows nothing of Django or rescind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth import get_user_model
from tests.django.places import Place, configure, file_at, manage, pointing, server_at
from tests.drill.applications import serving
from tests.postgres import PostgresServer
from tests.promise.foreign import SLACK, TRUST, Record, Served

from rescind import Rescind
from rescind._tokens import new_id
from rescind.django.making import drop

configure()


@dataclass
class Site:
    auth: Rescind[int]
    place: Place
    served: Served

    def run(self, sql: str, *parameters: Any) -> None:
        """With the driver alone, in a transaction of its own."""
        if self.place.vendor == "sqlite":
            with closing(sqlite3.connect(self.place.path, timeout=10)) as file, file:
                file.execute(sql.replace("%s", "?"), parameters)
        else:
            with psycopg.connect(self.place.url) as server:
                server.execute(sql, parameters)

    def token_of(self, user: Any) -> str:
        return self.auth.sessions.start(user.pk).token

    def lag(self, way: Way, path: str = "/me") -> None:
        user = get_user_model().objects.create_user(new_id(), password="right", is_staff=True)
        self.run("INSERT INTO auth_user_groups (user_id, group_id) VALUES (%s, 1)", user.pk)
        token = self.token_of(user)
        self.auth.principals.set(user.pk, roles=["admin"], reason="a member")
        self.served.lag(way.__name__, token, lambda: way(self, user), path)


def update(site: Site, user: Any) -> None:
    get_user_model().objects.filter(pk=user.pk).update(password="!x")


def bulk_update(site: Site, user: Any) -> None:
    user.is_active = False
    get_user_model().objects.bulk_update([user], ["is_active"])


def password_by_sql(site: Site, user: Any) -> None:
    site.run("UPDATE auth_user SET password = '!x' WHERE id = %s", user.pk)


def inactive_by_sql(site: Site, user: Any) -> None:
    off = "0" if site.place.vendor == "sqlite" else "false"
    site.run(f"UPDATE auth_user SET is_active = {off} WHERE id = %s", user.pk)


def deleted_by_sql(site: Site, user: Any) -> None:
    site.run("DELETE FROM auth_user_groups WHERE user_id = %s", user.pk)
    site.run("DELETE FROM auth_user WHERE id = %s", user.pk)


def out_of_the_group(site: Site, user: Any) -> None:
    site.run("DELETE FROM auth_user_groups WHERE user_id = %s", user.pk)


Way = Callable[[Site, Any], None]
WAYS: tuple[Way, ...] = (update, bulk_update, password_by_sql, inactive_by_sql, deleted_by_sql)


@contextmanager
def site(folder: Path, place: Place, lease: str) -> Iterator[Site]:
    environment = {"RESCIND_URL": place.url, "LEASE": lease}
    with pointing(default=place.database), ExitStack() as running:
        drop()
        running.callback(drop)
        manage("migrate", verbosity=0)
        manage("rescind_triggers", "install", "--yes")
        auth: Rescind[int] = Rescind(place.url, principal_id=int, lease=lease)
        running.callback(auth.close)
        base = running.enter_context(serving.asgi("tests.promise.faces:fast", folder, environment))
        found = Site(auth, place, Served(base))
        found.run("INSERT INTO auth_group (name) VALUES ('admin')")
        yield found


def proved(site: Site, times: int, bound: float, record: Record) -> None:
    for _ in range(times):
        for way in WAYS:
            site.lag(way)
        site.lag(out_of_the_group, "/admin")
    site.served.judge(times, bound, record)


@pytest.mark.long
def test_on_sqlite_a_lease_is_the_bound(tmp_path: Path, record_property: Record) -> None:
    """A trigger cannot move the counter: workers find the entry when they renew, or have to read."""
    with site(tmp_path, file_at(tmp_path / "site.db"), "1s") as running:
        proved(running, 5, TRUST * 1.0 + SLACK, record_property)


@pytest.mark.long
def test_on_postgresql_it_is_pushed(
    tmp_path: Path, postgres_server: PostgresServer, record_property: Record
) -> None:
    """Under a lease so long that only a push explains it."""
    name = postgres_server.create()
    with site(tmp_path, server_at(postgres_server.url(name)), "20s") as running:
        proved(running, 5, 1.0, record_property)
