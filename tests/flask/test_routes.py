"""Our own routes in an application of Flask; their answers are in the table of all faces (``tests/http``)."""

from __future__ import annotations

import logging

import pytest
from flask import request, url_for
from tests.flask.shop import ADA, COOKIE, PASSWORD, Shop, cleared

from rescind.testing.flask import Client, client


def signed_in(shop: Shop) -> Client:
    browser = shop.browser(None)
    assert browser.post("/auth/sign-in", json=ADA).status_code == 200
    return browser


def token_in(browser: Client) -> str:
    cookie = browser.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def test_a_form_that_somebody_looked_into_before_us(shop: Shop) -> None:
    """As extensions do that look for a token in every form."""
    shop.app.before_request(lambda: request.form.get("csrf_token") and None)
    answer = shop.browser(None).post("/auth/sign-in", data={**ADA, "csrf_token": "x"})
    assert answer.status_code == 303


def test_sign_out_and_replay(shop: Shop) -> None:
    browser = signed_in(shop)
    copy = shop.program(token_in(browser))
    assert copy.get("/me").status_code == 200
    answer = browser.post("/auth/sign-out")
    assert (answer.status_code, answer.data) == (204, b"")
    assert cleared(answer)
    assert browser.get_cookie(COOKIE) is None
    assert copy.get("/me").get_json()["code"] == "sign_in"
    assert browser.post("/auth/sign-out").status_code == 204, "without a session too"


def test_sessions_are_listed_and_ended(shop: Shop) -> None:
    here, phone, other = signed_in(shop), signed_in(shop), shop.browser(8)
    listed = here.get("/auth/sessions").get_json()["sessions"]
    assert sorted(one["current"] for one in listed) == [False, True]
    handle = next(one["handle"] for one in listed if not one["current"])
    foreign = other.get("/auth/session").get_json()["handle"]
    assert here.delete(f"/auth/sessions/{foreign}").status_code == 404
    receipt = here.delete(f"/auth/sessions/{handle}").get_json()
    assert (receipt["state"], receipt["ended"]) == ("final", {"session": 1})
    assert (phone.get("/me").status_code, here.get("/me").status_code) == (401, 200)
    assert here.post("/auth/sessions/revoke", json={}).get_json()["state"] == "final"


def test_step_up(shop: Shop) -> None:
    shop.engine.principals.set(7, roles=["finance"], reason="hired")
    browser = signed_in(shop)
    shop.clock.advance(minutes=6)
    old = token_in(browser)
    assert browser.post("/payouts").get_json()["code"] == "step_up"
    assert browser.post("/auth/step-up", json={"password": "wrong"}).get_json()["code"] == "step_up"
    assert browser.post("/auth/step-up", json={"password": PASSWORD}).status_code == 200
    assert browser.post("/payouts").status_code == 200
    assert shop.program(old).get("/me").status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"login": 1, "password": []}', "application/json", 400),
        (b"login=a&password=b", "text/plain", 415),
        (b"x" * 20_000, "application/json", 413),
        (b"login=" + b"x" * 20_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_bodies_that_cannot_be_read(shop: Shop, body: bytes, content_type: str, status: int) -> None:
    answer = shop.browser(None).post("/auth/sign-in", data=body, content_type=content_type)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_methods_and_own_pages_at_our_paths(shop: Shop) -> None:
    @shop.app.get("/auth/sign-in")
    def page() -> str:
        return "a form"

    browser = signed_in(shop)
    assert browser.get("/auth/sign-in").text == "a form"
    assert browser.get("/auth/sign-out").status_code == browser.options("/auth/sign-out").status_code == 405
    assert browser.get("/auth/nothing").status_code == 404
    assert browser.get("/me").status_code == 200
    with shop.app.test_request_context():
        assert url_for("rescind.sign_in") == "/auth/sign-in"
        assert url_for("rescind.end_session", handle="x") == "/auth/sessions/x"


def test_sign_in_over_plain_http_is_said_once(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    plain = shop.app.test_client()
    with caplog.at_level(logging.WARNING, "rescind"):
        for _ in range(3):
            plain.post("/auth/sign-in", json=ADA, base_url="http://intranet:8000")
            plain.post("/login/7", base_url="http://intranet:8000")
    said = [one.getMessage() for one in caplog.records if "drop this cookie" in one.getMessage()]
    assert len(said) == 1
    assert "intranet" in said[0]


def test_keys_are_published_with_signed_tokens_only(shop: Shop) -> None:
    assert client(shop.app).get("/.well-known/jwks.json").status_code == 404
    tokens = Shop(RESCIND_SESSION_MODEL="jwt", SECRET_KEY="s" * 64)
    browser = signed_in(tokens)
    assert browser.get("/me").get_json()["you"] == 7
    answer = client(tokens.app).get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert "rescind_jwks" in tokens.app.view_functions
    assert browser.post("/auth/refresh").status_code == 200
    tokens.engine.close()
