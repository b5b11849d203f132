"""The application's own tests: people are signed in without a hash, time moves, access is ended.

pytest examples/flask_app
"""

from __future__ import annotations

from examples.flask_app import people, store
from examples.flask_app.auth import auth
from flask import Flask

from rescind.testing import FakeClock
from rescind.testing.flask import client
from rescind.testing.pytest import AsUser, RevokeNow

PASSWORD = "plum-tractor-nine-lamps"
PAGE = {"Accept": "text/html"}


def test_notes_are_ones_own(app: Flask, as_user: AsUser) -> None:
    ada, bob = as_user(app, 1), as_user(app, 2)
    assert ada.post("/notes", data={"text": "<b>tea"}).status_code == 303
    assert "&lt;b&gt;tea" in ada.get("/").text
    assert ada.get("/api/notes").get_json() == {"notes": [{"id": 1, "text": "<b>tea"}]}
    assert bob.get("/api/notes").get_json() == {"notes": []}


def test_who_is_nobody_is_sent_to_sign_in(app: Flask) -> None:
    answer = client(app).get("/people", headers=PAGE)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/people")


def test_sign_in_with_the_own_password(app: Flask) -> None:
    with app.app_context():
        people.add("ada", PASSWORD, [])
    browser = client(app)
    ada = {"name": "ada", "password": PASSWORD, "next": "/api/notes"}
    assert browser.post("/sign-in", data={**ada, "password": "wrong"}).status_code == 401
    assert browser.post("/sign-in", data={**ada, "name": "nobody"}).status_code == 401
    assert browser.post("/sign-in", data=ada).location == "/api/notes"
    assert "here" in browser.get("/").text
    assert browser.post("/auth/sign-out", data={"next": "/sign-in"}).location == "/sign-in"
    assert browser.get("/").status_code == 401


def test_a_new_password_ends_the_other_sessions(app: Flask, as_user: AsUser) -> None:
    with app.app_context():
        ada = people.add("ada", PASSWORD, []).id
    here, elsewhere = as_user(app, ada), as_user(app, ada)
    new = {"old": PASSWORD, "new": "nine-lamps-plum-tractor"}
    assert here.post("/password", data={**new, "old": "wrong"}).status_code == 403
    assert elsewhere.get("/").status_code == 200
    assert "ended 1 session" in here.post("/password", data=new).text
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 401)
    with app.app_context():
        known = store.get_person(ada)
        assert known is not None
        assert auth.passwords.verify(new["new"], known.password_hash)


def test_only_an_admin_ends_access(app: Flask, as_user: AsUser, clock: FakeClock) -> None:
    bob, admin = as_user(app, 9), as_user(app, 1, roles=["admin"])
    assert bob.get("/people").get_json()["code"] == "forbidden"
    clock.advance(minutes=31)
    assert admin.get("/people").status_code == 200
    assert admin.post("/people/9/leave").get_json()["code"] == "step_up"
    assert "ended 1 session" in as_user(app, 1).post("/people/9/leave").text
    assert bob.get("/").status_code == 401


def test_a_stream_ends_with_its_session(app: Flask, as_user: AsUser, revoke_now: RevokeNow) -> None:
    ada = as_user(app, 1)
    ada.post("/notes", data={"text": "tea"})
    parts = ada.get("/api/notes/stream").iter_encoded()
    assert next(parts) == b'id: 1\ndata: "tea"\n\n'
    revoke_now(principal=1)
    assert list(parts) == []


def test_a_person_is_added_from_the_command_line(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["add-person", "ada", "--role", "admin", "--password", PASSWORD])
    assert done.output == "ada is person 1\n", done.output
    with app.app_context():
        standing = auth.principals.get(1)
    assert standing is not None
    assert standing.roles == ("admin",)
