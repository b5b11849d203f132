"""Django REST Framework by session cookie and by bearer token."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, TestCase, override_settings
from django.urls import path
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from rescind import Session
from rescind.django import engine, revoke
from rescind.django.drf import BearerAuthentication, SessionAuthentication
from rescind.errors import StoreUnavailable

pytestmark = pytest.mark.usefixtures("site")


@api_view(["GET", "POST"])
@authentication_classes([SessionAuthentication, BearerAuthentication])
@permission_classes([IsAuthenticated])
def who(request: Any) -> Response:
    assert isinstance(request.auth, Session)
    seen = request.session.public_id  # of who decides, whatever else came with the request
    assert seen == request.auth.id
    return Response({"user": request.user.get_username(), "session": request.auth.id})


@api_view(["GET"])
@authentication_classes([SessionAuthentication])
@permission_classes([IsAuthenticated])
def of_pages(request: Any) -> Response:
    return Response({"user": request.user.get_username()})


urlpatterns = [path("api", who), path("pages", of_pages)]


@override_settings(ROOT_URLCONF=__name__)
class ApiCases(TestCase):
    def setUp(self) -> None:
        self.ada = get_user_model().objects.create_user("ada")
        self.client.force_login(self.ada)

    def bearer(self, token: str) -> Any:
        return Client().get("/api", HTTP_AUTHORIZATION=f"Bearer {token}")

    def test_the_cookie_until_it_is_revoked(self) -> None:
        assert self.client.get("/api").json()["user"] == "ada"
        revoke(user=self.ada, reason="x")
        answer = self.client.get("/api")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")

    def test_the_cookie_keeps_djangos_rule_against_forged_requests(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies["sessionid"] = self.client.cookies["sessionid"].value
        assert strict.post("/api").status_code == 403
        assert strict.get("/api").status_code == 200

    def test_a_bearer_until_it_is_revoked(self) -> None:
        issued = engine().sessions.start(self.ada.pk, method="api")
        assert self.bearer(issued.token).json() == {"user": "ada", "session": issued.session.id}
        revoke(session=issued.session.id, reason="x")
        assert self.bearer(issued.token).status_code == 401
        assert self.client.get("/api").status_code == 200

    def test_the_key_of_a_session_is_a_bearer_too(self) -> None:
        assert self.bearer(self.client.cookies["sessionid"].value).json()["user"] == "ada"

    def test_beside_a_cookie_a_bearer_decides(self) -> None:
        """Mutation: the cookie is asked first: a request with a bearer that was revoked goes on by it."""
        issued = engine().sessions.start(self.ada.pk, method="api")
        header = {"HTTP_AUTHORIZATION": f"Bearer {issued.token}"}
        for ask in (self.client.get, self.client.post):
            assert ask("/api", **header).json()["session"] == issued.session.id
        revoke(session=issued.session.id, reason="x")
        assert self.client.get("/api", **header).status_code == 401
        for other in ("Basic YTpi", "Bearer"):
            assert self.client.get("/api", HTTP_AUTHORIZATION=other).status_code == 401
        bob = get_user_model().objects.create_user("bob")
        of_bob = {"HTTP_AUTHORIZATION": f"Bearer {engine().sessions.start(bob.pk).token}"}
        assert self.client.get("/api", **of_bob).status_code == 401, "live sessions of two people"
        assert Client().get("/api", **of_bob).json()["user"] == "bob"
        assert self.client.get("/api").json()["user"] == "ada"

    def test_where_no_bearer_is_asked_for_the_cookie_decides(self) -> None:
        assert self.client.get("/pages", HTTP_AUTHORIZATION="Basic YTpi").json()["user"] == "ada"

    def test_its_user_is_read_from_the_row(self) -> None:
        token = engine().sessions.start(self.ada.pk, method="api").token
        key = self.client.cookies["sessionid"].value
        rows = get_user_model().objects.filter(pk=self.ada.pk)
        rows.update(is_active=False)
        assert self.bearer(token).status_code == self.bearer(key).status_code == 401
        rows.update(is_active=True, password="!other")
        assert self.bearer(key).status_code == 401, "its password is another one"
        assert self.bearer(token).status_code == 200, "it was opened without one"
        rows.delete()
        assert self.bearer(token).status_code == 401

    def test_what_is_no_token(self) -> None:
        for header in (
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Basic YTpi",
            "Bearer rsc_a_x",
            "Bearer " + "x" * 9000,
        ):
            answer = Client().get("/api", HTTP_AUTHORIZATION=header)
            assert answer.status_code == 401, header

    def test_while_the_authority_is_away(self) -> None:
        token = engine().sessions.start(self.ada.pk).token

        def away(*_: object, **__: object) -> None:
            raise StoreUnavailable("x")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine().core.store, "facts", away)
            answer = self.bearer(token)
            assert (answer.status_code, answer["Retry-After"]) == (503, "1")
            assert self.client.get("/api").status_code == 503
