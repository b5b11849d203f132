"""The cookie of a session, and what an answer says with it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, TestCase, override_settings
from tests.django.test_sessions import COOKIE, client_with

from rescind.django import revoke
from rescind.django.sessions import SessionStore

pytestmark = pytest.mark.usefixtures("site")


class CookieCases(TestCase):
    """The cookie is Django's: ``SESSION_COOKIE_*`` decide."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")

    def test_its_attributes(self) -> None:
        with override_settings(SESSION_COOKIE_NAME="__Host-s", SESSION_COOKIE_SECURE=True):
            answer = self.client.post("/basket", {"item": "tea"})
        cookie = answer.cookies["__Host-s"]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (
            True,
            True,
            "Lax",
            "/",
        )
        assert cookie["max-age"] == 1209600

    def test_answers_depend_on_it_once_it_was_looked_at(self) -> None:
        self.client.force_login(self.ada)
        for path in ("/me", "/who", "/guarded", "/aguarded", "/basket"):
            assert "Cookie" in self.client.get(path)["Vary"], path
        assert not self.client.get("/untouched").has_header("Vary")

    def test_one_that_opens_nothing_is_taken_away(self) -> None:
        self.client.force_login(self.ada)
        revoke(user=self.ada, reason="x")
        answer = self.client.get("/me")
        assert answer.cookies[COOKIE].value == ""

    def test_the_loser_of_a_race_clears_no_cookie(self) -> None:
        """Its browser has the successor by now, under the same name."""
        self.client.force_login(self.ada)
        old = self.client.cookies[COOKIE].value
        session = self.client.session
        session.cycle_key()
        session.save()
        answer = client_with(old).get("/me")
        assert answer.status_code == 302
        assert COOKIE not in answer.cookies

    def test_two_values_of_one_cookie_are_none(self) -> None:
        self.client.force_login(self.ada)
        key = self.client.cookies[COOKIE].value
        for header in (f"{COOKIE}=planted; {COOKIE}={key}", f"{COOKIE}={key}; {COOKIE}=planted"):
            assert Client().get("/guarded", HTTP_COOKIE=header).status_code == 401
        assert Client().get("/guarded", HTTP_COOKIE=f"{COOKIE}={key}; {COOKIE}={key}").status_code == 200
        assert Client().get("/guarded", HTTP_COOKIE=f"x{COOKIE}=other; {COOKIE}={key}").status_code == 200

    def test_a_former_name_is_moved_to_the_current_one(self) -> None:
        self.client.force_login(self.ada)
        key = self.client.cookies[COOKIE].value
        with override_settings(SESSION_COOKIE_NAME="new", RESCIND={"previous_cookie_names": [COOKIE]}):
            mover = client_with(key)
            answer = mover.get("/me")
            assert answer.content == b"ada"
            assert answer.cookies["new"].value == key
            assert answer.cookies[COOKIE].value == ""
            assert mover.get("/me").content == b"ada"

    def test_two_values_of_a_former_name_are_none_either(self) -> None:
        """Mutation: the last one counts: a subdomain can plant one that signs people in."""
        self.client.force_login(self.ada)
        eve = Client()
        eve.force_login(get_user_model().objects.create_user("eve"))
        keys = [client.cookies[COOKIE].value for client in (self.client, eve)]
        with override_settings(SESSION_COOKIE_NAME="new", RESCIND={"previous_cookie_names": [COOKIE]}):
            for one, other in (keys, reversed(keys)):
                header = f"{COOKIE}={one}; {COOKIE}={other}"
                assert Client().get("/me", HTTP_COOKIE=header).status_code == 302
                assert Client().get("/guarded", HTTP_COOKIE=header).status_code == 401
            assert Client().get("/me", HTTP_COOKIE=f"{COOKIE}={keys[0]}").content == b"ada"

    @override_settings(SESSION_SAVE_EVERY_REQUEST=True)
    def test_saving_with_every_request_lengthens_nothing(self) -> None:
        self.client.force_login(self.ada)
        answer = self.client.get("/me")
        assert answer.cookies[COOKIE].value == self.client.cookies[COOKIE].value
        assert 1209590 <= int(answer.cookies[COOKIE]["max-age"]) <= 1209600

    def test_an_ended_session_is_answered_as_django_does(self) -> None:
        """400, and nothing of the late write."""
        self.client.post("/basket", {"item": "tea"})
        key = self.client.cookies[COOKIE].value

        class Ends(SessionStore):
            def save(self, must_create: bool = False) -> None:
                SessionStore(key).delete()
                super().save(must_create)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("rescind.django.sessions.SessionStore", Ends)
            client = client_with(key)
            assert client.post("/basket", {"item": "milk"}).status_code == 400
