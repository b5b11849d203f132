"""Signals and triggers together: nothing is done twice, and it is final when ``save()`` returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test import Client, utils
from tests.django.places import Place, manage
from tests.django.triggers.logs import CHANGED, END, Ada, run

from rescind import Rescind
from rescind._tokens import new_id
from rescind.django.making import drop
from rescind.errors import Refused

ALL = ("end", "principal", "me", 7)


@pytest.fixture
def other(site: Place) -> Iterator[Rescind[int]]:
    """Another application on the same tables, which answers from memory; a busy machine is no outage."""
    auth: Rescind[int] = Rescind(site.url, principal_id=int, authority_timeout=5.0)
    yield auth
    auth.close()


def knows(other: Rescind[int], ada: Ada) -> Ada:
    for _ in range(3):
        assert not isinstance(other.check(ada.token), Refused)
    return ada


def newest(columns: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM rescind_revocation ORDER BY seq DESC LIMIT 1")
        return cursor.fetchone()


def notes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rescind_watch_said")
        return int(cursor.fetchone()[0])


def test_a_new_password(other: Rescind[int]) -> None:
    ada = knows(other, Ada())
    ada.user.set_password("new")
    ada.user.save()
    assert isinstance(other.check(ada.token), Refused), "final when save() returns"
    assert ada.appended() == [END]
    assert newest("reason, initiator, keep") == ("the password was changed", "system", None)
    assert notes() == 0


def test_inactive(other: Rescind[int]) -> None:
    ada = knows(other, Ada())
    ada.user.is_active = False
    ada.user.save()
    assert isinstance(other.check(ada.token), Refused)
    assert ada.appended() == [CHANGED, END]
    ada.user.is_active = True
    ada.user.save()
    assert ada.appended() == [CHANGED]
    assert newest("reason, initiator") == ("the user was made active", "system")
    assert notes() == 0


def test_deleted(other: Rescind[int]) -> None:
    ada = knows(other, Ada())
    key = ada.user.pk
    ada.user.delete()
    assert isinstance(other.check(ada.token), Refused)
    ada.user.pk = key
    assert ada.appended() == [CHANGED, ALL]
    assert newest("reason, initiator") == ("the user was deleted", "system")
    assert notes() == 0


def test_groups(other: Rescind[int]) -> None:
    ada, group = knows(other, Ada()), Group.objects.create(name=new_id())
    ada.user.groups.add(group)
    assert other.check(ada.token).roles == (group.name,)  # type: ignore[union-attr]
    assert ada.appended() == [CHANGED]
    group.delete()
    assert other.check(ada.token).roles == ()  # type: ignore[union-attr]
    assert ada.appended() == [CHANGED]


def test_in_a_transaction(other: Rescind[int]) -> None:
    ada = knows(other, Ada())
    with transaction.atomic():
        ada.user.set_password("new")
        ada.user.save()
        transaction.set_rollback(True)
    assert (ada.appended(), notes()) == ([], 0)
    assert not isinstance(other.check(ada.token), Refused)
    with transaction.atomic():
        ada.user.set_password("newer")
        ada.user.save()
    assert isinstance(other.check(ada.token), Refused)
    assert ada.appended() == [END]


def test_the_own_session_is_left_alone_until_its_request_ends(other: Rescind[int]) -> None:
    ada, browser = Ada(), Client()
    browser.force_login(ada.user)
    mine = browser.session.public_id
    knows(other, ada).appended()
    assert browser.post("/new-password", {"password": "new"}).content == b"changed"
    assert isinstance(other.check(ada.token), Refused)
    assert isinstance(other.check(browser.cookies["sessionid"].value), Refused)
    assert ada.appended() == [END, ("end", "session", mine, 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT keep, initiator FROM rescind_revocation WHERE scope = 'principal' AND target = %s",
            [str(ada.user.pk)],
        )
        assert cursor.fetchall() == [(mine, f"session:{mine}")]


def test_a_note_that_nobody_took_speaks_for_no_other_change(other: Rescind[int]) -> None:
    ada, bob = Ada(), Ada()
    ada.user.username = bob.user.username
    ada.user.set_password("new")
    with pytest.raises(IntegrityError):
        ada.user.save()
    assert notes() == 1
    run("UPDATE auth_user SET password = '!another-one-that-is-longer' WHERE id = %s", ada.user.pk)
    assert newest("reason") == ("the password was changed in the database",)
    run("DELETE FROM rescind_watch_said")


@pytest.fixture(params=[True, False], ids=["triggers", "signals alone"])
def _either(request: pytest.FixtureRequest, site: Place) -> Iterator[None]:
    if not request.param:
        manage("rescind_triggers", "remove")
    yield
    manage("rescind_triggers", "install", "--yes")


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("atomic", [False, True], ids=["", "atomic"])
def test_the_own_session_goes_on_under_a_new_key(
    other: Rescind[int], monkeypatch: pytest.MonkeyPatch, atomic: bool
) -> None:
    ada, browser = Ada(), Client()
    browser.force_login(ada.user)
    before = browser.cookies["sessionid"].value
    assert browser.get("/me").status_code == 200
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic)
    assert browser.post("/new-password?stay", {"password": "new"}).content == b"changed"
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", False)
    assert browser.get("/me").status_code == 200
    assert not isinstance(other.check(browser.cookies["sessionid"].value), Refused)
    assert isinstance(other.check(before), Refused)
    assert isinstance(other.check(ada.token), Refused)


def test_but_not_if_somebody_else_has_ended_it_meanwhile(
    other: Rescind[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, browser = Ada(), Client()
    browser.force_login(ada.user)
    assert browser.get("/me").status_code == 200

    def meanwhile(request: Any, user: Any) -> None:
        other.revoke(principal=user.pk, reason="left")
        update_session_auth_hash(request, user)

    monkeypatch.setattr("tests.django.site.urls.update_session_auth_hash", meanwhile)
    assert browser.post("/new-password?stay", {"password": "new"}).status_code != 200
    assert browser.get("/me").status_code == 302
    assert other.sessions.list(ada.user.pk) == []


def test_and_of_somebody_else_it_is_no_evidence(other: Rescind[int], monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob, browser = Ada(), Ada(), Client()
    browser.force_login(ada.user)
    assert browser.get("/me").status_code == 200

    def meanwhile(request: Any, user: Any) -> None:
        other.revoke(principal=bob.user.pk, reason="left")
        login(request, bob.user)

    monkeypatch.setattr("tests.django.site.urls.update_session_auth_hash", meanwhile)
    assert browser.post("/new-password?stay", {"password": "new"}).status_code != 200
    assert other.sessions.list(bob.user.pk) == []


def test_in_a_test_case_which_never_commits(site: Place) -> None:
    """On PostgreSQL what a trigger appends has its number from COMMIT, and here there is none."""
    utils.setup_test_environment()
    block = transaction.atomic()
    block._from_testcase = True
    try:
        with block:
            ada = Ada()
            ada.user.set_password("new")
            ada.user.save()
            assert not ada.lives()
            assert ada.appended() == [END]
            transaction.set_rollback(True)
    finally:
        utils.teardown_test_environment()
        drop()
