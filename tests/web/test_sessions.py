"""Seeing and ending one's own sessions, and nobody else's."""

from __future__ import annotations

import pytest
from tests.web.site import Browser, Site, body_of, cleared

from rescind.web.handle import handle_of
from rescind.web.sessions import MAX_REASON, PAGE


def reason_of(site: Site, session_id: str) -> str | None:
    facts = site.auth.core.store.facts(session_id)
    assert facts is not None
    return facts.record.ended_reason


def test_who_since_until_and_with_which_roles(site: Site, ada: Browser) -> None:
    site.auth.principals.set(7, roles=["finance"], tenant="acme", reason="for a test")
    session = site.session_of(str(ada.cookie))
    response = ada.send("GET", "/session")
    assert response.status == 200
    assert body_of(response) == {
        "handle": handle_of(session.id),
        "principal_id": 7,
        "since": session.created_at.isoformat().replace("+00:00", "Z"),
        "until": session.expires_at.isoformat().replace("+00:00", "Z"),
        "auth_time": session.auth_time.isoformat().replace("+00:00", "Z"),
        "method": "password",
        "roles": ["finance"],
        "tenant": "acme",
    }


@pytest.mark.parametrize("path", ["/session", "/sessions"])
def test_nothing_is_shown_without_a_session(site: Site, path: str) -> None:
    response = site.browser().send("GET", path)
    assert (response.status, body_of(response)["code"]) == (401, "sign_in")


def test_a_listing_has_ones_own_sessions_and_no_secret(site: Site, ada: Browser) -> None:
    """V7.5.2, CVE-2020-5224."""
    site.auth.sessions.start(7, method="password", label="Firefox on Linux")
    site.auth.sessions.start(8, method="password", label="somebody else's")
    response = ada.send("GET", "/sessions")
    text = response.body.decode()
    listed = body_of(response)["sessions"]
    mine = site.session_of(str(ada.cookie))
    assert {one["handle"] for one in listed} == {handle_of(one) for one in site.live(7)}
    assert [one["handle"] for one in listed if one["current"]] == [handle_of(mine.id)]
    assert {one["label"] for one in listed} == {None, "Firefox on Linux"}
    assert str(ada.cookie) not in text
    assert not any(session_id in text for session_id in site.live(7) | site.live(8))


def test_a_long_listing_is_whole(site: Site, ada: Browser) -> None:
    for _ in range(PAGE):
        site.auth.sessions.start(7, method="password")
    assert len(body_of(ada.send("GET", "/sessions"))["sessions"]) == PAGE + 1


def test_ending_another_session_of_ones_own(site: Site, ada: Browser) -> None:
    laptop = site.auth.sessions.start(7, method="password")
    response = ada.json("DELETE", f"/sessions/{handle_of(laptop.session.id)}", reason="laptop was stolen")
    assert response.status == 200
    assert body_of(response)["state"] == "final"
    assert body_of(response)["ended"] == {"session": 1}
    assert not cleared(response)
    assert site.code_of(laptop.token) == "revoked"
    assert site.code_of(str(ada.cookie)) is None
    assert reason_of(site, laptop.session.id) == "laptop was stolen"


def test_ending_the_session_that_asks_clears_its_cookie(site: Site, ada: Browser) -> None:
    session = site.session_of(str(ada.cookie))
    copy = str(ada.cookie)
    response = ada.send("DELETE", f"/sessions/{handle_of(session.id)}")
    assert response.status == 200
    assert cleared(response)
    assert site.code_of(copy) == "revoked"
    assert reason_of(site, session.id) == "ended by its owner"


def test_a_handle_of_anybody_else_is_404_as_is_one_that_never_was(site: Site, ada: Browser) -> None:
    bob = site.auth.sessions.start(8, method="password")
    mine = site.session_of(str(ada.cookie))
    ended = site.auth.sessions.start(7, method="password")
    site.auth.sign_out(ended.token)
    answers = [
        ada.send("DELETE", f"/sessions/{handle}")
        for handle in (
            handle_of(bob.session.id),
            bob.session.id,
            mine.id,
            handle_of(ended.session.id),
            "x",
            "é",
            "\udcff",
        )
    ]
    assert {(one.status, one.body) for one in answers} == {(404, answers[0].body)}
    assert site.code_of(bob.token) is None
    assert site.code_of(str(ada.cookie)) is None


@pytest.mark.parametrize("reason", ["a\nb", "x" * (MAX_REASON + 1), "\x1b[2J", "\u202e"])
def test_a_reason_that_could_forge_a_log_line_ends_nothing(site: Site, ada: Browser, reason: str) -> None:
    laptop = site.auth.sessions.start(7, method="password")
    response = ada.json("DELETE", f"/sessions/{handle_of(laptop.session.id)}", reason=reason)
    assert (response.status, body_of(response)["code"]) == (400, "invalid")
    assert site.code_of(laptop.token) is None


def test_signing_out_everywhere_but_here(site: Site, ada: Browser) -> None:
    others = [site.auth.sessions.start(7, method="password") for _ in range(3)]
    bob = site.auth.sessions.start(8, method="password")
    response = ada.send("POST", "/sessions/revoke")
    assert (response.status, body_of(response)["ended"]) == (200, {"session": 3})
    assert not cleared(response)
    assert {site.code_of(one.token) for one in others} == {"revoked"}
    assert site.code_of(str(ada.cookie)) is None
    assert site.code_of(bob.token) is None


def test_signing_out_everywhere(site: Site, ada: Browser) -> None:
    copy = str(ada.cookie)
    response = ada.json("POST", "/sessions/revoke", keep_current=False)
    assert response.status == 200
    assert cleared(response)
    assert site.live() == set()
    assert site.code_of(copy) == "revoked"


def test_a_bearer_that_ends_itself_clears_no_cookie(site: Site) -> None:
    issued = site.auth.sessions.start(7, method="password")
    program = site.browser(bearer=issued.token, headers={})
    response = program.json("POST", "/sessions/revoke", keep_current=False)
    assert (response.status, response.header("set-cookie")) == (200, None)
    assert site.code_of(issued.token) == "revoked"


def test_who_was_ended_between_check_and_order_ends_nothing(
    site: Site, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy in a thief's hands, revoked while its request is under way, must not sign the owner out."""
    phone = site.auth.sessions.start(7, method="password")
    session = site.session_of(str(ada.cookie))
    check = site.auth.check

    def check_then_lose(token: str | None) -> object:
        judged = check(token)
        site.auth.revoke(session=session.id, reason="for a test")
        return judged

    with monkeypatch.context() as patch:
        patch.setattr(site.auth, "check", check_then_lose)
        response = ada.send("POST", "/sessions/revoke")
    assert (response.status, body_of(response)["code"]) == (401, "sign_in")
    assert site.code_of(phone.token) is None
