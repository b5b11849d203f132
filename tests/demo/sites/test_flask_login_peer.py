"""Flask-Login as it comes: what a copy of its cookie is worth after each end."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rescind.demo.sites.flask_login_peer import create_app
from rescind.demo.sites.people import People


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    people = People(tmp_path / "people.db")
    people.create()
    return create_app(people, "k" * 32)


def signed_in(app: Flask, user: str = "1") -> FlaskClient:
    browser = app.test_client()
    assert browser.post("/sign-in", json={"user": user}).json == {"user": user}
    return browser


def copy_of(browser: FlaskClient, app: Flask) -> FlaskClient:
    thief = app.test_client()
    cookie = browser.get_cookie("session")
    assert cookie is not None
    thief.set_cookie("session", cookie.value)
    return thief


def test_a_session_names_its_user_and_nobody_is_refused(app: Flask) -> None:
    assert app.test_client().get("/note").status_code == 401
    assert signed_in(app).get("/note").json == {"user": "1", "note": "buy milk"}


def test_sign_out_and_a_new_password_leave_the_copy_alone(app: Flask) -> None:
    browser = signed_in(app)
    thief = copy_of(browser, app)
    assert browser.post("/password", json={"password": "new"}).status_code == 200
    assert thief.get("/note").status_code == 200
    assert browser.post("/sign-out").status_code == 200
    assert browser.get("/note").status_code == 401
    assert thief.get("/note").status_code == 200


def test_a_disabled_account_is_refused_with_the_next_request(app: Flask) -> None:
    thief = copy_of(signed_in(app), app)
    signed_in(app, "admin").post("/disable", json={"user": "1"})
    assert thief.get("/note").status_code == 401
