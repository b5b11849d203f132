"""Which manager asks us: several applications, several managers, and what was forgotten."""

from __future__ import annotations

import logging

import pytest
from flask import Flask, render_template_string
from flask_login import LoginManager, login_user
from tests.flask.members import NOBODY, WHO, Members, User, both, set_by

from rescind.errors import ConfigurationError
from rescind.flask import Rescind
from rescind.testing.flask import Client, client


def test_one_manager_of_two_applications_and_of_one_without_us() -> None:
    manager = LoginManager()
    one, two = Members(manager=manager), Members(manager=manager)
    browsers = [one.browser(), two.browser()]
    for browser, who in zip(browsers, (7, 8), strict=True):
        assert browser.post(f"/login/{who}").json == {"done": True, **both(who)}
    assert [one.sessions(7), one.sessions(8), two.sessions(7), two.sessions(8)] == [1, 0, 0, 1]
    plain = Flask("plain")
    plain.secret_key = "k" * 32
    manager.init_app(plain)
    plain.add_url_rule("/in", view_func=lambda: str(login_user(User(7), remember=True)), endpoint="in")
    plain.add_url_rule("/page", view_func=lambda: render_template_string(WHO), endpoint="page")
    browser = Client(plain, plain.response_class)
    assert "remember_token" in set_by(browser.get("/in"))
    assert browser.get("/page").text == "7"
    assert [browser.get("/me").json for browser in browsers] == [both(7), both(8)]
    assert browsers[0].post("/logout").json == NOBODY
    assert browsers[1].get("/me").json == both(8)
    for members in (one, two):
        members.engine.close()


def test_a_manager_that_is_none_or_was_not_installed() -> None:
    app = Flask("shop")
    with pytest.raises(ConfigurationError, match="login_manager is a object: pass Flask-Login's"):
        Rescind("memory://").init_app(app, login_manager=object())
    auth, app = Rescind("memory://"), Flask("shop")
    app.testing = True
    auth.init_app(app, login_manager=LoginManager())
    with pytest.raises(ConfigurationError, match=r"'shop' is not the one .* login_manager.init_app\(app\)"):
        client(app).get("/")
    app, manager = Flask("shop"), LoginManager()
    app.testing = True
    auth.init_app(app, login_manager=manager)
    manager.init_app(app)  # afterwards is early enough
    assert client(app).get("/").status_code == 404
    app.login_manager = LoginManager()  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="is not the one"):
        client(app).get("/")


def test_a_manager_without_a_loader_says_so(members: Members) -> None:
    members.manager._user_callback = None
    with pytest.raises(ConfigurationError, match="no user_loader"):
        members.browser().get("/seen")


def test_a_flask_login_of_another_make_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(LoginManager, "_load_user")
    with pytest.raises(ConfigurationError, match="has no _load_user"):
        Members()


def test_a_manager_that_was_changed_by_hand_asks_us_all_the_same() -> None:
    manager = LoginManager()
    manager._load_user = lambda: None
    members = Members(manager=manager)
    assert members.browser(7).get("/me").json == both(7)
    members.engine.close()


@pytest.mark.parametrize("given", [True, False])
def test_flask_login_that_we_were_not_told_of(given: bool, caplog: pytest.LogCaptureFixture) -> None:
    app = Flask("shop")
    manager = LoginManager(app)
    Rescind("memory://").init_app(app, login_manager=manager if given else None)
    app.add_url_rule("/", "home", lambda: "home")
    with caplog.at_level(logging.WARNING, "rescind"):
        for _ in range(2):
            assert client(app).get("/").text == "home"
    said = [one for one in caplog.messages if "'shop' has Flask-Login" in one]
    assert len(said) == (0 if given else 1)


def test_without_us_flask_login_is_what_it_was() -> None:
    """The way back: under the same key its cookies count again, also those that were signed out."""
    with_us = Members()
    browser = with_us.browser()
    browser.post("/login/7")
    copied = browser.get_cookie("session")
    assert copied is not None
    browser.post("/logout")
    for key, who in (("k" * 32, "7"), ("another" * 5, "nobody")):
        plain = Flask("plain")
        plain.secret_key = key
        manager = LoginManager(plain)
        manager.user_loader(with_us.load)
        plain.add_url_rule("/page", view_func=lambda: render_template_string(WHO), endpoint="page")
        thief = Client(plain, plain.response_class)
        thief.set_cookie("session", copied.value)
        assert thief.get("/page").text == who
    with_us.engine.close()
