"""Flask-Login while the authority is away: nobody is let in, nobody is anonymous, and no error page fails."""

from __future__ import annotations

from typing import Any

import pytest
from flask import render_template_string
from flask_login import logout_user
from tests.flask.members import WHO, Members, both, seen, set_by

from rescind.errors import StoreUnavailable
from rescind.testing.flask import client

OURS = "__Host-rescind"


def unplug(members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("unplugged")

    for name in ("facts", "renew", "head", "standing", "write"):
        monkeypatch.setattr(members.engine.core.store, name, away)


def test_while_the_store_is_away_nobody_is_let_in_and_nobody_is_anonymous(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    @members.app.errorhandler(503)
    def away(_: Exception) -> tuple[str, int]:
        return render_template_string(f"{WHO}: try again"), 503

    browser, remembered = members.browser(7), members.remembered("9")
    unplug(members, monkeypatch)
    for path in ("/me", "/page", "/seen", "/guarded"):
        answer = browser.get(path)
        assert (answer.status_code, answer.text, set_by(answer)) == (503, "nobody: try again", {})
    out = browser.post("/logout")
    assert (out.status_code, OURS in set_by(out)) == (503, False)
    for answer in (members.browser().post("/login/7"), remembered.get("/page")):
        assert (answer.status_code, answer.text, set_by(answer)) == (503, "nobody: try again", {})
    assert members.browser().get("/page").text == "nobody", "of nobody nothing is asked"
    monkeypatch.undo()
    assert browser.get("/me").json == both(7), "nobody was signed out"
    assert remembered.get("/me").json == both(9), "it was not used up"


def test_a_logout_whose_store_goes_away_meanwhile_ends_nothing(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    @members.app.post("/late")
    def late() -> dict[str, Any]:
        before = seen()
        unplug(members, monkeypatch)
        logout_user()
        return before

    browser = members.browser()
    browser.post("/login/7")
    answer = browser.post("/late")
    assert (answer.status_code, answer.get_json()["code"], OURS in set_by(answer)) == (
        503,
        "unavailable",
        False,
    )
    monkeypatch.undo()
    assert browser.get("/me").json == both(7), "and nobody was told that it had"


def test_a_page_that_says_no_does_not_ask_again(members: Members) -> None:
    @members.app.errorhandler(401)
    def no(_: Exception) -> tuple[str, int]:
        return render_template_string(f"{WHO}: sign in"), 401

    program = client(members.app)
    program.environ_base["HTTP_AUTHORIZATION"] = "Bearer garbage"
    assert [program.get(path).text for path in ("/page", "/me", "/guarded")] == ["nobody: sign in"] * 3
    assert program.get("/public").text == "public"
