"""Flask-Login beside rescind: ``current_user`` is somebody only while a session of ours lives."""

from __future__ import annotations

from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from flask import Blueprint
from flask_login import confirm_login, login_user, logout_user
from tests.flask.members import NOBODY, Members, User, both, jar, seen, set_by

from rescind.errors import ConfigurationError
from rescind.testing.flask import client

OURS = "__Host-rescind"
PAGE = {"Accept": "text/html"}


def presenting(members: Members, cookies: dict[str, str], **headers: str) -> Any:
    """What ``/seen`` says to somebody who has these cookies and no jar."""
    line = "; ".join(f"{name}={value}" for name, value in cookies.items())
    browser = members.app.test_client(use_cookies=False)
    return browser.get("/seen", headers={"Cookie": line, **headers}, base_url="https://localhost").json


# -- signing in ------------------------------------------------------------------------------------------


def test_login_user_opens_a_session_and_both_are_right_at_once(members: Members) -> None:
    browser = members.browser()
    answer = browser.post("/login/7", headers={"User-Agent": "curl/8.5.0"})
    assert answer.json == {"done": True, **both(7)}
    assert browser.get("/me").json == browser.get("/guarded").json == both(7)
    (listed,) = members.engine.sessions.list(7)
    assert (listed.label, listed.method) == ("curl/8.5.0", "password")
    assert answer.headers["cache-control"] == "no-store"
    assert "Cookie" in answer.headers["vary"]


def test_an_inactive_user_is_not_signed_in_unless_forced(members: Members) -> None:
    browser = members.browser()
    assert browser.post("/login/13").json == {"done": False, **NOBODY}
    assert members.engine.principals.get(13) is None
    assert browser.post("/login/13?force").json == {"done": True, "user": None, "session": 13}
    assert members.sessions(13) == 1


def test_the_session_that_the_browser_had_ends(members: Members) -> None:
    browser = members.browser(7)
    old = jar(browser)
    assert browser.post("/login/8").json == {"done": True, **both(8)}
    assert presenting(members, old) == NOBODY
    assert (members.sessions(7), members.sessions(8)) == (0, 1)
    assert browser.post("/login/8").json == {"done": True, **both(8)}
    assert members.sessions(8) == 1


def test_a_form_of_another_site_signs_nobody_in(members: Members) -> None:
    browser = members.browser()
    browser.post("/cart")
    before = jar(browser)
    answer = browser.post("/login/7?remember", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.get_json()["code"], set_by(answer)) == (403, "csrf", {})
    assert members.engine.principals.get(7) is None
    assert (jar(browser), browser.get("/seen").json) == (before, NOBODY)


def test_a_refused_sign_in_leaves_who_was_there(members: Members) -> None:
    browser = members.browser()
    browser.post("/login/7")
    members.engine.principals.set(8, active=False, reason="left")
    answer = browser.post("/login/8")
    assert (answer.status_code, answer.get_json()["code"], set_by(answer)) == (401, "sign_in", {})
    assert browser.get("/fresh").text == "fresh"
    assert browser.get("/me").json == both(7)


def test_an_id_that_is_none_of_ours_names_the_setting() -> None:
    members = Members(principal_id=str)
    assert members.browser().post("/login/7").get_json()["session"] == "7"
    members.engine.close()
    members = Members(principal_id=UUID)
    with pytest.raises(ConfigurationError, match=r"User.get_id\(\) gives no UUID: .*principal_id"):
        members.browser().post("/login/7")
    members.engine.close()


# -- who it is -------------------------------------------------------------------------------------------


def test_flasks_own_cookie_says_nothing_without_a_session(members: Members) -> None:
    browser = members.browser()
    browser.post("/login/7")
    cookies = jar(browser)
    assert set(cookies) == {"session", OURS}
    assert presenting(members, cookies) == both(7)
    assert presenting(members, {"session": cookies["session"]}) == NOBODY
    assert presenting(members, {OURS: cookies[OURS]}) == both(7)
    other = members.browser(8)
    assert presenting(members, {**cookies, OURS: jar(other)[OURS]}) == {"user": None, "session": 8}
    assert members.app.test_client().get("/me").location.startswith("/login")


def test_one_sign_in_serves_several_applications(members: Members) -> None:
    browser = members.browser(7)
    assert browser.get("/me").json == both(7)
    assert members.loaded == ["7"]
    assert browser.get("/me").headers.getlist("set-cookie") == []
    program = client(members.app)
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {members.start(9).token}"
    assert program.get("/me").json == both(9)


def test_a_user_who_is_no_more_or_somebody_else_is_nobody(members: Members) -> None:
    assert members.browser(500).get("/seen").json == {"user": None, "session": 500}
    members.manager.user_loader(lambda _: members.load("8"))
    assert members.browser(7).get("/seen").json == {"user": None, "session": 7}


