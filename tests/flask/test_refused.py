"""Refusals: JSON, a page, a redirect or HTMX's header; the application's own handlers; what is no refusal."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Response
from tests.flask.shop import COOKIE, Shop, cleared

from rescind.errors import Refused, StoreUnavailable
from rescind.flask import HTTPRefused
from rescind.testing.flask import client

PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


def test_a_program_gets_json_and_a_person_a_page(shop: Shop) -> None:
    browser = shop.browser(None)
    told = browser.get("/me")
    assert (told.status_code, told.content_type) == (401, "application/problem+json")
    assert told.headers["www-authenticate"] == "Bearer"
    assert told.headers["cache-control"] == "no-store"
    page = browser.get("/me", headers=PAGE)
    assert (page.status_code, page.mimetype) == (401, "text/html")
    assert browser.get("/me", headers={**PAGE, "Authorization": "Bearer x"}).is_json


def test_a_person_is_sent_to_sign_in() -> None:
    shop = Shop(RESCIND_SIGN_IN_URL="/enter")
    browser = client(shop.app)
    answer = browser.get("/me?tab=2", headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/enter?next=/me%3Ftab%3D2")
    piece = browser.get("/me", headers={"HX-Request": "true"})
    assert (piece.status_code, piece.headers["hx-redirect"]) == (401, "/enter")
    assert browser.get("/me").status_code == 401
    shop.engine.close()


def test_the_refused_cookie_is_cleared_and_no_other(shop: Shop) -> None:
    issued = shop.start()
    shop.engine.revoke(session=issued.session.id, reason="x")
    assert cleared(client(shop.app, issued).get("/me"))
    assert not cleared(shop.browser(None).get("/me"))
    assert not cleared(shop.browser().post("/payouts")), "403 says nothing about the session"


def test_handlers_of_the_application_come_first(shop: Shop) -> None:
    seen: list[HTTPRefused] = []

    @shop.app.errorhandler(401)
    def unauthorized(error: HTTPRefused) -> tuple[str, int]:
        seen.append(error)
        return "please sign in", 401

    @shop.app.errorhandler(HTTPRefused)
    def refused(error: HTTPRefused) -> tuple[str, int]:
        return f"refused: {error.refused.code}", error.code or 500

    assert shop.browser(None).get("/me").text == "please sign in"
    assert (seen[0].refused.code, seen[0].code) == ("missing", 401)
    assert isinstance(seen[0].__cause__, Refused)
    assert shop.browser().post("/payouts").text == "refused: insufficient"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refused("revoked", "by hand"), 401, "sign_in"),
        (Refused("overloaded", retry_after=7), 503, "unavailable"),
        (StoreUnavailable("secret host name"), 503, "unavailable"),
    ],
)
def test_errors_of_the_engine_are_answered(shop: Shop, error: Exception, status: int, code: str) -> None:
    @shop.app.post("/raise")
    def raising() -> Response:
        raise error

    browser = shop.browser()
    answer = browser.post("/raise")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert not cleared(answer), "it was not the credential of this request"
    assert "secret host name" not in answer.text
    assert answer.headers.get("retry-after", type=int, default=0) >= (status == 503)
    assert browser.get("/me").status_code == 200


def test_while_the_store_is_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("unplugged")

    browser = shop.browser()
    for name in ("facts", "renew"):
        monkeypatch.setattr(shop.engine.core.store, name, away)
    for path in ("/me", "/strict", "/maybe"):
        answer = browser.get(path)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
        assert not cleared(answer)
    assert client(shop.app).get("/maybe").json == {"you": None}, "of nobody nothing is asked"
    assert browser.get("/public").status_code == 200


def test_a_request_id_that_the_proxy_gave_is_told(shop: Shop) -> None:
    answer = client(shop.app).get("/me", headers={"X-Request-ID": "edge-42"})
    assert answer.get_json()["request_id"] == "edge-42"
    assert shop.app.test_client(use_cookies=False).get("/me", headers={"Cookie": f"{COOKIE}=x"}).json
