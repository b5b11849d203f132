"""What is Django's about our routes: transactions, middlewares, where forms lead, limits of bodies."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.core.handlers.asgi import ASGIRequest
from django.core.signals import got_request_exception
from django.db import connections
from django.test import Client, TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.views.debug import ExceptionReporter
from django.views.decorators.debug import sensitive_variables
from tests.django.routes.test_people import RIGHT, bearer, post
from tests.django.test_sessions import COOKIE, client_with

from rescind.django.routes.view import home, read_capped
from rescind.web.body import MAX_BODY_BYTES
from rescind.web.surface import ROUTES

pytestmark = pytest.mark.usefixtures("site")
STOCK = ["django.contrib.sessions.middleware.SessionMiddleware", *settings.MIDDLEWARE[1:]]
FORM = "application/x-www-form-urlencoded"
SECRET = "correct horse battery staple"


class Breaking(BaseBackend):
    """Fails where it has the password in its hands, which it hides itself."""

    @sensitive_variables("password")
    def authenticate(self, request: Any, username: str | None = None, password: str | None = None) -> Any:
        return 1 / 0


class ViewCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada", password="right")

    def test_every_route_has_a_name(self) -> None:
        for route in ROUTES:
            params = {"handle": "x"} if "{" in route.path else {}
            assert reverse(f"rescind:{route.name}", kwargs=params) == f"/auth{route.path.format_map(params)}"

    @override_settings(MIDDLEWARE=STOCK)
    def test_under_djangos_own_session_middleware(self) -> None:
        assert post(self.client, "/auth/sign-in", RIGHT).status_code == 200
        thief = client_with(self.client.cookies[COOKIE].value)
        assert thief.get("/auth/session").status_code == 200
        issued = bearer(post(Client(), "/auth/sign-in", RIGHT | {"transport": "bearer"}))
        for path in ("/guarded", "/aguarded", "/auth/session"):
            assert self.client.get(path, **issued).status_code == 200, path
        assert post(self.client, "/auth/sign-out").status_code == 204
        assert thief.get("/auth/session").status_code == 401

    def test_behind_a_middleware_that_asks_everybody_to_sign_in(self) -> None:
        login_required = "django.contrib.auth.middleware.LoginRequiredMiddleware"
        with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, login_required]):
            issued = bearer(post(self.client, "/auth/sign-in", RIGHT | {"transport": "bearer"}))
            assert self.client.get("/guarded", **issued).content == b"ada"
            assert self.client.get("/untouched").status_code == 302
            assert post(self.client, "/auth/sign-in", RIGHT).status_code == 200
            assert self.client.get("/untouched").status_code == 200

    @override_settings(DEBUG=False, AUTHENTICATION_BACKENDS=[f"{__name__}.Breaking"])
    def test_no_password_is_in_the_report_of_an_error(self) -> None:
        """Mutation: only the body is hidden, which is read into other variables."""
        reports = []

        def report(sender: Any, request: Any, **_: Any) -> None:
            reports.append(ExceptionReporter(request, *sys.exc_info(), is_email=True).get_traceback_html())

        got_request_exception.connect(report)
        try:
            for type_ in ("application/json", FORM):
                body = f"login=ada&password={SECRET}" if type_ == FORM else RIGHT | {"password": SECRET}
                with pytest.raises(ZeroDivisionError):
                    self.client.post("/auth/sign-in", body, content_type=type_)
        finally:
            got_request_exception.disconnect(report)
        assert len(reports) == 2
        for said in reports:
            assert "ZeroDivisionError" in said
            assert SECRET not in said

    def test_where_forms_lead(self) -> None:
        named = {"/in": "/in", "rescind:sign_in": "/auth/sign-in", "no-such-name": "/"}
        for value, leads in (named | {"https://evil.example/": "/", "//evil": "/"}).items():
            with override_settings(LOGIN_REDIRECT_URL=value):
                assert home() == leads
                answer = self.client.post("/auth/sign-in", "login=ada&password=right", FORM)
                assert (answer.status_code, answer["Location"]) == (303, home())

    def test_signing_out_everywhere_keeps_this_one(self) -> None:
        others = [Client() for _ in range(2)]
        for client in (self.client, *others):
            post(client, "/auth/sign-in", RIGHT)
        told = post(self.client, "/auth/sessions/revoke").json()
        assert (told["state"], told["ended"]) == ("final", {"session": 2})
        assert [client.get("/me").status_code for client in (self.client, *others)] == [200, 302, 302]

    def test_one_of_ones_own(self) -> None:
        other = Client()
        for client in (self.client, other):
            post(client, "/auth/sign-in", RIGHT)
        handle = other.get("/auth/session").json()["handle"]
        stranger = Client()
        get_user_model().objects.create_user("bob", password="right")
        post(stranger, "/auth/sign-in", RIGHT | {"login": "bob"})
        assert stranger.delete(f"/auth/sessions/{handle}").status_code == 404
        assert self.client.delete(f"/auth/sessions/{handle}").json()["state"] == "final"
        assert other.get("/me").status_code == 302

    @override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
    def test_a_body_that_is_too_large(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        for client, statuses in ((self.client, {413}), (strict, {403, 413})):
            answer = client.post("/auth/sign-in", "x" * 20_000, FORM)
            assert answer.status_code in statuses

    def test_a_body_in_pieces_is_read_no_further_than_it_may_be(self) -> None:
        """Nobody has said how long it is; Django itself would read all of it."""
        for length, read in ((20, 20), (MAX_BODY_BYTES, MAX_BODY_BYTES), (10**6, MAX_BODY_BYTES + 1)):
            sent = BytesIO(b"a=" + b"x" * (length - 2))
            scope = {
                "type": "http",
                "method": "POST",
                "path": "/",
                "headers": [(b"content-type", FORM.encode())],
            }
            request = ASGIRequest(scope, sent)
            assert len(read_capped(request)) == read
            assert sent.tell() == min(length, MAX_BODY_BYTES + 1)
            assert len(request.POST["a"]) == read - 2, "a token in a form is found"


class AtomicRequestsCases(TransactionTestCase):
    def test_what_was_revoked_is_final_in_the_answer(self) -> None:
        get_user_model().objects.create_user("ada", password="right")
        before = connections["default"].settings_dict["ATOMIC_REQUESTS"]
        connections["default"].settings_dict["ATOMIC_REQUESTS"] = True
        try:
            other, here = Client(), Client()
            for client in (other, here):
                assert post(client, "/auth/sign-in", RIGHT).status_code == 200
            told: Any = post(here, "/auth/sessions/revoke").json()
            assert (told["state"], told["ended"]) == ("final", {"session": 1})
            assert other.get("/me").status_code == 302
        finally:
            connections["default"].settings_dict["ATOMIC_REQUESTS"] = before
