"""The application's own tests: people are signed in without a hash, time moves, access is ended.

pytest examples/fastapi_app
"""

from __future__ import annotations

import pytest
from examples.fastapi_app.auth import auth as application_auth
from examples.fastapi_app.main import app
from starlette.websockets import WebSocketDisconnect

from rescind.fastapi import Session
from rescind.testing import FakeClock
from rescind.testing.fastapi import client
from rescind.testing.pytest import AsUser, RevokeNow


def test_payout(as_user: AsUser, revoke_now: RevokeNow) -> None:
    alice = as_user(app, 7, roles=["finance"])
    assert alice.post("/payouts").json() == {"paid_by": 7}
    revoke_now(principal=7)
    assert alice.post("/payouts").json()["code"] == "sign_in"


def test_step_up(as_user: AsUser, clock: FakeClock) -> None:
    alice = as_user(app, 8, roles=["finance"])
    clock.advance(minutes=6)
    assert alice.post("/payouts").json()["code"] == "step_up"
    assert alice.get("/me").status_code == 200


def test_only_an_admin_ends_access(as_user: AsUser) -> None:
    bob = as_user(app, 9)
    assert as_user(app, 10).post("/people/9/leave").json()["code"] == "forbidden"
    receipt = as_user(app, 1, roles=["admin"]).post("/people/9/leave").json()
    assert receipt["ended"] == {"session": 1}
    assert bob.get("/me").status_code == 401


def test_feed_is_closed(as_user: AsUser, revoke_now: RevokeNow) -> None:
    with as_user(app, 11).websocket_connect("/feed") as feed:
        feed.send_text("hello")
        assert feed.receive_json() == {"you": 11, "said": "hello"}
        revoke_now(principal=11)
        with pytest.raises(WebSocketDisconnect) as closed:
            feed.receive_json()
        assert closed.value.code == 4001


def test_sign_in_with_the_own_password() -> None:
    with client(app) as browser:  # runs the life cycle, which adds ada
        assert browser.post("/login", data={"name": "ada", "password": "wrong"}).status_code == 401
        good = {"name": "ada", "password": "plum-tractor-nine-lamps"}
        assert browser.post("/login", data=good).status_code == 204
        assert browser.get("/").json() == {"signed_in": True}


def test_without_any_session() -> None:
    app.dependency_overrides[application_auth.require()] = lambda: Session.fake(principal_id=7)
    assert client(app).get("/me").json()["you"] == 7
    app.dependency_overrides.clear()
    assert client(app).get("/me").status_code == 401
