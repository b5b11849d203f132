"""Flask-Login with ``RESCIND_DATA="server"``: what it keeps of somebody lives and ends with their session."""

from __future__ import annotations

from typing import Any

import pytest
from flask import flash, get_flashed_messages, session
from flask_login import login_user, logout_user
from tests.flask.members import NOBODY, Members, User, both, jar, set_by

from rescind.errors import StoreUnavailable
from rescind.testing.flask import client

OURS = "__Host-rescind"


@pytest.fixture
def members(tmp_path: Any) -> Any:
    made = Members(f"sqlite:///{tmp_path / 'app.db'}", RESCIND_DATA="server")

    @made.app.get("/cart")
    def kept() -> dict[str, Any]:
        return {"cart": session.get("cart"), "said": get_flashed_messages()}

    @made.app.post("/switch/<int:who>")
    def switch(who: int) -> dict[str, Any]:
        session["switched"] = True
        login_user(User(who))
        return dict(session)

    @made.app.post("/bye")
    def bye() -> dict[str, Any]:
        flash("before")
        logout_user()
        flash("signed out")
        return dict(session)

    yield made
    made.engine.close()


def test_in_and_out_and_fresh(members: Members) -> None:
    browser = members.browser()
    assert browser.post("/login/7").get_json()["user"] == 7
    assert set(jar(browser)) == {OURS}
    assert (browser.get("/me").json, browser.get("/fresh").text) == (both(7), "fresh")
    assert browser.post("/login/7").get_json()["user"] == 7
    assert browser.get("/fresh").text == "fresh", "also after a sign-in on top of one"
    copied = jar(browser)
    assert browser.post("/logout").json == NOBODY
    thief = members.browser()
    thief.set_cookie(OURS, copied[OURS])
    assert thief.get("/seen").json == browser.get("/seen").json == NOBODY


def test_what_nobody_had_goes_along_and_what_somebody_had_stays(members: Members) -> None:
    browser = members.browser()
    browser.post("/cart")
    browser.post("/login/7")
    assert browser.get("/cart").get_json()["cart"] == 3
    switched = browser.post("/switch/8").get_json()
    assert set(switched) == {"switched", "_user_id", "_fresh", "_id"}
    assert browser.get("/cart").get_json()["cart"] is None
    assert (browser.get("/me").json, browser.get("/fresh").text) == (both(8), "fresh")


def test_what_is_said_at_the_sign_out_is_heard(members: Members) -> None:
    browser = members.browser()
    browser.post("/cart")
    browser.post("/login/7")
    assert set(browser.post("/bye").get_json()) == {"_flashes"}
    assert browser.get("/cart").json == {"cart": None, "said": ["before", "signed out"]}


def test_a_refused_sign_in_changes_nothing(members: Members) -> None:
    browser = members.browser()
    browser.post("/login/7")
    browser.post("/cart")
    members.engine.principals.set(8, active=False, reason="left")
    assert browser.post("/login/8").status_code == 401
    assert (browser.get("/me").json, browser.get("/fresh").text) == (both(7), "fresh")
    assert browser.get("/cart").get_json()["cart"] == 3


def test_pages_that_ask_nothing_are_never_refused(members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flask-Login alone looks into ``flask.session`` after every request."""

    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("unplugged")

    browser, program = members.browser(7), client(members.app)
    program.environ_base["HTTP_AUTHORIZATION"] = "Bearer garbage"
    for name in ("facts", "renew", "load_data"):
        monkeypatch.setattr(members.engine.core.store, name, away)
    for one in (browser, program):
        answer = one.get("/public")
        assert (answer.text, set_by(answer), answer.headers.get("vary")) == ("public", {}, None)