def test_a_user_of_the_request_loader_counts_only_with_a_session(members: Members) -> None:
    members.manager.request_loader(lambda request: members.load(request.headers.get("X-Api-Key", "99")))
    key = {"X-Api-Key": "7"}
    assert members.browser().get("/seen", headers=key).json == NOBODY
    members.manager._user_callback = None
    assert members.browser(7).get("/seen", headers=key).json == both(7)
    assert members.browser(8).get("/seen", headers=key).json == {"user": None, "session": 8}
    mixed = members.browser()
    mixed.post("/login/8")
    mixed.set_cookie(OURS, members.start(7).token)
    assert mixed.get("/seen", headers=key).json == {"user": None, "session": 7}, "Flask's session is of 8"


def test_a_user_that_was_put_there_counts_only_with_a_session(members: Members) -> None:
    @members.app.before_request
    def by_some_other_means() -> None:
        members.manager._update_request_context_with_user(members.load("7"))

    assert members.browser().get("/seen").json == NOBODY
    assert members.browser(7).get("/seen").json == both(7)
    assert members.browser(8).get("/seen").json == {"user": None, "session": 8}


def test_the_next_request_after_a_revocation_finds_nobody(members: Members) -> None:
    browser = members.browser()
    browser.post("/login/7?remember")
    assert members.engine.revoke(principal=7, reason="left").state == "final"
    assert browser.get("/seen").json == NOBODY
    assert browser.get("/me", headers=PAGE).location == "/login?next=%2Fme"


def test_a_user_does_not_outlive_the_request_in_a_shared_context(members: Members) -> None:
    browser = members.browser()
    with members.app.app_context():
        assert browser.post("/login/7").json == {"done": True, **both(7)}
        members.engine.revoke(principal=7, reason="left")
        assert browser.get("/seen").json == NOBODY


def test_nobody_costs_nothing(members: Members) -> None:
    for path in ("/seen", "/page", "/public", "/login"):
        answer = members.browser().get(path)
        assert set_by(answer) == {}
    assert members.engine.principals.list() == []
    assert members.loaded == []


# -- signing out -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["", "?remember"])
def test_every_cookie_copied_before_logout_is_dead_after_it(members: Members, how: str) -> None:
    browser = members.remembered("7")
    browser.post("/login/7" + how)
    copied = {**jar(browser), "remember_token": members.old_token("7")}
    assert set(copied) == {"session", "remember_token", OURS}
    assert presenting(members, copied) == both(7)
    answer = browser.post("/logout")
    assert answer.json == NOBODY
    assert "Max-Age=0" in set_by(answer)[OURS]
    assert members.sessions() == 0
    for number in (1, 2, 3):
        for some in combinations(copied, number):
            assert presenting(members, {name: copied[name] for name in some}) == NOBODY
    assert browser.get("/seen").json == NOBODY


def test_logout_in_the_request_of_the_login(members: Members) -> None:
    @members.app.post("/there-and-back")
    def there_and_back() -> dict[str, Any]:
        login_user(User(7))
        first = seen()
        logout_user()
        between = seen()
        login_user(User(8))
        return {"first": first, "between": between, "last": seen()}

    browser = members.browser(6)
    answer = browser.post("/there-and-back")
    assert answer.json == {"first": both(7), "between": NOBODY, "last": both(8)}
    assert browser.get("/me").json == both(8)
    assert [members.sessions(one) for one in (6, 7, 8)] == [0, 0, 1]


def test_logout_of_nobody_and_of_a_program(members: Members) -> None:
    assert members.browser().post("/logout").json == NOBODY
    program, browser = client(members.app), members.browser(7)
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {members.start().token}"
    answer = program.post("/logout")
    assert (answer.json, set_by(answer)) == (NOBODY, {})
    assert program.get("/seen").status_code == 401
    assert browser.get("/me").json == both(7)


def test_async_views_sign_in_and_out(members: Members) -> None:
    @members.app.post("/in")
    async def sign_in() -> dict[str, Any]:
        login_user(User(7))
        return seen()

    @members.app.post("/out")
    async def sign_out() -> dict[str, Any]:
        logout_user()
        return seen()

    browser = members.browser()
    assert browser.post("/in").json == browser.get("/me").json == both(7)
    copied = jar(browser)
    assert browser.post("/out").json == NOBODY
    assert presenting(members, copied) == NOBODY


# -- what Flask-Login promises besides -------------------------------------------------------------------


