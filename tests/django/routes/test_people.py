"""Signing in and out by our routes is signing in and out of Django: backends, signals, hashers, one
session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.test import Client, TestCase, override_settings
from tests.django.test_sessions import COOKIE, client_with

from rescind.django import engine, revoke

pytestmark = pytest.mark.usefixtures("site")
RIGHT = {"login": "ada", "password": "right"}
JSON = "application/json"


def post(client: Client, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
    return client.post(path, body or {}, content_type=JSON, **more)


def bearer(answer: Any) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": f"Bearer {answer.json()['access_token']}"}


@contextmanager
def hearing(*signals: Any) -> Iterator[list[Any]]:
    heard: list[Any] = []

    def hear(signal: Any, **said: Any) -> None:
        heard.append((signal, said))

    for signal in signals:
        signal.connect(hear)
    try:
        yield heard
    finally:
        for signal in signals:
            signal.disconnect(hear)


class Stranger(BaseBackend):
    """Knows one person by another secret than a password."""

    def authenticate(self, request: Any, username: str | None = None, password: str | None = None) -> Any:
        assert request is not None, "backends such as axes ask for it"
        if password == "forbidden":
            raise PermissionDenied
        return get_user_model().objects.get(username="ada") if password == "sesame" else None

    def get_user(self, user_id: Any) -> Any:
        return get_user_model().objects.filter(pk=user_id).first()


class Slower(MD5PasswordHasher):
    """What a project has changed to."""

    algorithm = "slower"


HERE = __name__


class SignInCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")

    def test_pages_and_routes_share_one_sign_in(self) -> None:
        answer = post(self.client, "/auth/sign-in", RIGHT, HTTP_USER_AGENT="curl/8.5.0")
        assert answer.status_code == 200
        assert answer.json()["session"]["principal_id"] == self.ada.pk
        assert self.client.get("/me").content == b"ada"
        assert self.client.get("/devices").json()[0]["label"] == "curl/8.5.0"
        assert self.client.get("/auth/session").json()["handle"] == answer.json()["session"]["handle"]
        self.client.post("/sign-out")
        assert self.client.get("/auth/session").status_code == 401
        self.client.force_login(self.ada)
        assert self.client.get("/auth/session").status_code == 200
        assert post(self.client, "/auth/sign-out").status_code == 204
        assert self.client.get("/me").status_code == 302

    def test_what_a_visitor_had_comes_along_under_another_key(self) -> None:
        self.client.post("/basket", {"item": "tea"})
        before = self.client.cookies[COOKIE].value
        assert self.client.get("/auth/session").status_code == 401
        assert self.client.cookies[COOKIE].value == before, "a visitor is nobody, and loses nothing by asking"
        post(self.client, "/auth/sign-in", RIGHT)
        assert self.client.get("/basket").json() == ["tea"]
        assert client_with(before).get("/basket").json() == []

    def test_a_copy_of_the_session_of_before_is_dead(self) -> None:
        post(self.client, "/auth/sign-in", RIGHT)
        thief = client_with(self.client.cookies[COOKIE].value)
        assert thief.get("/auth/session").status_code == 200
        post(self.client, "/auth/sign-in", RIGHT)
        assert thief.get("/auth/session").status_code == 401
        assert len(self.client.get("/auth/sessions").json()["sessions"]) == 1

    def test_signals_are_those_of_django(self) -> None:
        with hearing(user_logged_in, user_logged_out, user_login_failed) as heard:
            assert post(self.client, "/auth/sign-in", RIGHT | {"password": "wrong"}).status_code == 401
            (failed,) = heard
            assert failed[0] is user_login_failed
            assert failed[1]["credentials"]["username"] == "ada"
            assert failed[1]["request"] is not None
            for more in ({}, {"transport": "bearer"}):
                heard.clear()
                answer = post(self.client, "/auth/sign-in", RIGHT | more)
                assert [(one, said["user"]) for one, said in heard] == [(user_logged_in, self.ada)]
                heard.clear()
                post(self.client, "/auth/sign-out", **(bearer(answer) if more else {}))
                assert [(one, said["user"]) for one, said in heard] == [(user_logged_out, self.ada)]
        self.ada.refresh_from_db()
        assert self.ada.last_login is not None

    def test_what_is_refused_is_in_the_trail_once_and_what_pages_refuse_is_not(self) -> None:
        get_user_model().objects.create_user("bob", password="right", is_active=False)
        for wrong in ({"password": "wrong"}, {"login": "bob"}, {"login": "eve"}, {"login": "a\0b"}):
            post(self.client, "/auth/sign-in", RIGHT | wrong)
        post(self.client, "/auth/sign-in", RIGHT)
        session = f"session:{self.client.session.public_id}"
        post(self.client, "/auth/step-up", {"password": "wrong"})
        assert authenticate(None, username="ada", password="wrong") is None
        told = engine().core.store.audit_events("default")
        ada, bob = (f"principal:{user.pk}" for user in get_user_model().objects.order_by("pk"))
        refused = [(one.type, one.actor, one.subject, one.reason) for one in told if one.outcome == "refused"]
        of_step_up, nul, eve, *known = refused
        assert of_step_up == ("step_up.refused", session, ada, "invalid_login")
        assert known == [
            ("sign_in.refused", "anonymous", bob, "invalid_login"),
            ("sign_in.refused", "anonymous", ada, "invalid_login"),
        ]
        assert nul[2].startswith("login:") and nul[3] == "null_characters_not_allowed"
        assert eve[2].startswith("login:") and eve[3] == "invalid_login"

    @override_settings(AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.AllowAllUsersModelBackend"])
    def test_who_is_refused_by_the_form_is_in_the_trail_too(self) -> None:
        """No ``user_login_failed`` is sent for them."""
        get_user_model().objects.filter(pk=self.ada.pk).update(is_active=False)
        assert post(self.client, "/auth/sign-in", RIGHT).status_code == 401
        (told,) = engine().core.store.audit_events("default", limit=1)
        assert (told.type, told.subject, told.reason) == (
            "sign_in.refused", f"principal:{self.ada.pk}", "inactive",
        )  # fmt: skip

    @override_settings(
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend", f"{HERE}.Stranger"]
    )
    def test_every_backend_is_asked(self) -> None:
        assert post(self.client, "/auth/sign-in", RIGHT | {"password": "sesame"}).status_code == 200
        assert self.client.session["_auth_user_backend"] == f"{HERE}.Stranger"
        assert post(self.client, "/auth/step-up", {"password": "sesame"}).status_code == 200
        assert post(Client(), "/auth/sign-in", RIGHT | {"password": "forbidden"}).status_code == 401

    def test_who_may_not_sign_in_hears_what_everybody_hears(self) -> None:
        get_user_model().objects.create_user("bob", password="right", is_active=False)
        said = {
            post(Client(), "/auth/sign-in", {"login": login, "password": password}).content.split(
                b"request_id"
            )[0]
            for login, password in (
                ("bob", "right"),
                ("ada", "wrong"),
                ("x\0", "right"),
                ("ada", "r\0"),
                ("", ""),
            )
        }
        assert len(said) == 1

    def test_the_row_decides_as_in_views(self) -> None:
        post(self.client, "/auth/sign-in", RIGHT)
        get_user_model().objects.filter(pk=self.ada.pk).update(is_active=False)
        assert self.client.get("/auth/session").json()["code"] == "sign_in"

    def test_a_password_that_gets_another_hash_signs_in_all_the_same(self) -> None:
        """Mutation: the mark of the request is not moved past what the request itself has written."""
        ours = "django.contrib.auth.hashers.MD5PasswordHasher"
        with override_settings(PASSWORD_HASHERS=[f"{HERE}.Slower", ours]):
            assert post(self.client, "/auth/sign-in", RIGHT).status_code == 200
            assert self.client.get("/me").content == b"ada"
        with override_settings(PASSWORD_HASHERS=[ours, f"{HERE}.Slower"]):
            assert post(self.client, "/auth/step-up", {"password": "right"}).status_code == 200
            assert self.client.get("/me").content == b"ada"

    def test_what_else_ends_meanwhile_ends_it_all_the_same(self) -> None:
        """A new hash is no excuse for what somebody else has ended at the same time."""

        def end(sender: Any, user: Any, **_: Any) -> None:
            revoke(user=user, reason="just now")

        user_logged_in.connect(end)
        try:
            ours = "django.contrib.auth.hashers.MD5PasswordHasher"
            with override_settings(PASSWORD_HASHERS=[f"{HERE}.Slower", ours]):
                assert post(self.client, "/auth/sign-in", RIGHT).status_code == 401
        finally:
            user_logged_in.disconnect(end)

    def test_prove_it_again(self) -> None:
        self.client.post("/basket", {"item": "tea"})
        post(self.client, "/auth/sign-in", RIGHT)
        old = self.client.cookies[COOKIE].value
        assert post(self.client, "/auth/step-up", {"password": "wrong"}).json()["code"] == "step_up"
        with hearing(user_logged_in) as heard:
            assert post(self.client, "/auth/step-up", {"password": "right"}).status_code == 200
        assert heard == [], "nobody has come"
        assert client_with(old).get("/me").status_code == 302
        assert self.client.get("/basket").json() == ["tea"]

    @override_settings(RESCIND={"previous_cookie_names": ["former"]})
    def test_a_cookie_of_before_is_moved_over(self) -> None:
        self.client.force_login(self.ada)
        self.client.cookies["former"] = self.client.cookies.pop(COOKIE).value
        assert self.client.get("/auth/session").status_code == 200
        assert COOKIE in self.client.cookies

    @override_settings(RESCIND={"read_old_engine": "django.contrib.sessions.backends.cache"})
    def test_a_session_of_the_engine_of_before_is_moved_over(self) -> None:
        with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.cache"):
            self.client.force_login(self.ada)
        old = self.client.cookies[COOKIE].value
        assert self.client.get("/auth/session").status_code == 200
        assert self.client.cookies[COOKIE].value != old

    def test_who_may_not_begin_a_session_is_refused(self) -> None:
        """Everything of theirs was ended while the password was looked at."""

        def end(sender: Any, user: Any, **_: Any) -> None:
            revoke(user=user, reason="just now")

        user_logged_in.connect(end)
        try:
            for more in ({}, {"transport": "bearer"}):
                assert post(Client(), "/auth/sign-in", RIGHT | more).status_code == 401
        finally:
            user_logged_in.disconnect(end)
        assert engine().sessions.list(self.ada.pk) == []


class BearerCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")
        self.grace = get_user_model().objects.create_user("grace", password="right")
        self.issued = bearer(post(Client(), "/auth/sign-in", RIGHT | {"transport": "bearer"}))

    def test_it_opens_what_we_guard_and_nothing_else(self) -> None:
        for path in ("/guarded", "/aguarded", "/class", "/aclass", "/maybe", "/auth/session"):
            assert self.client.get(path, **self.issued).status_code == 200, path
        assert self.client.get("/guarded", **self.issued).content == b"ada"
        assert self.client.get("/maybe", **self.issued).content == b"ada"
        assert self.client.get("/me", **self.issued).status_code == 302, "login_required asks the cookie"
        assert COOKIE not in self.client.cookies

    def test_it_decides_beside_a_cookie_which_is_left_alone(self) -> None:
        for user, status in ((self.ada, 200), (self.grace, 401)):
            self.client.force_login(user)
            before = self.client.cookies[COOKIE].value
            for path in ("/guarded", "/aguarded", "/auth/session"):
                answer = self.client.get(path, **self.issued)
                assert answer.status_code == status, path
                assert COOKIE not in answer.cookies
            assert self.client.get("/me").content == user.username.encode()
            assert self.client.cookies[COOKIE].value == before

    def test_one_that_opens_nothing_is_refused_where_anybody_may_look(self) -> None:
        self.client.force_login(self.ada)
        visitor = Client()
        visitor.post("/basket", {"item": "tea"})
        of_a_visit = {"HTTP_AUTHORIZATION": f"Bearer {visitor.cookies[COOKIE].value}"}
        junk: dict[str, str] = {"HTTP_AUTHORIZATION": "Bearer junk"}
        for header in (junk, of_a_visit, {"HTTP_AUTHORIZATION": "Basic YTpi"}):
            for path in ("/guarded", "/aguarded", "/maybe", "/auth/session"):
                answer = self.client.get(path, **header)
                assert (answer.status_code, answer.json()["code"]) == (401, "sign_in"), path
                assert "invalid_token" in answer["WWW-Authenticate"]
                assert COOKIE not in answer.cookies
        assert Client().get("/maybe").status_code == 200

    @override_settings(RESCIND={"read_old_engine": "django.contrib.sessions.backends.cache"})
    def test_a_key_of_the_engine_of_before_is_no_bearer(self) -> None:
        with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.cache"):
            self.client.force_login(self.ada)
        old = {"HTTP_AUTHORIZATION": f"Bearer {self.client.cookies[COOKIE].value}"}
        for path in ("/guarded", "/aguarded"):
            assert Client().get(path, **old).status_code == 401, path

    def test_prove_it_again(self) -> None:
        answer = post(self.client, "/auth/step-up", {"password": "right"}, **self.issued)
        assert answer.status_code == 200
        assert self.client.get("/guarded", **self.issued).status_code == 401
        assert self.client.get("/guarded", **bearer(answer)).status_code == 200

    def test_a_copy_is_dead_after_signing_out(self) -> None:
        self.client.force_login(self.ada)
        assert post(self.client, "/auth/sign-out", **self.issued).status_code == 204
        assert Client().get("/guarded", **self.issued).status_code == 401

    def test_another_password_ends_it(self) -> None:
        self.ada.set_password("other")
        self.ada.save()
        assert self.client.get("/guarded", **self.issued).status_code == 401

    @override_settings(AUTHENTICATION_BACKENDS=[f"{HERE}.Stranger"])
    def test_a_backend_that_was_taken_out_lets_nobody_in(self) -> None:
        for path in ("/guarded", "/aguarded", "/auth/session"):
            assert self.client.get(path, **self.issued).status_code == 401, path
