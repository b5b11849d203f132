"""``remember=True`` is the session's own lifetime; an old ``remember_token`` is good for one session."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from tests.flask.members import NOBODY, Members, both, jar, set_by

from rescind.errors import ConfigurationError

OURS = "__Host-rescind"
TOKEN = "remember_token"
DAY = 86_400


def lasts(answer: Any) -> int | None:
    """``Max-Age`` of our cookie in an answer, ``None``: until the browser closes."""
    words = dict(one.partition("=")[::2] for one in set_by(answer)[OURS].split("; "))
    return int(words["Max-Age"]) if "Max-Age" in words else None


# -- remember=True ---------------------------------------------------------------------------------------


def test_without_remember_the_cookie_goes_with_the_browser(members: Members) -> None:
    answer = members.browser().post("/login/7")
    assert (lasts(answer), TOKEN in set_by(answer)) == (None, False)


def test_remember_keeps_our_cookie_and_writes_none_of_flask_login(members: Members) -> None:
    browser = members.browser()
    answer = browser.post("/login/7?remember")
    assert (lasts(answer), set(jar(browser))) == (30 * DAY, {"session", OURS})
    browser.delete_cookie("session")  # the browser was closed
    assert browser.get("/me").json == both(7)
    assert browser.get("/fresh").status_code == 401


@pytest.mark.parametrize(
    ("how", "config", "days"),
    [
        ("&seconds=86400", {}, 1),
        ("", {"REMEMBER_COOKIE_DURATION": timedelta(days=2)}, 2),
        ("", {"REMEMBER_COOKIE_DURATION": 3 * DAY}, 3),
        ("&seconds=86400", {"REMEMBER_COOKIE_DURATION": 3 * DAY}, 1),
        ("&seconds=864000000", {}, 30),
        ("", {"RESCIND_ABSOLUTE": "8d"}, 8),
    ],
)
def test_a_session_is_remembered_as_long_as_it_lives(how: str, config: dict[str, Any], days: int) -> None:
    """In the browser and on the server: a copy of the cookie does not outlive it."""
    members = Members(**config)
    browser = members.browser()
    assert lasts(browser.post(f"/login/7?remember{how}")) == days * DAY
    (listed,) = members.engine.sessions.list(7)
    assert listed.expires_at - listed.created_at == timedelta(days=days)
    members.engine.close()


def test_remembered_for_no_time_is_an_error_and_signs_nobody_in() -> None:
    members = Members(REMEMBER_COOKIE_DURATION=0)
    with pytest.raises(ConfigurationError, match="REMEMBER_COOKIE_DURATION"):
        members.browser().post("/login/7?remember")
    assert members.engine.principals.list() == []
    members.engine.close()


def test_no_remember_token_is_written_on_each_request_either() -> None:
    members = Members(REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True)
    browser = members.browser()
    for answer in (browser.post("/login/7?remember"), browser.get("/me"), browser.get("/page")):
        assert TOKEN not in set_by(answer)
    members.engine.close()


def test_a_sign_in_takes_an_old_token_away(members: Members) -> None:
    browser = members.remembered("8")
    answer = browser.post("/login/7?remember")
    assert set_by(answer)[TOKEN].startswith(f"{TOKEN}=;")
    assert set(jar(browser)) == {"session", OURS}


# -- an old token ----------------------------------------------------------------------------------------


def test_an_old_token_is_exchanged_once(members: Members) -> None:
    browser, copy = members.remembered("7"), members.remembered("7")
    answer = browser.get("/me")
    assert (answer.json, lasts(answer)) == (both(7), 30 * DAY)
    assert set_by(answer)[TOKEN].startswith(f"{TOKEN}=;")
    assert members.sessions() == 1
    assert browser.get("/me").json == both(7)
    assert browser.get("/fresh").status_code == 401
    assert browser.post("/pay").get_json()["code"] == "step_up", "it proves nothing about now"
    refused = copy.get("/seen")
    assert (refused.json, OURS in set_by(refused)) == (NOBODY, False)
    assert set_by(refused)[TOKEN].startswith(f"{TOKEN}=;")
    assert members.sessions() == 1


def never(members: Members) -> None:
    pass


def had_one(members: Members) -> None:
    members.engine.revoke(session=members.start().session, reason="signed out")


def disabled(members: Members) -> None:
    members.engine.principals.set(7, active=False, reason="left")


def signed_out_everywhere(members: Members) -> None:
    """Of somebody who never had a session here the log knows nothing else."""
    members.engine.revoke(principal=7, reason="a laptop was stolen")


@pytest.mark.parametrize(
    ("before", "user_id"),
    [
        (had_one, "7"),
        (signed_out_everywhere, "7"),
        (disabled, "7"),
        (never, "13"),
        (never, "500"),
        (never, "07"),
        (never, "x"),
        (never, ""),
    ],
)
def test_an_old_token_that_is_not_exchanged(
    members: Members, before: Callable[[Members], None], user_id: str
) -> None:
    before(members)
    known = members.engine.principals.list()
    browser = members.remembered(user_id)
    answer = browser.get("/seen")
    assert (answer.json, set(jar(browser))) == (NOBODY, set())
    assert members.engine.principals.list() == known
    assert members.sessions() == 0


@pytest.mark.parametrize("token", ["7", "7|", "7|abc", "|", "7|\u00e9", "x" * 5000])
def test_a_token_that_is_none(members: Members, token: str) -> None:
    line = {"Cookie": f"{TOKEN}={token}"}
    browser = members.app.test_client(use_cookies=False)
    assert browser.get("/seen", headers=line, base_url="https://localhost").json == NOBODY
    assert members.engine.principals.list() == []


def test_old_tokens_can_be_refused() -> None:
    members = Members(RESCIND_REMEMBER="refuse")
    browser = members.remembered("7")
    assert (browser.get("/seen").json, jar(browser)) == (NOBODY, {})
    assert members.engine.principals.list() == []
    members.engine.close()


CROSS = {"Sec-Fetch-Site": "cross-site"}
PICTURE = {**CROSS, "Sec-Fetch-Dest": "image"}
FRAME = {**CROSS, "Sec-Fetch-Dest": "iframe"}


def test_another_site_neither_acts_with_an_old_token_nor_uses_it_up(members: Members) -> None:
    """Its cookie has no ``SameSite``, and of such a request browsers keep no cookie of ours."""
    browser = members.remembered("7")
    for headers in (CROSS, {**CROSS, "Sec-Fetch-Dest": "document"}):
        assert browser.post("/confirm", headers=headers).location.startswith("/login")
    for headers in (PICTURE, FRAME, CROSS):
        assert browser.get("/seen", headers=headers).json == NOBODY
    assert members.engine.principals.list() == []
    assert TOKEN in jar(browser)
    link = {**CROSS, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert browser.get("/seen", headers=link).json == both(7)


def test_a_page_that_asks_for_many_things_at_once(members: Members) -> None:
    """No error; whoever is not signed in by one answer is by the next request with the cookie of another."""
    at_once = 8
    browsers = [members.remembered("7") for _ in range(at_once)]
    with ThreadPoolExecutor(at_once) as threads:
        answers = list(threads.map(lambda browser: browser.get("/seen"), browsers))
    assert {answer.status_code for answer in answers} == {200}
    signed_in = [browser for browser in browsers if OURS in jar(browser)]
    assert signed_in
    assert len(signed_in) == sum(answer.json == both(7) for answer in answers) == members.sessions()
    assert all(answer.json in (both(7), NOBODY) for answer in answers)
    assert all(browser.get("/me").json == both(7) for browser in signed_in)
    assert len(members.engine.principals.list()) == 1
