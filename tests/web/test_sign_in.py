"""Signing in, out, and proving it again, as a browser and as a program see it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from tests.web.site import PASSWORD, Browser, Site, body_of, cleared

from rescind.errors import ConfigurationError, Overloaded, Refused, StoreUnavailable
from rescind.testing import FakeClock

DAY = 86400


def test_json_answers_with_a_cookie_and_no_secret(site: Site) -> None:
    browser = site.browser()
    response = browser.sign_in()
    assert response.status == 200
    assert browser.cookie is not None
    attributes = set(str(response.header("set-cookie")).split("; ")[1:])
    assert attributes == {f"Max-Age={30 * DAY}", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"}
    assert response.header("cache-control") == "no-store"
    assert "Cookie" in str(response.header("vary"))
    session = site.session_of(browser.cookie)
    assert body_of(response)["session"]["principal_id"] == session.principal_id == 7
    assert browser.cookie not in response.body.decode()
    assert session.id not in response.body.decode()


def test_bearer_answers_with_the_token_and_no_cookie(site: Site) -> None:
    response = site.browser().sign_in(transport="bearer")
    told = body_of(response)
    assert response.header("set-cookie") is None
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 30 * DAY)
    assert site.session_of(told["access_token"]).principal_id == 7


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/orders?page=2", "/orders?page=2"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_a_form_leads_to_next_on_this_origin(site: Site, target: str | None, location: str) -> None:
    browser = site.browser()
    fields = {"login": "ada@example.com", "password": PASSWORD} | ({} if target is None else {"next": target})
    response = browser.form("/sign-in", **fields)
    assert (response.status, response.header("location"), response.body) == (303, location, b"")
    assert browser.cookie is not None
    assert site.session_of(browser.cookie).principal_id == 7


def test_every_cause_of_a_refusal_looks_the_same(site: Site) -> None:
    """ASVS 6.3.8. The cookie of an earlier sign-in is left alone, whatever it is worth."""
    site.auth.principals.set(8, active=False, reason="for a test")
    site.auth.sessions.start(9, method="other")
    answers = []
    for cookie in (None, "worthless"):
        for name, password in (
            ("ada", "wrong"),
            ("nobody", PASSWORD),
            ("bob", PASSWORD),
            ("\u202e", "x"),
            ("", ""),
        ):
            browser = site.browser(cookie=cookie)
            answers.append(browser.sign_in(name, password))
            assert browser.cookie == cookie
    assert {(one.status, one.headers, one.body) for one in answers} == {
        (answers[0].status, answers[0].headers, answers[0].body)
    }
    assert answers[0].status == 401
    assert body_of(answers[0])["code"] == "sign_in"


@pytest.mark.parametrize("sent", [{}, {"authorization": "Basic YTpi"}, {"authorization": "Negotiate abc"}])
def test_a_sign_in_from_another_site_is_refused(site: Site, sent: dict[str, str]) -> None:
    """Login CSRF: the victim would work in the attacker's account. What browsers send by themselves is no
    bearer."""
    browser = site.browser(headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"} | sent)
    response = browser.sign_in()
    assert (response.status, body_of(response)["code"]) == (403, "csrf")
    assert response.header("set-cookie") is None
    assert site.live() == set()


def test_signing_in_again_ends_the_session_that_the_cookie_held(site: Site, ada: Browser) -> None:
    """V7.2.4, for the same person and for another. Who loses the race leaves the new cookie alone."""
    for name, principal in (("ada", 7), ("bob", 8)):
        before = ada.cookie
        assert before is not None
        assert ada.sign_in(name).status == 200
        assert ada.cookie != before
        assert site.session_of(str(ada.cookie)).principal_id == principal
        assert site.code_of(before) == "superseded"
        late = site.browser(cookie=before)
        response = late.send("GET", "/session")
        assert response.status == 401
        assert response.header("set-cookie") is None


def test_both_happen_in_one_transaction(site: Site, ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault after the sign-in cannot leave the old session, and a copy of its cookie, alive."""
    monkeypatch.setattr(site.auth, "revoke", failing(StoreUnavailable("gone")))
    before = str(ada.cookie)
    assert ada.sign_in("bob").status == 200
    assert site.code_of(before) == "superseded"


