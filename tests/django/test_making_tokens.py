"""``RESCIND["model"] = "jwt"``: programs have signed tokens, browsers have Django's session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model, logout
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, TestCase, override_settings
from django.urls import include, path
from tests.django.routes.test_people import RIGHT, bearer, post
from tests.django.site import urls
from tests.django.test_sessions import COOKIE

from rescind import Refused
from rescind.django import engine, require, revoke
from rescind.django.middleware import SessionMiddleware

pytestmark = pytest.mark.usefixtures("site")
JWT = {"model": "jwt"}
GUARDED = ("/guarded", "/aguarded", "/class", "/aclass", "/maybe", "/auth/session")
KEYS = "/.well-known/jwks.json"


class Urls:
    urlpatterns = (*urls.urlpatterns, path("", include("rescind.django.well_known")))


def header(token: str) -> dict[str, Any]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


@override_settings(RESCIND=JWT, ROOT_URLCONF=Urls)
class TokenCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")
        self.issued = post(Client(), "/auth/sign-in", RIGHT | {"transport": "bearer"}).json()
        self.access = header(self.issued["access_token"])

    def refresh(self, token: str) -> Any:
        return post(Client(enforce_csrf_checks=True), "/auth/refresh", {"refresh_token": token})

    def test_a_program_has_signed_tokens_and_a_browser_a_session(self) -> None:
        assert self.issued["access_token"].startswith("ey")
        assert 0 < self.issued["expires_in"] <= 300
        for path_ in GUARDED:
            assert self.client.get(path_, **self.access).status_code == 200, path_
        post(self.client, "/auth/sign-in", RIGHT)
        assert self.client.cookies[COOKIE].value.startswith("rsc_s_")
        for path_ in (*GUARDED, "/me"):
            assert self.client.get(path_).status_code == 200, path_
        assert len(self.client.get("/auth/sessions").json()["sessions"]) == 2
        copy = Client()
        copy.cookies[COOKIE] = self.client.cookies[COOKIE].value
        assert post(self.client, "/auth/sign-out").status_code == 204
        assert copy.get("/me").status_code == 302
        assert self.client.get("/guarded", **self.access).status_code == 200

    def test_one_that_has_ended_is_refreshed(self) -> None:
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
            for path_ in GUARDED:
                answer = self.client.get(path_, **self.access)
                assert (answer.status_code, answer.json()["code"]) == (401, "refresh"), path_
            again = self.refresh(self.issued["refresh_token"])
            assert again.status_code == 200
            for path_ in ("/guarded", "/aguarded", "/maybe", "/auth/session"):
                assert self.client.get(path_, **bearer(again)).status_code == 200, path_

    def test_every_end_is_the_end_of_both(self) -> None:
        """Of the token, and of what would bring the next one."""

        def all_of_it() -> None:
            revoke(user=self.ada, reason="x")

        def no_password() -> None:
            self.ada.set_password("other")
            self.ada.save()

        def nobody() -> None:
            self.ada.is_active = False
            self.ada.save()

        def sign_out() -> None:
            post(Client(), "/auth/sign-out", **self.access)

        def sign_out_with_what_is_left() -> None:
            strict = Client(enforce_csrf_checks=True)
            body = {"refresh_token": self.issued["refresh_token"]}
            assert post(strict, "/auth/sign-out", body).status_code == 204

        for end in (all_of_it, sign_out, sign_out_with_what_is_left, no_password, nobody):
            with self.subTest(end.__name__):
                get_user_model().objects.filter(pk=self.ada.pk).delete()
                engine().principals.set(self.ada.pk, active=True, reason="again")
                self.setUp()
                assert self.client.get("/guarded", **self.access).status_code == 200
                end()
                for path_ in GUARDED:
                    assert self.client.get(path_, **self.access).json()["code"] == "sign_in", path_
                assert self.refresh(self.issued["refresh_token"]).status_code == 401

    def test_a_view_that_signs_a_bearer_out_ends_its_session(self) -> None:
        """``logout()`` knows the key, which names nothing that a store keeps."""

        @require()
        def out(request: HttpRequest) -> HttpResponse:
            logout(request)
            return HttpResponse("out")

        from django.contrib.auth.middleware import AuthenticationMiddleware

        answer = SessionMiddleware(AuthenticationMiddleware(out))(RequestFactory().get("/", **self.access))
        assert answer.content == b"out"
        judged = engine().check(self.issued["access_token"])
        assert isinstance(judged, Refused)
        assert judged.code == "revoked"

    def test_prove_it_again(self) -> None:
        answer = post(self.client, "/auth/step-up", {"password": "right"}, **self.access)
        assert answer.json()["refresh_token"] != self.issued["refresh_token"]
        assert self.client.get("/guarded", **self.access).status_code == 401
        assert self.client.get("/guarded", **bearer(answer)).status_code == 200
        assert self.refresh(self.issued["refresh_token"]).status_code == 401

    def test_a_refresh_token_opens_nothing(self) -> None:
        for path_ in GUARDED:
            answer = self.client.get(path_, **header(self.issued["refresh_token"]))
            assert (answer.status_code, answer.json()["code"]) == (401, "sign_in"), path_

    def test_a_cookie_with_a_signed_token_is_not_taken_from_who_can_refresh_it(self) -> None:
        """That of another application on the same host."""
        self.client.cookies[COOKIE] = self.issued["access_token"]
        assert self.client.get("/me").content == b"ada"
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
            for path_, status in (("/me", 302), ("/guarded", 401)):
                answer = self.client.get(path_)
                assert answer.status_code == status
                assert COOKIE not in answer.cookies

    def test_keys_are_published_and_follow_those_of_django(self) -> None:
        (key,) = self.client.get(KEYS).json()["keys"]
        fallbacks = ["for tests alone, and for nothing else"]
        with override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=fallbacks):
            assert [one["kid"] for one in self.client.get(KEYS).json()["keys"]][1:] == [key["kid"]]
            assert self.client.get("/guarded", **self.access).status_code == 200
        with override_settings(SECRET_KEY="n" * 50):
            assert self.client.get("/guarded", **self.access).status_code == 401
        assert self.client.head(KEYS).content == b""
        assert self.client.post(KEYS).status_code == 405

    @override_settings(RESCIND={})
    def test_without_the_model_there_are_none(self) -> None:
        assert self.client.get(KEYS).status_code == 404
        assert self.client.get("/guarded", **self.access).status_code == 401
        assert self.refresh(self.issued["refresh_token"]).status_code == 404
