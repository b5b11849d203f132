"""The cases of ``tests/django/test_allauth.py``, run by Django's own runner in a project that has allauth."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, connection
from django.db.transaction import atomic
from django.test import Client, TestCase, override_settings
from django.urls import reverse

from rescind.django import adoption, engine, revoke, sessions_of
from rescind.django.allauth.apps import RescindAllauthConfig
from rescind.django.allauth.user_sessions import REASON
from rescind.django.checks.installed import check_installed_apps
from rescind.errors import StoreUnavailable

COOKIE = "sessionid"
SESSIONS = "/accounts/sessions/"
BEFORE = "django.contrib.sessions.backends.cache"
READS_BEFORE = override_settings(RESCIND={"read_old_engine": BEFORE})


class SignedInCases(TestCase):
    """Through allauth's own pages."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")

    def sign_in(self, **headers: str) -> Client:
        client = Client()
        form = {"login": "ada", "password": "right"}
        answer = client.post(reverse("account_login"), form, **headers)
        assert (answer.status_code, answer["Location"]) == (302, "/me"), answer.content
        return client

    def rows(self) -> list[Any]:
        return list(UserSession.objects.order_by("pk"))

    def test_a_row_has_the_public_id_and_nothing_that_opens_anything(self) -> None:
        client = self.sign_in(HTTP_USER_AGENT="curl/8.5.0")
        (row,) = self.rows()
        (session,) = sessions_of(self.ada)
        assert row.session_key == session.id == client.session.public_id
        assert row.user_agent == "curl/8.5.0"
        thief = Client()
        thief.cookies[COOKIE] = row.session_key
        assert thief.get("/me").status_code == 302

    def test_who_signs_in_again_has_one_row(self) -> None:
        """Under the key that the answer sets, not under one that is given up before it leaves."""
        client = self.sign_in()
        client.force_login(self.ada, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get("/me").status_code == 200
        with override_settings(ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS=False):
            client.post(reverse("account_login"), {"login": "ada", "password": "right"})
        (row,) = self.rows()
        assert row.session_key == client.session.public_id

    def test_the_list_knows_which_one_asks(self) -> None:
        here, _ = self.sign_in(), self.sign_in()
        listed = here.get(SESSIONS).context["sessions"]
        assert [one.session_key == here.session.public_id for one in listed] == [True, False]
        page = here.get(SESSIONS)
        assert page.content.count(b"Current") == 1
        for row in self.rows():
            assert row.session_key.encode() not in page.content

    def test_the_others_end_everywhere(self) -> None:
        here, there = self.sign_in(), self.sign_in()
        copy = Client()
        copy.cookies[COOKIE] = there.cookies[COOKIE].value
        assert copy.get("/me").status_code == 200
        assert here.post(SESSIONS).status_code == 302
        assert [client.get("/me").status_code for client in (here, there, copy)] == [200, 302, 302]
        (row,) = self.rows()
        assert row.session_key == here.session.public_id
        told = engine().core.store.audit_events("default", limit=9)
        (end,) = (event for event in told if event.reason == REASON)
        assert end.actor == f"session:{row.session_key}"

    def test_what_ended_elsewhere_goes_from_the_list(self) -> None:
        here, there = self.sign_in(), self.sign_in()
        revoke(session=there.session.public_id, reason="x")
        assert len(here.get(SESSIONS).context["sessions"]) == 1
        get_user_model().objects.filter(pk=self.ada.pk).update(is_active=False)
        assert UserSession.objects.purge_and_list(self.ada) == []
        assert self.rows() == []

    def test_while_nobody_can_tell_nothing_is_forgotten(self) -> None:
        self.sign_in()

        def away(*_: Any) -> Any:
            raise StoreUnavailable("it does not answer")

        with patch.object(engine().core.store, "facts", away), pytest.raises(StoreUnavailable):
            UserSession.objects.purge_and_list(self.ada)
        assert len(self.rows()) == 1

    @override_settings(USERSESSIONS_TRACK_ACTIVITY=True)
    def test_activity_is_kept_in_one_row(self) -> None:
        client = self.sign_in()
        for agent in ("one", "two"):
            client.get("/me", HTTP_USER_AGENT=agent)
            (row,) = self.rows()
            assert (row.user_agent, row.session_key) == (agent, client.session.public_id)

    def test_a_key_that_was_stored_before_becomes_an_id(self) -> None:
        client = self.sign_in()
        (row,) = self.rows()
        key = client.session.session_key
        column = UserSession._meta.get_field("session_key")
        with patch.object(column, "get_prep_value", str):
            if connection.vendor == "postgresql":  # no key ever was in there: it has 80 characters
                with pytest.raises(DataError), atomic():
                    UserSession.objects.filter(pk=row.pk).update(session_key=key)
                return
            UserSession.objects.filter(pk=row.pk).update(session_key=key)
            assert UserSession.objects.get().session_key == key
        client.get(SESSIONS)
        assert UserSession.objects.get().session_key == client.session.public_id
        with patch.object(column, "get_prep_value", str):
            UserSession.objects.create(session_key=key, user=self.ada, ip="127.0.0.1")
        client.get(SESSIONS)
        assert [one.session_key for one in self.rows()] == [client.session.public_id]

    def of_before(self) -> tuple[Client, UserSession]:
        """A browser that has been at the site before it changed, and its row."""
        with override_settings(SESSION_ENGINE=BEFORE):
            there = Client()
            there.force_login(self.ada, backend="allauth.account.auth_backends.AuthenticationBackend")
        key = there.cookies[COOKIE].value
        return there, UserSession.objects.create(session_key=key, user=self.ada, ip="127.0.0.1")

    @READS_BEFORE
    def test_one_of_the_engine_of_before_is_listed_and_ended(self) -> None:
        """Mutation: its key is taken for an id: nothing ends, and what opens it is in log and trail."""
        there, row = self.of_before()
        here = self.sign_in()
        assert len(here.get(SESSIONS).context["sessions"]) == 2
        row.end()
        assert there.get("/me").status_code == 302
        assert len(here.get(SESSIONS).context["sessions"]) == 1
        assert here.get("/me").status_code == 200
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT target FROM rescind_revocation UNION SELECT subject FROM rescind_audit_event"
            )
            assert not [said for (said,) in cursor.fetchall() if row.session_key in said]

    @READS_BEFORE
    def test_one_of_the_engine_of_before_keeps_its_row_when_it_is_moved(self) -> None:
        """And a request that was sent beside it has a row of its own."""
        there, row = self.of_before()
        beside = Client()
        beside.cookies[COOKIE] = there.cookies[COOKIE].value
        assert [client.get("/me").status_code for client in (there, beside)] == [200, 200]
        keys = [one.session_key for one in self.rows()]
        assert keys == [there.session.public_id, beside.session.public_id]
        assert len(there.get(SESSIONS).context["sessions"]) == 2
        UserSession.objects.get(pk=row.pk).end()
        copy = Client()
        copy.cookies[COOKIE] = row.session_key
        assert [client.get("/me").status_code for client in (there, copy, beside)] == [302, 302, 200]

    @READS_BEFORE
    def test_one_that_is_moved_while_it_is_ended_is_over(self) -> None:
        """Mutation: the row is not looked at again: the browser goes on."""
        there, row = self.of_before()
        with patch.object(adoption, "end", lambda *_: there.get("/me")):
            row.end()
        assert there.cookies[COOKIE].value.startswith("rsc_s_")
        assert there.get("/me").status_code == 302
        assert self.rows() == []

    @READS_BEFORE
    def test_one_that_is_ended_while_it_is_moved_is_over(self) -> None:
        """Before anybody has heard of the new one, and after. Mutation: the old one is looked at once."""
        for step in ("leave_for_a_while", "moved.send"):
            there, row = self.of_before()
            place, name = (adoption, step) if "." not in step else (adoption.moved, "send")
            then = getattr(place, name)

            def end_first(*given: Any, row: Any = row, then: Any = then, **named: Any) -> Any:
                row.end()
                return then(*given, **named)

            with patch.object(place, name, end_first):
                assert there.get("/me").status_code == 302, step
            assert there.get("/me").status_code == 302, step
            assert sessions_of(self.ada) == [], step

    @READS_BEFORE
    def test_one_of_the_engine_of_before_goes_with_a_new_password(self) -> None:
        self.of_before()
        assert len(UserSession.objects.purge_and_list(self.ada)) == 1
        with override_settings(SECRET_KEY="another one, later", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            assert len(UserSession.objects.purge_and_list(self.ada)) == 1, "as Django has it"
        self.ada.set_password("other")
        self.ada.save()
        assert UserSession.objects.purge_and_list(self.ada) == []

    def test_a_new_password_leaves_one_row_of_who_changed_it(self) -> None:
        here, there = self.sign_in(), self.sign_in()
        form = {"oldpassword": "right", "password1": "plum-tractor", "password2": "plum-tractor"}
        assert here.post(reverse("account_change_password"), form).status_code == 302
        assert [client.get("/me").status_code for client in (here, there)] == [200, 302]
        (listed,) = here.get(SESSIONS).context["sessions"]
        assert listed.session_key == here.session.public_id

    def test_the_check_is_content_and_says_what_to_add(self) -> None:
        assert check_installed_apps() == []
        with patch.object(apps, "is_installed", lambda name: name != "rescind.django.allauth"):
            (said,) = check_installed_apps()
        assert said.id == "rescind.W020"
        assert '"rescind.django.allauth"' in said.hint

    def test_alone_it_says_what_is_missing(self) -> None:
        config = RescindAllauthConfig(
            "rescind.django.allauth", __import__("rescind.django.allauth").django.allauth
        )
        with (
            patch("rescind.django.allauth.apps.apps.is_installed", lambda _: False),
            pytest.raises(ImproperlyConfigured, match=r"allauth\.usersessions"),
        ):
            config.ready()