def test_a_session_is_named_after_the_browser(site: Site) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    for agent, label in {firefox: "Firefox on Linux", "\x1b[31mevil": None}.items():
        browser = site.browser(headers={"sec-fetch-site": "same-origin", "user-agent": agent})
        assert browser.sign_in().status == 200
        (mine,) = [one for one in body_of(browser.send("GET", "/sessions"))["sessions"] if one["current"]]
        assert mine["label"] == label


def test_a_failed_sign_in_ends_nothing(site: Site, ada: Browser) -> None:
    assert ada.sign_in("ada", "wrong").status == 401
    assert site.code_of(str(ada.cookie)) is None


def test_a_bearer_sign_in_leaves_the_browser_alone(site: Site, ada: Browser) -> None:
    assert ada.sign_in("bob", transport="bearer").status == 200
    assert site.session_of(str(ada.cookie)).principal_id == 7


def test_the_development_cookie_is_refused_where_it_may_not_be(site: Site) -> None:
    development = Site(FakeClock(), cookie="dev")
    assert development.browser(scheme="http", host="localhost:8000").sign_in().status == 200
    signed_in = development.live()
    with pytest.raises(ConfigurationError, match="HTTPS"):
        development.browser(scheme="https").sign_in()
    assert development.live() == signed_in
    assert development.browser(scheme="https").sign_in(transport="bearer").status == 200
    development.auth.close()


def test_a_cookie_that_the_browser_will_drop_is_said_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    quiet = [("https", "other.example"), ("http", "localhost:8000"), ("http", "notes.localhost")]
    with caplog.at_level(logging.WARNING, logger="rescind.web"):
        for scheme, host in [("http", "shop.example:8000"), ("http", "shop.example"), *quiet]:
            assert site.browser(scheme=scheme, host=host).sign_in().status == 200
    (record,) = caplog.records
    assert record.message.startswith("sign-in over plain HTTP for shop.example: the browser will drop")


def failing(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "retry_after"),
    [(Overloaded("the queue is full", retry_after=3), "3"), (StoreUnavailable("gone"), "1")],
)
def test_no_capacity_is_503(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception, retry_after: str
) -> None:
    monkeypatch.setattr(site.auth, "sign_in", failing(error))
    response = site.browser().sign_in()
    assert (response.status, response.header("retry-after")) == (503, retry_after)


def test_signing_out_ends_the_session_and_clears_the_cookie(site: Site, ada: Browser) -> None:
    copy = str(ada.cookie)
    response = ada.send("POST", "/sign-out")
    assert (response.status, response.body) == (204, b"")
    assert cleared(response)
    assert site.code_of(copy) == "revoked"
    assert site.browser(cookie=copy).send("GET", "/session").status == 401


@pytest.mark.parametrize("cookie", [None, "worthless", ""])
def test_signing_out_without_a_session_is_204_too(site: Site, cookie: str | None) -> None:
    response = site.browser(cookie=cookie).send("POST", "/sign-out")
    assert response.status == 204
    assert cleared(response)


def test_signing_out_by_form_leads_to_next(site: Site, ada: Browser) -> None:
    response = ada.form("/sign-out", next="/bye")
    assert (response.status, response.header("location")) == (303, "/bye")
    assert cleared(response)
    assert site.live() == set()


@pytest.mark.parametrize("carries_the_cookie", [True, False])
def test_nobody_is_signed_out_from_another_site(site: Site, ada: Browser, carries_the_cookie: bool) -> None:
    """Also if SameSite kept the cookie back: the answer would clear it all the same."""
    cookie = ada.cookie if carries_the_cookie else None
    foreign = site.browser(cookie=cookie, headers={"sec-fetch-site": "cross-site"})
    response = foreign.send("POST", "/sign-out")
    assert response.status == 403
    assert response.header("set-cookie") is None
    assert site.code_of(str(ada.cookie)) is None


def test_a_bearer_is_signed_out_without_touching_a_cookie(site: Site) -> None:
    """CVE-2026-86473: sign-out ignored a bearer."""
    token = body_of(site.browser().sign_in(transport="bearer"))["access_token"]
    response = site.browser(bearer=token, headers={}).send("POST", "/sign-out")
    assert (response.status, response.header("set-cookie")) == (204, None)
    assert site.code_of(token) == "revoked"


