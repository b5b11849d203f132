"""Sessions of the engine of before are honoured, moved over, and end; and the way back."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, TestCase, override_settings
from django.utils import timezone

from rescind.django import engine, revoke
from rescind.django.config import read_config
from rescind.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("site")
OLD = "django.contrib.sessions.backends.cache"
STOCK = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    *settings.MIDDLEWARE[1:],
]
READS_OLD = override_settings(RESCIND={"read_old_engine": OLD})


class AdoptionCases(TestCase):
    """Sessions that an engine of Django's own has made."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.old = self.stock(self.ada).cookies["sessionid"].value
        self.client.cookies["sessionid"] = self.old

    def stock(self, user: Any = None) -> Client:
        """A browser that has been at the site before it changed."""
        client = Client()
        with override_settings(SESSION_ENGINE=OLD, MIDDLEWARE=STOCK):
            if user is not None:
                client.force_login(user)
            client.post("/basket", {"item": "tea"})
        return client

    def old_exists(self) -> bool:
        return bool(import_module(OLD).SessionStore().exists(self.old))

    def copy(self) -> Client:
        client = Client()
        client.cookies["sessionid"] = self.old
        return client

    def test_without_the_setting_users_sign_in_again(self) -> None:
        assert self.client.get("/guarded").status_code == 401

    @READS_OLD
    def test_a_session_goes_on_with_its_contents_under_a_key_of_ours(self) -> None:
        assert self.client.get("/guarded").content == b"ada"
        key = self.client.cookies["sessionid"].value
        assert key.startswith("rsc_s_")
        assert self.client.get("/basket").json() == ["tea"]
        assert len(engine().sessions.list(self.ada.pk)) == 1

    @READS_OLD
    def test_requests_sent_beside_it_get_in_for_half_a_minute_and_then_no_more(self) -> None:
        assert self.client.get("/guarded").status_code == 200
        assert self.copy().get("/guarded").status_code == 200
        with time_machine.travel(timezone.now() + timedelta(seconds=31)):
            assert self.copy().get("/guarded").status_code == 401

    @READS_OLD
    def test_half_a_minute_is_no_limit_of_who_came_in_it(self) -> None:
        """Mutation: the new session has the limit that the old one was given."""
        beside = self.copy()
        assert [client.get("/guarded").status_code for client in (self.client, beside)] == [200, 200]
        with time_machine.travel(timezone.now() + timedelta(minutes=1)):
            assert [client.get("/guarded").status_code for client in (self.client, beside)] == [200, 200]

    @READS_OLD
    def test_half_a_minute_is_not_lengthened_by_who_comes_in_it(self) -> None:
        """Mutation: each request of a copy gives the old key half a minute more."""
        assert self.client.get("/guarded").status_code == 200
        for seconds, status in ((20, 200), (31, 401)):
            with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
                assert self.copy().get("/guarded").status_code == status

    @READS_OLD
    def test_who_was_ended_after_the_move_does_not_come_back_by_the_old_key(self) -> None:
        assert self.client.get("/guarded").status_code == 200
        revoke(session=self.client.session.public_id, reason="stolen")
        assert self.copy().get("/guarded").status_code == 401
        assert engine().sessions.list(self.ada.pk) == []

    @READS_OLD
    def test_a_request_under_way_takes_no_cookie_from_who_has_a_new_key(self) -> None:
        """The answer of a late one would sign its browser out. Mutation: it is refused as junk is."""
        assert self.client.get("/guarded").status_code == 200
        session = self.client.session
        session.cycle_key()
        session.save()
        answer = self.copy().get("/guarded")
        assert answer.status_code == 401
        assert "sessionid" not in answer.cookies

    @READS_OLD
    def test_signing_out_ends_both(self) -> None:
        assert self.client.get("/guarded").status_code == 200
        self.client.post("/sign-out")
        assert not self.old_exists()
        assert self.copy().get("/guarded").status_code == 401

    @READS_OLD
    def test_who_was_signed_out_everywhere_before_they_came_is_out(self) -> None:
        """No old session is younger than our log."""
        revoke(user=self.ada, reason="left the company")
        assert self.client.get("/guarded").status_code == 401
        assert self.copy().get("/basket").json() == []
        bob = get_user_model().objects.create_user("bob")
        other = Client()
        other.cookies["sessionid"] = self.stock(bob).cookies["sessionid"].value
        assert other.get("/guarded").status_code == 200

    @READS_OLD
    def test_a_visitor_keeps_the_basket(self) -> None:
        visitor = Client()
        visitor.cookies["sessionid"] = self.stock().cookies["sessionid"].value
        assert visitor.get("/basket").json() == ["tea"]
        assert visitor.cookies["sessionid"].value.startswith("rsc_a_")

    @READS_OLD
    def test_what_the_old_engine_does_not_know_is_nobody(self) -> None:
        for key in ("x" * 32, "1", "rsc_s_x"):
            client = Client()
            client.cookies["sessionid"] = key
            assert client.get("/guarded").status_code == 401

    @READS_OLD
    def test_the_way_back(self) -> None:
        """The old engine again: users sign in again, and nothing else is lost."""
        assert self.client.get("/guarded").status_code == 200
        with override_settings(SESSION_ENGINE=OLD, MIDDLEWARE=STOCK, RESCIND={}):
            back = Client()
            back.cookies["sessionid"] = self.client.cookies["sessionid"].value
            assert back.get("/me").status_code == 302
            back.force_login(self.ada)
            assert back.get("/me").content == b"ada"
        revoke(user=self.ada, reason="the rest")


@pytest.mark.parametrize(
    ("engine_before", "said"),
    [
        ("django.contrib.sessions.backends.signed_cookies", "cannot be ended"),
        ("rescind.django.sessions", "the one of before"),
        ("no.such.engine", "no session engine"),
        ("json", "no session engine"),
    ],
)
def test_engines_that_cannot_be_read(engine_before: str, said: str) -> None:
    given = {"RESCIND": {"read_old_engine": engine_before}}
    with override_settings(**given), pytest.raises(ConfigurationError, match=said):
        read_config(settings)
