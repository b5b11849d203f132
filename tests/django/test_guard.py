"""``@require(...)``, ``RequireMixin`` and how a refusal looks, in synchronous and asynchronous views."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, TestCase, override_settings

from rescind.django import RequireMixin, engine, require, revoke
from rescind.errors import ConfigurationError, StoreUnavailable

pytestmark = pytest.mark.usefixtures("site")
HTML = {"HTTP_ACCEPT": "text/html"}
GUARDED = ("/guarded", "/aguarded", "/class", "/aclass")
STOCK = ["django.contrib.sessions.middleware.SessionMiddleware", *settings.MIDDLEWARE[1:]]


class RefusalCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")

    def test_nobody_is_told_to_sign_in(self) -> None:
        for path in GUARDED:
            answer = self.client.get(path)
            assert answer.status_code == 401, path
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["code"] == "sign_in"
            assert answer["WWW-Authenticate"] == "Bearer"
            assert answer["Cache-Control"] == "no-store"
            assert "Cookie" in answer["Vary"]

    def test_a_person_is_sent_to_the_page_that_signs_in(self) -> None:
        for path in GUARDED:
            answer = self.client.get(f"{path}?a=1", **HTML)
            assert (answer.status_code, answer["Location"]) == (303, f"/sign-in?next={path}%3Fa%3D1")
        with override_settings(LOGIN_URL="admin:login"):
            assert self.client.get("/guarded", **HTML)["Location"].startswith("/admin/login/?next=")

    def test_who_has_one_gets_in(self) -> None:
        self.client.force_login(self.ada)
        for path in GUARDED:
            assert self.client.get(path).status_code == 200, path

    def test_a_revoked_session_is_refused_and_its_cookie_taken_away(self) -> None:
        for path in GUARDED:
            self.client.force_login(self.ada)
            revoke(user=self.ada, reason="x")
            answer = self.client.get(path)
            assert answer.status_code == 401, path
            assert answer.cookies["sessionid"].value == ""

    @override_settings(MIDDLEWARE=STOCK)
    def test_requests_under_stock_middleware_leave_nothing_in_the_engine(self) -> None:
        self.client.force_login(self.ada)
        hooks = engine().core.on_fork
        before = len(hooks)
        for path in GUARDED * 3:
            assert self.client.get(path).status_code == 200, path
        assert engine().core.on_fork is hooks
        assert len(hooks) == before

    def test_an_inactive_user_is_refused_though_the_session_goes_on(self) -> None:
        """Changed behind rescind's back: the row is read, as in stock Django."""
        self.client.force_login(self.ada)
        get_user_model().objects.filter(pk=self.ada.pk).update(is_active=False)
        for path in GUARDED:
            assert self.client.get(path).status_code == 401, path

    def test_a_password_changed_behind_our_back_refuses_as_in_stock_django(self) -> None:
        for path in GUARDED:
            self.client.force_login(self.ada)
            get_user_model().objects.filter(pk=self.ada.pk).update(password=f"!{path}")
            assert self.client.get(path).status_code == 401, path
            assert engine().sessions.list(self.ada.pk) == [], (
                "Django flushed it, and so it is over everywhere"
            )
            self.ada.refresh_from_db()

    def test_htmx_is_told_where_to_go(self) -> None:
        answer = self.client.get("/guarded", HTTP_HX_REQUEST="true")
        assert answer.status_code == 401
        assert answer["HX-Redirect"].startswith("/sign-in")


class WishCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)

    def allow(self) -> None:
        self.ada.user_permissions.add(Permission.objects.get(codename="change_user"))

    def test_a_permission_of_django(self) -> None:
        assert self.client.get("/payout").json()["code"] == "forbidden"
        self.allow()
        assert self.client.get("/payout").content == b"paid"

    def test_fresh_asks_to_prove_it_again(self) -> None:
        self.allow()
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
            for path in ("/payout", "/class"):
                answer = self.client.get(path)
                assert answer.status_code == 401, path
                assert answer.json()["code"] == "step_up"
                assert 'error="insufficient_user_authentication"' in answer["WWW-Authenticate"]
                assert "sessionid" not in answer.cookies

    def test_who_signs_in_again_has_proved_it_and_a_copy_has_not(self) -> None:
        """Mutation: the key is kept; the facts do not differ, so nothing is opened, and nobody ever gets
        in."""
        self.allow()
        self.ada.set_password("right")
        self.ada.save()
        self.client.force_login(self.ada)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
            assert self.client.get("/payout").json()["code"] == "step_up"
            thief = Client()
            thief.cookies["sessionid"] = self.client.cookies["sessionid"].value
            self.client.post("/sign-in", {"username": "ada", "password": "right"})
            assert self.client.get("/payout").content == b"paid"
            assert thief.get("/payout").json()["code"] == "sign_in"

    def test_a_role(self) -> None:
        @require(role="finance", strict=True)
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse("ok")

        assert self.asked(view).status_code == 403
        engine().principals.set(self.ada.pk, roles=["finance"], reason="new task")
        assert self.asked(view).status_code == 200

    def asked(self, view: Any) -> HttpResponse:
        from django.contrib.auth.middleware import AuthenticationMiddleware

        from rescind.django.middleware import SessionMiddleware

        request = RequestFactory().get("/")
        request.COOKIES["sessionid"] = self.client.cookies["sessionid"].value
        answer: HttpResponse = SessionMiddleware(AuthenticationMiddleware(view))(request)
        return answer


class AwayCases(TestCase):
    """While the authority cannot be asked: 503, whoever asked it, and no cookie is lost."""

    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)
        self.client.raise_request_exception = False

    def test_every_way_to_ask_is_answered_503(self) -> None:
        def away(*_: Any, **__: Any) -> Any:
            raise StoreUnavailable("it does not answer")

        with pytest.MonkeyPatch.context() as patch:
            for name in ("facts", "load_data", "write", "save_data", "head"):
                patch.setattr(engine().core.store, name, away)
            for path in ("/guarded", "/aguarded", "/me", "/who", "/basket", "/class", "/aclass", "/devices"):
                answer = self.client.get(path)
                assert answer.status_code == 503, path
                assert answer.json()["code"] == "unavailable"
                assert "Retry-After" in answer
                assert "sessionid" not in answer.cookies
            assert self.client.get("/untouched").status_code == 200
            assert Client().get("/me").status_code == 302, "a visitor asks nobody"
        assert self.client.get("/me").content == b"ada"


def test_what_cannot_work_is_said_at_start() -> None:
    with pytest.raises(ConfigurationError, match="with parentheses"):
        require(lambda request: HttpResponse())
    with pytest.raises(ConfigurationError, match=r"app\.codename"):
        require(perm="pay")
    with pytest.raises(ConfigurationError, match="fresh"):
        require(fresh="soon")
    with pytest.raises(ConfigurationError, match="role"):
        type("View", (RequireMixin,), {"require_role": ""})


def test_another_session_engine_is_said(site: None) -> None:
    del site
    with override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"):
        client = Client(raise_request_exception=True)
        with pytest.raises(ConfigurationError, match="SESSION_ENGINE"):
            client.get("/guarded")
