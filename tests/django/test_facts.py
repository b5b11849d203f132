"""When the row of a user has to be read: before anything is known, when something has changed, and where the
triggers cannot say what has."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group, Permission
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings, utils
from django.urls import path
from tests.django.knowing import FACTS, PASSWORD, Ada, has_read, knowing
from tests.django.places import Place, file_at, manage, pointing

from rescind._tokens import new_id
from rescind.django import engine, facts
from rescind.django.making import drop, made
from rescind.errors import ConfigurationError

ADDRESS = "/who"


@login_required
def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.pk))


@login_required
def staff(request: HttpRequest) -> HttpResponse:
    user = request.user
    return HttpResponse(f"{user.is_staff} {user.is_superuser} {user.has_perm('auth.change_user')}")


def promotes(request: HttpRequest) -> HttpResponse:
    """Something about the user changes before the row is read, in one request."""
    get_user_model().objects.update(is_staff=True)
    return who(request)


def signs_in(request: HttpRequest) -> HttpResponse:
    from django.contrib.auth import authenticate, login

    user = authenticate(request, username=request.POST["username"], password=request.POST["password"])
    login(request, user)
    return HttpResponse("in")


urlpatterns = [path("who", who), path("staff", staff), path("promotes", promotes), path("sign-in", signs_in)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, site_file: Path) -> Path:
    """A file with triggers."""
    copied = tmp_path_factory.mktemp("facts") / "db.sqlite3"
    copied.write_bytes(site_file.read_bytes())
    with pointing(default=file_at(copied).database):
        manage("rescind_triggers", "install", "--yes")
    return copied


@pytest.fixture(scope="module")
def knows(shared: Path) -> Iterator[None]:
    with pointing(default=file_at(shared).database), knowing(triggers=False, ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def alone(whole: Place) -> Iterator[Ada]:
    """On a file of her own."""
    with knowing(ROOT_URLCONF=__name__):
        yield Ada(ADDRESS)


@pytest.fixture
def server_knows(server_place: Place) -> Iterator[None]:
    manage("migrate", verbosity=0)
    with knowing(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada(knows: None) -> Ada:
    return Ada(ADDRESS)


def queries(ada: Ada, address: str = ADDRESS) -> int:
    answer, made_queries = ada.get(address)
    assert answer.status_code == 200, answer.headers
    return made_queries


# -- the triggers ------------------------------------------------------------------------------------------


def test_without_triggers_nobody_who_is_signed_in_gets_an_answer(whole: Place) -> None:
    """A worker that no check ran in: loud, and not open. Mutation: do not look at the triggers."""
    with knowing(triggers=False, ROOT_URLCONF=__name__):
        user = get_user_model().objects.create_user("ada", password=PASSWORD)
        client = Client()
        assert client.get(ADDRESS).status_code == 302
        client.force_login(user)
        for _ in range(3):
            with pytest.raises(ConfigurationError, match=r"rescind\.E010.*are missing"):
                client.get(ADDRESS)
        manage("rescind_triggers", "install", "--yes")
        assert client.get(ADDRESS).status_code == 200


def test_who_takes_them_away_takes_facts_away(
    alone: Ada, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert queries(alone) == 0
    monkeypatch.setattr(facts, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(facts, "SOON", 0.0)
    made().facts._stand_until = 0.0  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER rescind_watch_password_0")
    with caplog.at_level(logging.ERROR, "rescind.django"):
        assert queries(alone) > 0
    assert "rescind_watch_password_0" in caplog.text
    alone.rows.update(password="!x")  # the log does not hear of it
    assert alone.get(ADDRESS)[0].status_code == 302


def test_they_are_looked_at_again_now_and_then(ada: Ada) -> None:
    assert queries(ada) == 0
    made().facts._stand_until = 0.0  # type: ignore[union-attr]
    assert queries(ada) > 1
    assert queries(ada) == 0


def test_they_are_not_removed_while_facts_stand_on_them(ada: Ada) -> None:
    from django.core.management.base import CommandError

    with pytest.raises(CommandError, match="nothing was removed"):
        manage("rescind_triggers", "remove")
    assert manage("rescind_triggers", "status").strip() == "installed"


def test_installing_them_anew_asks_every_row_again(alone: Ada) -> None:
    """Whoever was changed while a migration had dropped them."""
    assert queries(alone) == 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER rescind_watch_active_0")
    alone.rows.update(is_active=False)
    assert queries(alone) == 0, "nobody could know"
    manage("migrate", verbosity=0)
    assert alone.get(ADDRESS)[0].status_code == 302


# -- what the row is asked for -----------------------------------------------------------------------------


def test_a_session_of_before_the_triggers_is_judged_by_the_row(whole: Place) -> None:
    """Its password was changed when nobody told the log. Mutation: believe whoever has a session."""
    with override_settings(ROOT_URLCONF=__name__):
        drop()
        user = get_user_model().objects.create_user("ada", password=PASSWORD)
        client = Client()
        client.force_login(user)
        get_user_model().objects.update(password="!x")
    with knowing(ROOT_URLCONF=__name__):
        assert client.get(ADDRESS).status_code == 302


def test_a_change_in_the_log_asks_the_row_again(ada: Ada) -> None:
    assert queries(ada) == 0
    ada.rows.update(is_staff=True)
    assert [queries(ada) for _ in range(3)] == [1, 1, 0], "in the first the log was behind when it began"


def test_a_verdict_is_as_old_as_the_log_was_when_the_request_began(ada: Ada) -> None:
    """What came in between may not be in the snapshot that the row was read from. Mutation: take the number
    of the log after the row was read."""
    ada.rows.update(is_superuser=True)
    queries(ada)
    assert queries(ada, "/promotes") > 0
    assert [queries(ada), queries(ada)] == [1, 0]


def test_everything_that_triggers_watch_holds_with_the_next_request(ada: Ada) -> None:
    """On SQLite, where no lease is waited for. Mutation: compare the counter alone."""

    def said() -> str:
        text: str = ada.get("/staff")[0].content.decode()
        return text

    assert said() == "False False False"
    ada.rows.update(is_staff=True)
    assert said() == "True False False"
    ada.user.user_permissions.through.objects.create(
        user=ada.user, permission=Permission.objects.get(codename="change_user")
    )
    assert said() == "True False True"
    ada.user.user_permissions.through.objects.all().delete()
    assert said() == "True False False"
    group = Group.objects.create(name="people")
    group.permissions.add(Permission.objects.get(codename="change_user"))
    ada.user.groups.through.objects.create(user=ada.user, group=group)
    assert said() == "True False True"
    group.permissions.through.objects.all().delete()
    assert said() == "True False False"
    ada.rows.update(is_active=False)
    assert ada.get("/staff")[0].status_code == 302


def test_a_password_that_is_written_by_update_ends_the_session(ada: Ada) -> None:
    ada.rows.update(password="!x")
    assert ada.get(ADDRESS)[0].status_code == 302
    assert ada.get(ADDRESS)[0].status_code == 302


def test_save_is_final_when_it_returns(ada: Ada) -> None:
    ada.user.is_active = False
    ada.user.save()
    assert ada.get(ADDRESS)[0].status_code == 302


def test_signing_in_with_a_password_costs_one_row_in_the_next_request(knows: None) -> None:
    get_user_model().objects.create_user("ada", password=PASSWORD)
    ada = Ada.__new__(Ada)
    ada.client = Client()
    ada.client.get(ADDRESS)
    ada.client.post("/sign-in", {"username": "ada", "password": PASSWORD})
    ada.get(ADDRESS)
    has_read()
    ada.get(ADDRESS)
    assert queries(ada) == 0


def test_a_session_from_another_application_is_of_a_user_that_there_is(ada: Ada) -> None:
    """Another service opens a session for whatever key it likes."""
    other = Ada.__new__(Ada)
    other.client = Client()
    other.client.cookies["sessionid"] = engine().sessions.start(ada.user.pk).token
    assert [queries(other) > 0, queries(other)] == [True, 0]
    nobody = Client()
    nobody.cookies["sessionid"] = engine().sessions.start(ada.user.pk + 1).token
    for _ in range(3):
        assert nobody.get(ADDRESS).status_code == 302


@pytest.mark.long
def test_on_postgresql_too(server_knows: None) -> None:
    ada = Ada(ADDRESS)
    assert queries(ada) == 0
    ada.rows.update(is_staff=True)
    engine().core.catch_up()  # the push is measured elsewhere
    assert [queries(ada), queries(ada)] == [1, 0]
    ada.rows.update(password="!x")
    engine().core.catch_up()
    assert ada.get(ADDRESS)[0].status_code == 302


# -- where the row is read all the same --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Picky", "Elsewhere"])
def test_a_backend_that_judges_for_itself_is_asked_each_time(knows: None, kind: str) -> None:
    with override_settings(AUTHENTICATION_BACKENDS=[f"tests.django.test_judges.{kind}"]):
        ada = Ada(ADDRESS)
        assert [queries(ada), queries(ada)] == [1, 1]


def test_a_backend_that_is_taken_out_of_the_settings_takes_whom_it_let_in_along(ada: Ada) -> None:
    assert queries(ada) == 0
    with override_settings(AUTHENTICATION_BACKENDS=["tests.django.test_judges.Elsewhere"]):
        assert ada.get(ADDRESS)[0].status_code == 302


def test_what_a_replica_says_is_not_remembered(ada: Ada, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may not know yet what the log tells of already."""
    known: Any = made().facts
    known._stamps.clear()
    monkeypatch.setattr(known, "_alias", "another")
    assert [queries(ada), queries(ada)] == [1, 1]


