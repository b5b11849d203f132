"""From whose pages a request may come: of Django's rule and ours exactly one is asked, always."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, TestCase, override_settings
from tests.django.routes.test_people import JSON, RIGHT, bearer, post
from tests.django.test_sessions import COOKIE

from rescind.web.surface import ROUTES

pytestmark = pytest.mark.usefixtures("site")
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
WITHOUT = [path for path in settings.MIDDLEWARE if path != CSRF]
CROSS = {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "https://evil.example"}
OWN = {"HTTP_SEC_FETCH_SITE": "same-origin"}
UNSAFE = [
    (route.method, f"/auth{route.path.format(handle='x')}")
    for route in ROUTES
    if route.method != "GET" and route.name != "refresh"
]
asked: list[str] = []


class Counting(CsrfViewMiddleware):
    """A project's own, made from Django's."""

    def process_view(self, request: HttpRequest, *further: Any) -> Any:
        asked.append(request.path)
        return super().process_view(request, *further)


class OwnPageCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")
        self.client = Client(enforce_csrf_checks=True)

    def send(self, method: str, path: str, **headers: str) -> Any:
        return self.client.generic(method, path, "{}", JSON, **headers)

    def token(self) -> dict[str, str]:
        """As a page of nothing but scripts gets it."""
        self.client.get("/auth/session")
        return {"HTTP_X_CSRFTOKEN": self.client.cookies["csrftoken"].value}

    def test_django_asks_for_its_token_at_every_unsafe_route(self) -> None:
        for method, path in UNSAFE:
            for who in (None, self.ada):
                if who is not None:
                    self.client.force_login(who)
                for headers in ({}, CROSS, OWN):
                    answer = self.send(method, path, **headers)
                    assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), path
                    assert "X-Csrftoken" in answer.json()["detail"]
                answer = self.send(method, path, **self.token())
                assert answer.status_code != 403, path
                answer = self.send(method, path, **self.token(), HTTP_ORIGIN="https://evil.example")
                assert answer.status_code == 403, path

    @override_settings(MIDDLEWARE=WITHOUT)
    def test_without_djangos_rule_ours_is_asked(self) -> None:
        for method, path in UNSAFE:
            for who in (None, self.ada):
                if who is not None:
                    self.client.force_login(who)
                answer = self.send(method, path, **CROSS)
                assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), path
                assert self.send(method, path, **OWN).status_code != 403, path
        with override_settings(CSRF_TRUSTED_ORIGINS=["https://*.example", "https://evil.example"]):
            assert self.send("POST", "/auth/sign-out", **CROSS).status_code == 204
        for origin, status in (("https://a.evil.example", 204), ("https://notevil.example", 403)):
            with override_settings(CSRF_TRUSTED_ORIGINS=["https://*.evil.example"]):
                sent = CROSS | {"HTTP_ORIGIN": origin}
                assert self.send("POST", "/auth/sign-out", **sent).status_code == status, origin
        for origin, status in (("capacitor://localhost", 204), ("capacitor://evil", 403), ("null", 403)):
            with override_settings(CSRF_TRUSTED_ORIGINS=["capacitor://localhost"]):
                sent = CROSS | {"HTTP_ORIGIN": origin}
                assert self.send("POST", "/auth/sign-out", **sent).status_code == status, origin

    def test_what_browsers_send_by_themselves_frees_of_neither_rule(self) -> None:
        """Mutation: any ``Authorization`` is taken for a bearer's. Then whoever has typed the password of a
        proxy is signed in by another site."""
        basic = {"HTTP_AUTHORIZATION": "Basic YTpi"}
        for middleware in (settings.MIDDLEWARE, WITHOUT):
            with override_settings(MIDDLEWARE=middleware):
                assert post(self.client, "/auth/sign-in", RIGHT, **basic, **CROSS).status_code == 403
                assert COOKIE not in self.client.cookies
                own = self.token() if middleware is not WITHOUT else OWN
                assert post(Client(), "/auth/sign-in", RIGHT, **basic, **own).status_code == 200

    @override_settings(CSRF_TRUSTED_ORIGINS=["capacitor://localhost"])
    def test_an_application_on_a_phone_is_asked_as_django_asks_it(self) -> None:
        sent = self.token() | {"HTTP_ORIGIN": "capacitor://localhost"}
        assert self.send("POST", "/auth/sign-out", **sent).status_code == 204

    def test_each_request_is_asked_by_one_rule_once(self) -> None:
        """A rule made from Django's is the one that counts."""
        with override_settings(MIDDLEWARE=[*WITHOUT[:2], f"{__name__}.Counting", *WITHOUT[2:]]):
            asked.clear()
            for method, path in UNSAFE:
                asked.clear()
                assert self.send(method, path).status_code == 403
                assert asked == [path, path], "on the way in, where our view is exempt, and by the view"

    def test_who_keeps_its_token_itself_needs_none_of_djangos(self) -> None:
        """Nothing that a browser adds to such a request counts, so ours is enough."""
        wanted = RIGHT | {"transport": "bearer"}
        assert post(self.client, "/auth/sign-in", wanted, **CROSS).status_code == 403
        answer = post(self.client, "/auth/sign-in", wanted)
        assert answer.status_code == 200
        assert COOKIE not in self.client.cookies
        assert post(self.client, "/auth/step-up", {"password": "right"}, **bearer(answer)).status_code == 200

    def test_a_bearer_is_asked_by_neither_where_we_guard(self) -> None:
        issued = bearer(post(self.client, "/auth/sign-in", RIGHT | {"transport": "bearer"}))
        for path in ("/guarded", "/aguarded"):
            assert self.client.post(path, **issued, **CROSS).status_code == 200, path
        self.client.force_login(self.ada)
        for path in ("/guarded", "/aguarded"):
            assert self.client.post(path).status_code == 403, path
            assert self.client.post(path, **issued).status_code == 200, path
            assert self.client.post(path, HTTP_AUTHORIZATION="Basic YTpi").status_code == 403, path
        assert self.client.post("/basket", {"item": "tea"}, **issued).status_code == 403, (
            "the cookie decides there"
        )

    def test_a_form_signs_in_with_its_token(self) -> None:
        token = self.token()["HTTP_X_CSRFTOKEN"]
        form = RIGHT | {"csrfmiddlewaretoken": token, "next": "/me"}
        answer = self.client.post("/auth/sign-in", form, "application/x-www-form-urlencoded")
        assert answer.status_code == 403, "the test client sends a dict as multipart"
        text = "&".join(f"{name}={value}" for name, value in form.items())
        answer = self.client.post("/auth/sign-in", text, "application/x-www-form-urlencoded")
        assert (answer.status_code, answer["Location"]) == (303, "/me")
        assert self.client.get("/me").content == b"ada"
        assert self.client.cookies["csrftoken"].value != token, "signing in changes it, as login() does"
        answer = self.client.post(
            "/auth/sign-out", form | {"csrfmiddlewaretoken": self.token()["HTTP_X_CSRFTOKEN"]}
        )
        assert answer.status_code == 415, "multipart, which Django's rule has read"

    def test_what_django_refuses_in_views_is_told_as_ours(self) -> None:
        with override_settings(CSRF_FAILURE_VIEW="rescind.django.csrf_failure"):
            self.client.force_login(self.ada)
            answer = self.client.post("/guarded")
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
            assert COOKIE not in answer.cookies
            page = self.client.post("/guarded", HTTP_ACCEPT="text/html")
            assert page["Content-Type"] == "text/html; charset=utf-8"
            assert b"403 Forbidden" in page.content

    @override_settings(CSRF_USE_SESSIONS=True)
    def test_a_token_in_the_session_makes_no_visit(self) -> None:
        assert self.client.get("/auth/session").status_code == 401
        assert not self.client.cookies