def test_people_are_sent_to_the_same_page(members: Members) -> None:
    def asked(path: str) -> str:
        return str(members.browser().get(path, headers=PAGE).location)

    assert asked("/me") == "/login?next=%2Fme"
    assert asked("/guarded") == "/login?next=/guarded"
    members.manager.login_view = "https://sign-in.example/here"
    assert asked("/guarded") == "https://sign-in.example/here?next=/guarded"
    members.manager.login_view = None
    assert members.browser().get("/guarded", headers=PAGE).status_code == 401
    own = Members(RESCIND_SIGN_IN_URL="/enter")
    assert own.browser().get("/guarded", headers=PAGE).location == "/enter?next=/guarded"
    own.engine.close()


def test_a_blueprint_may_have_a_page_of_its_own(members: Members) -> None:
    blueprint = Blueprint("shop", __name__)
    blueprint.add_url_rule("/shop", "shop", members.auth.require()(lambda: "in"))
    members.app.register_blueprint(blueprint)
    members.manager.blueprint_login_views = {"shop": "/enter-shop"}
    assert members.browser().get("/shop", headers=PAGE).location == "/enter-shop?next=/shop"
    assert members.browser().get("/guarded", headers=PAGE).location == "/login?next=/guarded"


def test_signed_tokens_end_with_their_refresh_token() -> None:
    members = Members(RESCIND_SESSION_MODEL="jwt")
    browser = members.browser()
    assert browser.post("/login/7").get_json()["session"] == 7
    refreshing = browser.get_cookie(f"{OURS}-refresh")
    assert refreshing is not None
    answer = browser.post("/logout")
    assert [set_by(answer)[name].startswith(f"{name}=;") for name in (OURS, refreshing.key)] == [True, True]
    browser.set_cookie(refreshing.key, refreshing.value)
    assert browser.post("/auth/refresh").status_code == 401
    members.engine.close()


def test_who_is_signed_out_while_the_password_is_verified_stays_out(members: Members) -> None:
    @members.app.post("/slowly")
    def slowly() -> dict[str, Any]:
        members.auth.mark()
        members.engine.revoke(principal=7, reason="password changed")  # meanwhile, somewhere else
        login_user(User(7))
        return seen()

    members.start(7)
    browser = members.browser()
    answer = browser.post("/slowly")
    assert (answer.status_code, answer.get_json()["code"], set_by(answer)) == (401, "sign_in", {})
    assert browser.get("/seen").json == NOBODY
    assert browser.post("/login/7").get_json()["user"] == 7


def test_fresh_login_required(members: Members) -> None:
    browser = members.browser()
    browser.post("/login/7?stale")
    assert browser.get("/fresh").status_code == 401
    assert browser.post("/pay").get_json()["code"] == "step_up", "nor is it fresh for require(fresh=...)"
    browser.post("/confirm")
    assert browser.get("/fresh").text == "fresh"
    browser.post("/login/7")
    assert (browser.get("/fresh").text, browser.post("/pay").text) == ("fresh", "paid")
    assert members.browser(7).get("/fresh").status_code == 401, "another application signed them in"


def test_what_was_confirmed_is_confirmed_of_one_person(members: Members) -> None:
    members.app.add_url_rule("/anybody", "anybody", lambda: str(confirm_login()))
    browser = members.browser(7)
    browser.post("/confirm")
    assert browser.get("/fresh").text == "fresh"
    browser.set_cookie(OURS, members.start(8).token)
    assert browser.get("/seen").json == {"user": None, "session": 8}
    stray = members.browser()
    stray.get("/anybody")
    stray.set_cookie(OURS, members.start(8).token)
    assert stray.get("/fresh").status_code == 401


ELSEWHERE = {"User-Agent": "Another/1.0"}


def test_basic_protection_takes_the_freshness(members: Members) -> None:
    browser = members.browser()
    browser.post("/login/7")
    assert browser.get("/fresh").text == "fresh"
    assert browser.get("/me", headers=ELSEWHERE).json == both(7)
    assert browser.get("/fresh", headers=ELSEWHERE).status_code == 401


def test_strong_protection_ends_the_session(members: Members) -> None:
    members.manager.session_protection = "strong"
    browser = members.browser()
    browser.post("/login/7")
    copied = jar(browser)
    assert browser.get("/me").json == both(7)
    assert presenting(members, {OURS: copied[OURS]}) == {"user": None, "session": 7}, "nothing to compare"
    mixed = {**copied, OURS: members.start(8).token, "User-Agent": "Another/1.0"}
    assert presenting(members, mixed) == {"user": None, "session": 8}
    assert members.sessions(8) == 1, "it was not theirs that was taken elsewhere"
    answer = browser.get("/seen", headers=ELSEWHERE)
    assert answer.json == NOBODY
    assert "Max-Age=0" in set_by(answer)[OURS]
    assert members.sessions() == 0
    assert browser.get("/seen").json == presenting(members, copied) == NOBODY
    program = client(members.app)
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {members.start(9).token}"
    assert program.get("/me", headers=ELSEWHERE).json == both(9), "a program has no session of Flask"