def test_under_a_lease_of_0_nothing_is_remembered(whole: Place) -> None:
    with knowing(ROOT_URLCONF=__name__), override_settings(RESCIND=FACTS | {"lease": 0}):
        user = get_user_model().objects.create_user("ada")
        ada = Ada.__new__(Ada)
        ada.client = Client()
        ada.client.force_login(user)
        queries(ada)
        assert [queries(ada), queries(ada)] == [1, 1]


def test_a_process_that_reads_no_log_remembers_nothing(ada: Ada, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease is given back: what it knows may be old. Mutation: ask the index alone."""
    assert queries(ada) == 0
    core = engine().core
    core.keeper.stop()
    core.worker.leave()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(core.keeper, "ensure", lambda: None)  # it may read before the user is asked for
        assert queries(ada) == 1
    core.keeper.ensure()
    has_read()
    assert queries(ada) == 0


def test_under_djangos_test_environment_the_row_is_read(whole: Place) -> None:
    """So that a suite needs no triggers, and an ``update()`` holds that is never committed."""
    with override_settings(RESCIND=FACTS):
        utils.setup_test_environment()
        try:
            drop()
            assert made().facts is None
        finally:
            utils.teardown_test_environment()
            drop()


def test_what_is_remembered_is_bounded(knows: None) -> None:
    with override_settings(RESCIND=FACTS | {"max_cached": 4}):
        known: Any = made().facts
        for _ in range(20):
            known._keep(new_id(), 1)
        assert len(known._stamps) + len(known._older) <= 4


def test_a_key_of_any_kind_is_what_the_row_has(ada: Ada, monkeypatch: pytest.MonkeyPatch) -> None:
    known: Any = made().facts
    key = models.UUIDField(primary_key=True)
    monkeypatch.setattr(known, "_key", key)
    text = "12345678-1234-5678-1234-567812345678"
    assert known.fact("pk", text) == key.to_python(text)
    monkeypatch.setattr(known, "_key", models.CharField(primary_key=True))
    assert known.fact("pk", "ada") == "ada"
