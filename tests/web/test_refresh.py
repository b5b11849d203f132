"""Refreshing as browsers and programs see it, and what signed tokens change on the other routes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.web.site import PASSWORD, Browser, Site, body_of, cookies

from rescind.cli.signing_keys.new import make
from rescind.errors import StoreUnavailable
from rescind.model.session import Session
from rescind.testing import FakeClock
from rescind.testing.threads import race
from rescind.transport.message import Response
from rescind.web.settings import WebSettings
from rescind.web.surface import routes_of

DAY = 86400
TABS = 20
SECRETS = ["a first secret of at least 32 bytes", "0123456789abcdef" * 2]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site(FakeClock(), session_model="jwt")
    yield made
    made.auth.close()


@pytest.fixture
def ada(site: Site) -> Browser:
    """A browser in which ada (principal 7) is signed in."""
    browser = site.browser()
    assert browser.sign_in().status == 200
    return browser


@pytest.fixture
def program(site: Site) -> dict[str, Any]:
    """What a program got when it signed in as ada."""
    return body_of(site.browser().sign_in(transport="bearer"))


def code_of(response: Response) -> tuple[int, str]:
    return response.status, body_of(response)["code"]


def taken_away(response: Response) -> set[str]:
    """Names of the cookies that the answer clears."""
    return {cookie.partition("=")[0] for cookie in cookies(response) if "Max-Age=0" in cookie}


BOTH = {"__Host-rescind", "__Host-rescind-refresh"}


# -- signing in ----------------------------------------------------------------------------------------------


def test_a_browser_gets_two_cookies_that_last_as_long_as_the_session(site: Site) -> None:
    browser = site.browser()
    response = browser.sign_in()
    access, refreshing = cookies(response)
    assert set(access.split("; ")[1:]) == {
        f"Max-Age={30 * DAY}",
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
    }
    assert refreshing.startswith("__Host-rescind-refresh=rsc_r_")
    assert set(refreshing.split("; ")[1:]) == {
        f"Max-Age={30 * DAY}",
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Strict",
    }
    assert browser.cookie is not None
    assert browser.refresh is not None
    assert browser.cookie not in response.body.decode()
    assert browser.refresh not in response.body.decode()


def test_a_program_gets_both_tokens_and_no_cookie(site: Site, program: dict[str, Any]) -> None:
    assert program.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "session"}
    assert (program["token_type"], program["expires_in"]) == ("Bearer", 300)
    assert site.session_of(program["access_token"]).principal_id == 7


def test_the_development_cookie_has_a_sister(site: Site) -> None:
    dev = WebSettings.of(Site(FakeClock(), session_model="jwt", cookie="dev").auth.settings)
    assert dev.refresh_cookie is not None
    assert (dev.refresh_cookie.name, dev.refresh_cookie.secure) == ("rescind-dev-refresh", False)


def test_a_sign_in_ends_what_the_browser_carried_even_when_only_the_refresh_token_is_left(
    site: Site, ada: Browser
) -> None:
    (before,) = site.live()
    ada.cookie = None
    assert ada.sign_in().status == 200
    assert before not in site.live()
    assert len(site.live()) == 1


@pytest.mark.parametrize("access", ["signed by an ended key", "junk", "planted twice"])
def test_a_sign_in_ends_what_the_browser_carried_though_nothing_is_to_be_read_of_its_access_token(
    access: str,
) -> None:
    site = Site(FakeClock(), session_model="jwt", secret=SECRETS)
    browser = site.browser()
    browser.sign_in()
    (before,) = site.live()
    if access == "junk":
        browser.cookie = "junk"
    elif access == "planted twice":
        browser.cookie = f"{browser.cookie}; {browser.name}=planted"
    else:
        site.auth.revoke(signing_key=site.auth.jwks()["keys"][0]["kid"], reason="leaked")
    assert browser.sign_in().status == 200
    assert before not in site.live()
    assert len(site.live()) == 1
    site.auth.close()


# -- refreshing ----------------------------------------------------------------------------------------------


def test_a_browser_refreshes_by_its_cookie(site: Site, ada: Browser) -> None:
    old = (ada.cookie, ada.refresh)
    site.clock.advance(seconds=301)
    refused = ada.send("GET", "/session")
    assert code_of(refused) == (401, "refresh")
    assert cookies(refused) == [], "both are needed still"
    response = ada.send("POST", "/refresh")
    assert response.status == 200
    assert body_of(response).keys() == {"session"}
    assert (ada.cookie, ada.refresh) != old
    assert {int(cookie.partition("Max-Age=")[2].partition(";")[0]) for cookie in cookies(response)} == {
        30 * DAY - 301
    }
    assert ada.send("GET", "/session").status == 200


def test_a_program_refreshes_by_its_body(site: Site, program: dict[str, Any]) -> None:
    site.clock.advance(seconds=301)
    plain = Browser(site, headers={})
    plain.bearer = program["access_token"]
    assert code_of(plain.send("GET", "/session")) == (401, "refresh")
    plain.bearer = None
    for send in (partial(plain.json, "POST"), plain.form):
        response = send("/refresh", refresh_token=program["refresh_token"])
        assert response.status == 200
        assert cookies(response) == []
        assert body_of(response)["refresh_token"] != program["refresh_token"]
    plain.bearer = body_of(response)["access_token"]
    assert plain.send("GET", "/session").status == 200


def test_a_form_leads_on(ada: Browser) -> None:
    response = ada.form("/refresh", next="/orders")
    assert (response.status, response.header("location")) == (303, "/orders")
    assert len(cookies(response)) == 2
    assert ada.form("/refresh", next="//evil.example").header("location") == "/"


def test_a_token_in_the_body_leaves_the_browsers_cookies_alone(
    site: Site, ada: Browser, program: dict[str, Any]
) -> None:
    carried = (ada.cookie, ada.refresh)
    for token, status in ((program["refresh_token"], 200), ("rsc_r_junk", 401)):
        response = ada.json("POST", "/refresh", refresh_token=token)
        assert (response.status, cookies(response)) == (status, [])
    assert (ada.cookie, ada.refresh) == carried
    assert len(site.live()) == 2


def test_twenty_tabs_refresh_at_once_and_nobody_is_signed_out(site: Site, ada: Browser) -> None:
    """Asks B1, B2, B4: 20 answers, one live successor, and the losers clear no cookie."""
    tabs = [Browser(site, cookie=ada.cookie, refresh=ada.refresh) for _ in range(TABS)]
    answers = race([partial(tab.send, "POST", "/refresh") for tab in tabs])
    assert {answer.status for answer in answers} == {200}
    assert len({tab.refresh for tab in tabs}) == 1
    assert len({tab.cookie for tab in tabs}) == TABS, "an access token is signed for each"
    assert {taken_away(answer) == set() for answer in answers} == {True}
    for tab in tabs:
        assert tab.send("GET", "/session").status == 200
    assert tabs[7].send("POST", "/refresh").status == 200


def test_reuse_is_sign_in_outside_and_leaves_the_cookies_to_whoever_won(site: Site, ada: Browser) -> None:
    thief = Browser(site, refresh=ada.refresh)
    for _ in range(2):
        assert ada.send("POST", "/refresh").status == 200
    response = thief.send("POST", "/refresh")
    assert code_of(response) == (401, "sign_in")
    assert cookies(response) == []
    assert site.live() == set()
    for path, method in (("/session", "GET"), ("/refresh", "POST")):
        assert code_of(ada.send(method, path)) == (401, "sign_in")
    assert (ada.cookie, ada.refresh) == (None, None), "and then both are gone"


@pytest.mark.parametrize("end", ["ended", "expired", "idle", "disabled", "garbage"])
def test_what_is_over_says_sign_in_and_clears_both_cookies(site: Site, ada: Browser, end: str) -> None:
    site_of: dict[str, Any] = {
        "ended": lambda: site.auth.revoke(principal=7, reason="r"),
        "expired": lambda: site.clock.advance(days=31),
        "idle": lambda: site.clock.advance(days=8),
        "disabled": lambda: site.auth.principals.set(7, active=False, reason="r"),
        "garbage": lambda: setattr(ada, "refresh", "garbage"),
    }
    site_of[end]()
    response = ada.send("POST", "/refresh")
    assert code_of(response) == (401, "sign_in")
    assert taken_away(response) == BOTH


def test_without_a_refresh_token_nothing_is_cleared(site: Site, ada: Browser) -> None:
    ada.refresh = None
    response = ada.send("POST", "/refresh")
    assert code_of(response) == (401, "sign_in")
    assert cookies(response) == []


def test_a_refresh_cookie_sent_twice_is_refused(site: Site, ada: Browser) -> None:
    line = f"__Host-rescind-refresh={ada.refresh}; __Host-rescind-refresh=planted"
    response = Browser(site).send("POST", "/refresh", cookie=line)
    assert code_of(response) == (401, "sign_in")
    assert ada.send("POST", "/refresh").status == 200, "nothing was spent"


def test_another_site_cannot_refresh(site: Site, ada: Browser, program: dict[str, Any]) -> None:
    ada.headers = {"sec-fetch-site": "cross-site"}
    assert code_of(ada.send("POST", "/refresh")) == (403, "csrf")
    assert code_of(ada.json("POST", "/refresh", refresh_token=program["refresh_token"])) == (403, "csrf")
    ada.headers = {"sec-fetch-site": "same-origin"}
    assert ada.send("POST", "/refresh").status == 200


def test_an_outage_spends_nothing_and_clears_nothing(
    site: Site, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as outage:
        outage.setattr(site.auth.core.store, "write", away)
        response = ada.send("POST", "/refresh")
    assert code_of(response) == (503, "unavailable")
    assert response.header("retry-after") is not None
    assert cookies(response) == []
    assert ada.send("POST", "/refresh").status == 200


def test_a_signing_key_that_was_taken_away_signs_no_idle_browser_out(tmp_path: Path) -> None:
    """The documented change of keys: the browser slept while the old one verified."""
    old, new = (key_file(tmp_path / name) for name in ("old.jwk", "new.jwk"))
    url = f"sqlite:///{tmp_path / 'app.db'}"
    settings: dict[str, Any] = {"session_model": "jwt", "secret": SECRETS[:1]}
    site = Site(FakeClock(), url=url, signing_keys=[old, new], **settings)
    browser, lost = site.browser(), site.browser()
    browser.sign_in()
    lost.sign_in()
    lost.refresh = None
    site.auth.close()
    site.clock.advance(hours=1)
    site.deploy(url, signing_keys=[new], **settings)
    refused = browser.send("GET", "/session")
    assert code_of(refused) == (401, "refresh")
    assert cookies(refused) == [], "what refreshes is needed still"
    assert browser.send("POST", "/refresh").status == 200
    assert browser.send("GET", "/session").status == 200
    assert code_of(lost.send("POST", "/refresh")) == (401, "sign_in"), "and nobody is sent round in circles"
    site.auth.close()


def key_file(path: Path) -> str:
    path.touch(mode=0o600)
    path.write_bytes(make("EdDSA")[1])
    return str(path)


# -- the wrong token in the wrong place ----------------------------------------------------------------------


def test_a_refresh_token_sent_as_bearer_is_refused_and_told_where_it_belongs(
    site: Site, program: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = Browser(site, headers={}, bearer=program["refresh_token"])
    guarded = browser.send("GET", "/session")
    assert code_of(guarded) == (401, "sign_in")
    assert guarded.header("www-authenticate") == 'Bearer error="invalid_token"'
    assert "in the body as refresh_token" in body_of(guarded)["detail"]
    told = browser.send("POST", "/refresh")
    assert code_of(told) == (400, "invalid")
    assert "in the body as refresh_token" in body_of(told)["detail"]
    assert program["refresh_token"] not in caplog.text
    browser.bearer = None
    assert browser.json("POST", "/refresh", refresh_token=program["refresh_token"]).status == 200


def test_an_access_token_is_no_refresh_token(site: Site, ada: Browser, program: dict[str, Any]) -> None:
    assert code_of(ada.json("POST", "/refresh", refresh_token=program["access_token"])) == (401, "sign_in")
    ada.refresh = ada.cookie
    assert code_of(ada.send("POST", "/refresh")) == (401, "sign_in")


# -- the other routes ----------------------------------------------------------------------------------------


def test_signing_out_ends_the_family_and_clears_both(site: Site, ada: Browser) -> None:
    copied = Browser(site, cookie=ada.cookie, refresh=ada.refresh)
    response = ada.send("POST", "/sign-out")
    assert response.status == 204
    assert taken_away(response) == BOTH
    assert site.live() == set()
    for path, method in (("/session", "GET"), ("/refresh", "POST")):
        assert code_of(copied.send(method, path)) == (401, "sign_in")


@pytest.mark.parametrize("left", ["an expired access token", "the refresh cookie", "the refresh token"])
def test_signing_out_works_with_what_is_left(
    site: Site, ada: Browser, program: dict[str, Any], left: str
) -> None:
    site.clock.advance(hours=1)
    assert len(site.live()) == 2
    if left == "an expired access token":
        ada.refresh = None
        response = ada.send("POST", "/sign-out")
    elif left == "the refresh cookie":
        ada.cookie = None
        response = ada.send("POST", "/sign-out")
    else:
        plain = Browser(site, headers={})
        response = plain.json("POST", "/sign-out", refresh_token=program["refresh_token"])
    assert response.status == 204
    assert len(site.live()) == 1


def test_another_site_signs_nobody_out_by_the_refresh_cookie(
    site: Site, ada: Browser, program: dict[str, Any]
) -> None:
    """A bearer frees the request of the rule for itself alone."""
    ada.headers, ada.bearer, ada.cookie = {"sec-fetch-site": "cross-site"}, "x", None
    assert ada.send("POST", "/sign-out").status == 204
    assert len(site.live()) == 2


def test_stepping_up_gives_a_family_of_its_own(site: Site, ada: Browser) -> None:
    old = ada.refresh
    site.clock.advance(minutes=4)
    assert ada.json("POST", "/step-up", password=PASSWORD).status == 200
    assert ada.refresh not in (old, None)
    late = Browser(site, cookie=ada.cookie, refresh=old)
    response = late.send("POST", "/refresh")
    assert code_of(response) == (401, "sign_in")
    assert cookies(response) == [], "superseded: the browser has the successor by now"
    assert ada.send("POST", "/refresh").status == 200


def test_ending_ones_own_session_clears_both(site: Site, ada: Browser) -> None:
    (mine,) = body_of(ada.send("GET", "/sessions"))["sessions"]
    assert taken_away(ada.send("DELETE", f"/sessions/{mine['handle']}")) == BOTH
    again = site.browser()
    again.sign_in()
    assert taken_away(again.json("POST", "/sessions/revoke", keep_current=False)) == BOTH


def test_opaque_sessions_have_no_such_route() -> None:
    plain = Site(FakeClock())
    assert "refresh" not in {route.name for route in routes_of(plain.surface.settings)}
    browser = plain.browser()
    assert len(cookies(browser.sign_in())) == 1
    assert browser.send("POST", "/refresh").status == 404
    judged = plain.auth.check(browser.cookie)
    assert isinstance(judged, Session)
    plain.auth.close()
