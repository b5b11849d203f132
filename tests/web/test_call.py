"""Two credentials in one request, judged by the real engine (asks M3)."""

from __future__ import annotations

import pytest
from tests.web.site import Browser, Site, body_of

from rescind.errors import Refused
from rescind.model.session import Session
from rescind.transport.bearer import Malformed
from rescind.transport.credential import Presented
from rescind.web.call import resolve


def test_the_bearer_decides(site: Site, ada: Browser) -> None:
    phone = site.auth.sessions.start(7, method="password")
    judged = resolve(site.auth.check, Presented(phone.token, "bearer", ada.cookie))
    assert isinstance(judged, Session)
    assert judged.id == phone.session.id


def test_live_sessions_of_two_principals_are_refused(site: Site, ada: Browser) -> None:
    """CVE-2026-76186."""
    bob = site.auth.sessions.start(8, method="password")
    judged = resolve(site.auth.check, Presented(bob.token, "bearer", ada.cookie))
    assert isinstance(judged, Refused)
    assert judged.code == "malformed"
    response = site.browser(cookie=ada.cookie, bearer=bob.token).send("GET", "/session")
    assert (response.status, response.header("set-cookie")) == (401, None)


@pytest.mark.parametrize("end", ["worthless", "revoked"])
def test_a_cookie_that_is_not_live_is_ignored(site: Site, ada: Browser, end: str) -> None:
    bob = site.auth.sessions.start(8, method="password")
    cookie = str(ada.cookie)
    if end == "revoked":
        site.auth.sign_out(cookie)
    else:
        cookie = "worthless"
    response = site.browser(cookie=cookie, bearer=bob.token).send("GET", "/session")
    assert body_of(response)["principal_id"] == 8


def test_a_bearer_that_is_not_live_never_falls_back_to_the_cookie(site: Site, ada: Browser) -> None:
    bob = site.auth.sessions.start(8, method="password")
    site.auth.sign_out(bob.token)
    for bearer in (bob.token, "worthless"):
        response = site.browser(cookie=ada.cookie, bearer=bearer).send("GET", "/session")
        assert response.status == 401
        assert response.header("www-authenticate") == 'Bearer error="invalid_token"'
        assert response.header("set-cookie") is None


@pytest.mark.parametrize("code", ["store_unavailable", "overloaded"])
def test_a_cookie_that_cannot_be_judged_lets_nobody_in_on_a_guess(
    site: Site, ada: Browser, code: str
) -> None:
    bob = site.auth.sessions.start(8, method="password")

    def check(token: str) -> Session[int] | Refused:
        return Refused(code) if token == ada.cookie else site.session_of(token)  # type: ignore[arg-type]

    judged = resolve(check, Presented(bob.token, "bearer", ada.cookie))
    assert isinstance(judged, Refused)
    assert judged.code == code


def test_what_is_absent_and_what_cannot_be_read(site: Site) -> None:
    absent = resolve(site.auth.check, None)
    unreadable = resolve(site.auth.check, Malformed("Authorization is not Bearer", "bearer"))
    assert isinstance(absent, Refused)
    assert isinstance(unreadable, Refused)
    assert (absent.code, unreadable.code) == ("missing", "malformed")