@pytest.mark.parametrize(("where", "both"), [("same-origin", True), ("cross-site", False)])
def test_both_credentials_of_a_request_are_signed_out(
    site: Site, ada: Browser, where: str, both: bool
) -> None:
    """But a bearer does not lend the browser's cookie to another site."""
    token = body_of(site.browser().sign_in(transport="bearer"))["access_token"]
    copy = str(ada.cookie)
    response = site.browser(cookie=copy, bearer=token, headers={"sec-fetch-site": where}).send(
        "POST", "/sign-out"
    )
    assert response.status == 204
    assert site.code_of(token) == "revoked"
    assert (site.code_of(copy) == "revoked") is both
    assert cleared(response) is both


def test_a_credential_that_cannot_be_read_is_no_success(site: Site, ada: Browser) -> None:
    response = ada.send("POST", "/sign-out", authorization="Basic YTpi")
    assert response.status == 401
    assert response.header("set-cookie") is None
    assert site.code_of(str(ada.cookie)) is None


def test_a_sign_out_that_did_not_happen_keeps_the_cookie(
    site: Site, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(site.auth, "sign_out", failing(StoreUnavailable("gone")))
        response = ada.send("POST", "/sign-out")
    assert response.status == 503
    assert response.header("set-cookie") is None
    assert ada.send("POST", "/sign-out").status == 204
    assert site.live() == set()


def test_step_up_replaces_the_session_by_a_fresh_one(site: Site, ada: Browser) -> None:
    before = str(ada.cookie)
    old = site.session_of(before)
    site.clock.advance(hours=2)
    response = ada.json("POST", "/step-up", password=PASSWORD)
    assert response.status == 200
    new = site.session_of(str(ada.cookie))
    assert new.auth_time - old.auth_time == timedelta(hours=2)
    assert new.expires_at == old.expires_at
    assert f"Max-Age={30 * DAY - 7200};" in str(response.header("set-cookie"))
    assert site.code_of(before) == "superseded"
    assert body_of(response)["session"]["auth_time"] == new.auth_time.isoformat().replace("+00:00", "Z")


def test_step_up_of_a_bearer_answers_with_the_new_token(site: Site) -> None:
    token = body_of(site.browser().sign_in(transport="bearer"))["access_token"]
    response = site.browser(bearer=token, headers={}).json("POST", "/step-up", password=PASSWORD)
    told = body_of(response)
    assert response.header("set-cookie") is None
    assert site.session_of(told["access_token"]).principal_id == 7
    assert site.code_of(token) == "superseded"


def test_a_step_up_that_fails_leaves_the_session_as_it_was(site: Site, ada: Browser) -> None:
    """RFC 9470."""
    response = ada.json("POST", "/step-up", password="wrong")
    assert (response.status, body_of(response)["code"]) == (401, "step_up")
    assert 'error="insufficient_user_authentication"' in str(response.header("www-authenticate"))
    assert response.header("set-cookie") is None
    assert site.code_of(str(ada.cookie)) is None


def test_step_up_needs_a_session(site: Site) -> None:
    response = site.browser().json("POST", "/step-up", password=PASSWORD)
    assert (response.status, body_of(response)["code"]) == (401, "sign_in")


def test_a_form_that_fails_shows_a_person_a_page(site: Site) -> None:
    browser = site.browser(headers={"sec-fetch-site": "same-origin", "accept": "text/html"})
    response = browser.form("/sign-in", login="ada@example.com", password="wrong")
    assert response.status == 401
    assert response.header("content-type") == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in str(response.header("content-security-policy"))
    assert response.header("www-authenticate") == "Bearer"


def test_an_inner_cause_never_leaves(site: Site, ada: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it count against the cookie that happened to come along."""
    plain = site.browser().sign_in("ada", "wrong")
    monkeypatch.setattr(
        site.auth, "sign_in", failing(Refused("principal_disabled", "bob was locked by root"))
    )
    for browser in (ada, site.browser(bearer=ada.cookie)):
        response = browser.sign_in()
        assert (response.status, response.headers, response.body) == (plain.status, plain.headers, plain.body)
