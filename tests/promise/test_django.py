"""Whatever withdraws access to a Django site is over with the next request, at every worker process.

Two processes of gunicorn, two of uvicorn, and this one, which changes users through Django's ORM, behind its
back, and through the engine. Then Django beside FastAPI and Flask on one database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from tests import plain_http
from tests.django.places import Place, configure, file_at, manage, pointing, server_at
from tests.drill.applications import serving
from tests.postgres import PostgresServer
from tests.promise.share import share_of

from rescind.django import engine, revoke
from rescind.django.making import drop
from rescind.revocation.receipt import Receipt

configure()

Record = Callable[[str, object], None]
COOKIE = "__Host-rescind"
ASKED = 4
"""Requests to each server after an end, each on a connection of its own, so that all workers are asked."""
PATIENCE = 60.0
PASSWORD = "plum-tractor-nine-lamps"
PATHS = ("/me", "/ame", "/plain", "/api")


@dataclass
class Site:
    """Attributes:
    asked: requests that started after an end.
    accepted: those of them that got in.
    """

    bases: tuple[str, ...]
    asked: int = 0
    accepted: list[str] = field(default_factory=list)

    def get(self, base: str, path: str, credential: dict[str, str]) -> httpx2.Response:
        return plain_http.get(base + path, headers={**credential, "Connection": "close"}, timeout=PATIENCE)

    def sign_in(self, base: str, name: str) -> str:
        answer = plain_http.post(
            f"{base}/sign-in", data={"username": name, "password": PASSWORD}, timeout=PATIENCE
        )
        assert answer.status_code == 200, answer.text
        return answer.text

    def warm(self, credential: dict[str, str], path: str) -> None:
        """Every worker of both servers knows the session before it ends."""
        for base in self.bases:
            met: set[int] = set()
            for _ in range(100):
                with ThreadPoolExecutor(4) as at_once:  # one after the other might all go to the same worker
                    asked = [at_once.submit(self.get, base, path, credential) for _ in range(4)]
                answers = [one.result() for one in asked]
                assert {answer.status_code for answer in answers} == {200}, answers[0].text
                met |= {answer.json()["pid"] for answer in answers}
                if len(met) == serving.WORKERS:
                    break
            assert len(met) == serving.WORKERS

    def expect_refused(self, what: str, credential: dict[str, str], path: str) -> None:
        for base in self.bases:
            for _ in range(ASKED):
                status = self.get(base, path, credential).status_code
                self.asked += 1
                if status not in (401, 403, 302):
                    self.accepted.append(f"{what} at {path}: {status}")


def final(receipt: Receipt) -> None:
    assert receipt.state == "final", str(receipt)


def sign_out(site: Site, user: Any, token: str) -> None:
    answer = plain_http.post(f"{site.bases[0]}/sign-out", headers=cookie(token), timeout=PATIENCE)
    assert answer.status_code == 200


def sign_out_elsewhere(site: Site, user: Any, token: str) -> None:
    answer = plain_http.post(f"{site.bases[1]}/sign-out", headers=cookie(token), timeout=PATIENCE)
    assert answer.status_code == 200


def revoke_user(site: Site, user: Any, token: str) -> None:
    final(revoke(user=user, reason="left"))


def revoke_in_transaction(site: Site, user: Any, token: str) -> None:
    with transaction.atomic():
        receipt = revoke(user=user, reason="left")
        assert receipt.state == "pending"
    final(receipt)


def suspend(site: Site, user: Any, token: str) -> None:
    final(engine().principals.set(user.pk, active=False, reason="on leave"))


def disable(site: Site, user: Any, token: str) -> None:
    user.is_active = False
    user.save()


def delete(site: Site, user: Any, token: str) -> None:
    user.delete()


def change_password(site: Site, user: Any, token: str) -> None:
    user.set_password("another")
    user.save()


def change_own_password(site: Site, user: Any, token: str) -> None:
    answer = plain_http.post(
        f"{site.bases[0]}/new-password", headers=cookie(token), data={"password": "x"}, timeout=PATIENCE
    )
    assert answer.status_code == 200


def disable_by_update(site: Site, user: Any, token: str) -> None:
    get_user_model().objects.filter(pk=user.pk).update(is_active=False)


def password_by_sql(site: Site, user: Any, token: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE auth_user SET password = '!x' WHERE id = %s", [user.pk])


Way = Callable[[Site, Any, str], None]
WAYS: tuple[Way, ...] = (
    sign_out, sign_out_elsewhere, revoke_user, revoke_in_transaction, suspend, disable, delete,
    change_password, change_own_password, disable_by_update, password_by_sql,
)  # fmt: skip


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={token}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def django_beside(place: Place) -> Iterator[dict[str, str]]:
    """This process is one of the project; what the others need of it in their environment."""
    with pointing(default=place.database), ExitStack() as running:
        drop()
        running.callback(drop)
        manage("migrate", verbosity=0)
        yield {
            "DATABASE": json.dumps(place.database, default=str),
            "DJANGO_SETTINGS_MODULE": "tests.promise.django_settings",
        }


@contextmanager
def site(folder: Path, place: Place, further: Mapping[str, str] | None = None) -> Iterator[Site]:
    """``further``: for the environment of the servers; the users have triggers then."""
    with django_beside(place) as environment, ExitStack() as running:
        if further is not None:
            manage("rescind_triggers", "install", "--yes")
        environment.update(further or {})
        yield Site(
            (
                running.enter_context(serving.wsgi("tests.promise.django_site:wsgi", folder, environment)),
                running.enter_context(serving.asgi("tests.promise.django_site:asgi", folder, environment)),
            )
        )


def sign_out_of_flask(site: Site, user: Any, token: str) -> None:
    answer = plain_http.post(f"{site.bases[2]}/auth/sign-out", headers=cookie(token), timeout=PATIENCE)
    assert answer.status_code == 204


def end_all_from_fastapi(site: Site, user: Any, token: str) -> None:
    answer = plain_http.post(
        f"{site.bases[1]}/auth/sessions/revoke",
        headers=cookie(token),
        json={"keep_current": False},
        timeout=PATIENCE,
    )
    assert answer.json()["state"] == "final"


IN_ANY = (
    sign_out, sign_out_of_flask, end_all_from_fastapi, revoke_user, suspend, disable, delete, change_password,
    change_own_password,
)  # fmt: skip
"""What ends access in all frameworks, wherever it happens."""


@contextmanager
def three(folder: Path, place: Place) -> Iterator[Site]:
    """Django, FastAPI and Flask on one database, in this order, two processes each."""
    with django_beside(place) as environment, ExitStack() as running:
        shared = environment | {"RESCIND_URL": place.url}
        yield Site(
            (
                running.enter_context(serving.wsgi("tests.promise.django_site:wsgi", folder, shared)),
                running.enter_context(serving.asgi("tests.promise.faces:fast", folder, shared)),
                running.enter_context(serving.wsgi("tests.promise.faces:flask", folder, shared)),
            )
        )


def rounds(site: Site, times: int, ways: Sequence[Way], paths: Sequence[str]) -> None:
    for number in range(times):
        for way in ways:
            name = f"{way.__name__}-{number}"
            user = get_user_model().objects.create_user(name, password=PASSWORD)
            token = site.sign_in(site.bases[number % 2], name)
            credentials = {path: cookie(token) for path in paths} | {"/api?bearer": bearer(token)}
            for path, credential in credentials.items():
                site.warm(credential, path)
            way(site, user, token)
            for path, credential in credentials.items():
                site.expect_refused(way.__name__, credential, path)


def roles(site: Site) -> None:
    """Out of the group is out of the role, at once; the session goes on."""
    from django.contrib.auth.models import Group  # once settings are made

    user = get_user_model().objects.create_user("member", password=PASSWORD)
    group = Group.objects.create(name="admin")
    user.groups.add(group)
    credential = cookie(site.sign_in(site.bases[0], "member"))
    site.warm(credential, "/admin")
    group.user_set.clear()
    site.expect_refused("out of the group", credential, "/admin")
    site.warm(credential, "/me")


def on_sqlite(folder: Path) -> Place:
    place = file_at(folder / "site.db")
    place.database["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
    return place


def proved(
    site: Site, times: int, record: Record, ways: Sequence[Way] = WAYS, paths: Sequence[str] = PATHS
) -> None:
    rounds(site, times, ways, paths)
    roles(site)
    record("measured", f"Django: {len(site.accepted)} of {site.asked} accepted after an end")
    assert site.accepted == []
    assert site.asked >= times * len(ways) * len(paths) * len(site.bases) * ASKED


@pytest.mark.long
def test_an_end_holds_with_the_next_request(tmp_path: Path, record_property: Record) -> None:
    """Some ways and doors; all of them are among the long tests."""
    ways = (sign_out_elsewhere, disable, change_own_password)
    with site(tmp_path, on_sqlite(tmp_path)) as running:
        proved(running, 1, record_property, ways, ("/plain",))


def told(site: Site, record: Record) -> None:
    record("measured", f"three frameworks: {len(site.accepted)} of {site.asked} accepted after an end")
    assert site.accepted == []


def test_one_withdrawal_for_three_frameworks(tmp_path: Path, record_property: Record) -> None:
    """A user signs in to Django, and is out of all three wherever that is said; some of the ways."""
    with three(tmp_path, on_sqlite(tmp_path)) as running:
        user = get_user_model().objects.create_user("beside")
        running.warm(cookie(engine().sessions.start(user.pk).token), "/me")  # signed in by another service
        in_three(running, (sign_out_of_flask, disable))
    told(running, record_property)


@pytest.mark.long
@pytest.mark.parametrize("log", ["sqlite", "postgres"])
def test_three_frameworks_in_every_way(
    tmp_path: Path, record_property: Record, request: pytest.FixtureRequest, log: str
) -> None:
    if log == "sqlite":
        place = on_sqlite(tmp_path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        place = server_at(server.url(server.create()))
    with three(tmp_path, place) as running:
        for _ in range(share_of(10)):
            in_three(running, IN_ANY)
    told(running, record_property)


def in_three(site: Site, ways: Sequence[Way]) -> None:
    for number, way in enumerate(ways):
        name = f"{way.__name__}-{site.asked}-{number}"
        user = get_user_model().objects.create_user(name, password=PASSWORD)
        credential = cookie(site.sign_in(site.bases[0], name))
        site.warm(credential, "/me")
        way(site, user, credential["Cookie"].partition("=")[2])
        site.expect_refused(way.__name__, credential, "/me")


@pytest.mark.long
def test_on_sqlite_many_times(tmp_path: Path, record_property: Record) -> None:
    with site(tmp_path, on_sqlite(tmp_path)) as running:
        proved(running, share_of(20), record_property)


@pytest.mark.long
def test_on_postgresql(tmp_path: Path, postgres_server: PostgresServer, record_property: Record) -> None:
    name = postgres_server.create()
    with site(tmp_path, server_at(postgres_server.url(name))) as running:
        proved(running, share_of(20), record_property)
