"""What changes about a user ends or changes access, whoever changes it through Django."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, TestCase, modify_settings
from django.test.utils import CaptureQueriesContext

from rescind.django import engine
from rescind.django.making import drop
from rescind.model.principal import Standing

pytestmark = pytest.mark.usefixtures("site")


class UserCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")
        self.client.force_login(self.ada)
        self.token = self.client.cookies["sessionid"].value

    def standing(self) -> Standing:
        found = engine().principals.get(self.ada.pk)
        assert found is not None
        return found

    def lives(self) -> bool:
        """As another application on the same tables sees it."""
        return bool(engine().check(self.token)) and len(engine().sessions.list(self.ada.pk)) == 1

    def test_an_inactive_user_is_out_everywhere_and_stays_out(self) -> None:
        self.ada.is_active = False
        self.ada.save()
        assert not self.lives()
        assert not self.standing().active
        self.ada.is_active = True
        self.ada.save()
        assert self.standing().active
        assert not self.lives(), "what has ended does not come back"
        assert Client().post("/sign-in", {"username": "ada", "password": "right"}).status_code == 200

    def test_a_new_password_ends_every_session(self) -> None:
        self.ada.set_password("new")
        self.ada.save()
        assert not self.lives()
        assert self.standing().active

    def test_the_session_that_changes_it_ends_with_the_request_unless_it_gets_a_new_key(self) -> None:
        self.client.post("/new-password", {"password": "new"})
        assert not self.lives()
        assert self.client.get("/me").status_code == 302

    def test_and_goes_on_under_a_new_key_if_it_does(self) -> None:
        self.client.post("/new-password?stay", {"password": "new"})
        assert not isinstance(engine().check(self.client.cookies["sessionid"].value), Exception)
        (listed,) = engine().sessions.list(self.ada.pk)
        assert listed.id in self.client.cookies["sessionid"].value

    def test_what_is_not_watched_ends_nothing_and_asks_nothing(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            self.ada.save(update_fields=["last_login"])
        assert len(queries) == 1
        self.ada.first_name = "Ada"
        self.ada.save()
        assert self.lives()

    def test_a_deleted_user_is_out_and_nobody_with_its_key_comes_in(self) -> None:
        key = self.ada.pk
        self.ada.delete()
        assert engine().sessions.list(key) == []
        standing = engine().principals.get(key)
        assert standing is not None
        assert not standing.active
        again = get_user_model().objects.create_user("ada", pk=key)
        assert engine().principals.get(key).active  # type: ignore[union-attr]
        client = Client()
        client.force_login(again)
        assert client.get("/me").content == b"ada"

    @modify_settings(INSTALLED_APPS={"remove": ["rescind.django", "django.contrib.admin"]})
    def test_where_the_application_is_taken_out_nothing_is_watched(self) -> None:
        """As suites do for a while: signals stay connected, and no engine can be made."""
        drop()
        self.ada.set_password("new")
        self.ada.save()
        group = Group.objects.create(name="finance")
        self.ada.groups.add(group)
        group.delete()
        self.ada.delete()

    def test_who_never_signed_in_leaves_no_trace(self) -> None:
        bob = get_user_model().objects.create_user("bob")
        key = bob.pk
        bob.delete()
        assert engine().principals.get(key) is None


class GroupCases(TestCase):
    """Groups are the roles that other applications judge by."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.finance, self.admins = (Group.objects.create(name=name) for name in ("finance", "admins"))

    def roles(self) -> Any:
        standing = engine().principals.get(self.ada.pk)
        return None if standing is None else standing.roles

    def test_signing_in_takes_them_along(self) -> None:
        self.ada.groups.add(self.finance)
        self.client.force_login(self.ada)
        assert self.client.get("/who").json()["user"] == self.ada.pk
        assert self.roles() == ("finance",)

    def test_every_way_to_change_them_is_followed(self) -> None:
        self.client.force_login(self.ada)
        assert self.roles() == ()
        self.ada.groups.add(self.finance, self.admins)
        assert self.roles() == ("admins", "finance")
        self.ada.groups.remove(self.admins)
        assert self.roles() == ("finance",)
        self.admins.user_set.add(self.ada)
        assert self.roles() == ("admins", "finance")
        self.admins.user_set.clear()
        assert self.roles() == ("finance",)
        self.finance.name = "money"
        self.finance.save()
        assert self.roles() == ("money",)
        self.finance.delete()
        assert self.roles() == ()
        self.ada.groups.set([self.admins])
        self.ada.groups.clear()
        assert self.roles() == ()
