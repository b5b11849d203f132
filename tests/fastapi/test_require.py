"""``require`` and ``optional``: who gets in, what is read at import, how they are overridden."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from tests.fastapi.shop import COOKIE, Shop
from tests.world import calls_of

from rescind.errors import ConfigurationError
from rescind.fastapi import Rescind, Session
from rescind.testing.fastapi import client


def test_signed_in(shop: Shop) -> None:
    browser = shop.browser()
    assert browser.get("/me").json() == {"you": 7, "roles": []}
    assert browser.get("/plain").json() == 7
    assert browser.get("/strict").json() == 7
    assert browser.get("/maybe").json() == 7
    assert shop.program(shop.start().token).get("/me").json()["you"] == 7


def test_nobody(shop: Shop) -> None:
    browser = shop.browser(None)
    for path in ("/me", "/plain", "/strict", "/session"):
        assert browser.get(path).status_code == 401
    assert browser.get("/maybe").json() is None
    assert browser.get("/public").json() == "public"


def test_next_request_after_revocation_is_refused(shop: Shop) -> None:
    browser, program = shop.browser(), shop.program(shop.start().token)
    assert browser.get("/me").status_code == program.get("/me").status_code == 200
    assert shop.auth.revoke(principal=7, reason="left").state == "final"
    for one in (browser, program):
        for path in ("/me", "/plain", "/strict"):
            assert (one.get(path).status_code, one.get(path).json()["code"]) == (401, "sign_in")


def test_role_and_change_of_role(shop: Shop) -> None:
    browser = shop.browser()
    assert browser.post("/payouts").json()["code"] == "forbidden"
    shop.auth.principals.set(7, roles=["finance"], reason="hired")
    assert browser.post("/payouts").status_code == 200
    shop.auth.principals.set(7, roles=[], reason="moved")
    assert browser.post("/payouts").status_code == 403


def test_fresh_is_judged_to_the_second(shop: Shop) -> None:
    shop.auth.principals.set(7, roles=["finance"], reason="hired")
    browser = shop.browser()
    shop.clock.advance(minutes=5)
    assert browser.post("/payouts").status_code == 200
    shop.clock.advance(seconds=1)
    answer = browser.post("/payouts")
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
    assert (
        answer.headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication", max_age=300'
    )
    assert browser.get("/me").status_code == 200


def test_strict_reads_the_authority(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = shop.browser()
    browser.get("/me")
    read = calls_of(monkeypatch, shop.auth.core.checks, "check_strictly")
    browser.get("/me")
    assert read == []
    assert browser.get("/strict").json() == 7
    assert len(read) == 1


# -- optional --------------------------------------------------------------------------------------------


def test_dead_cookie_is_nobody_and_dead_bearer_is_refused(shop: Shop) -> None:
    browser, program = shop.browser(), shop.program(shop.start().token)
    shop.auth.revoke(principal=7, reason="left")
    assert browser.get("/maybe").json() is None
    assert program.get("/maybe").status_code == 401
    assert shop.program("garbage").get("/maybe").status_code == 401


@pytest.mark.parametrize("value", ["Basic YTpi", "Bearer", "Bearer a b", "Negotiate x"])
def test_unreadable_authorization_is_never_nobody(shop: Shop, value: str) -> None:
    browser = shop.browser()
    for path in ("/maybe", "/me"):
        answer = browser.get(path, headers={"Authorization": value})
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
    assert browser.get("/public", headers={"Authorization": value}).status_code == 200


# -- two credentials (asks M3) ---------------------------------------------------------------------------


def test_bearer_decides_and_is_never_skipped(shop: Shop) -> None:
    browser = shop.browser()
    answer = browser.get("/me", headers={"Authorization": "Bearer garbage"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers, "the cookie was not what was refused"


def test_two_people_in_one_request(shop: Shop) -> None:
    browser, other = shop.browser(), shop.start(8)
    answer = browser.get("/me", headers={"Authorization": f"Bearer {other.token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
    assert browser.get("/strict", headers={"Authorization": f"Bearer {other.token}"}).status_code == 401
    same = browser.get("/me", headers={"Authorization": f"Bearer {shop.start().token}"})
    assert same.json()["you"] == 7


def test_cookie_sent_twice(shop: Shop) -> None:
    mine, planted = shop.start().token, shop.start(8).token
    browser = client(shop.app)
    twice = {"Cookie": f"{COOKIE}={planted}; {COOKIE}={mine}"}
    for path in ("/me", "/maybe", "/strict"):
        assert browser.get(path, headers=twice).status_code == 401
    again = {"Cookie": f"{COOKIE}={mine}; {COOKIE}={mine}"}
    assert browser.get("/me", headers=again).json()["you"] == 7


# -- bad input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["x", "rsc_s_", "a" * 1_000_000, "rsc_s_" + "0" * 24 + "." + "A" * 49])
def test_malformed_token_touches_no_store(shop: Shop, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    monkeypatch.setattr(shop.auth.core.store, "facts", lambda *a, **k: read.append(a))
    answer = shop.browser(None).get("/me", headers={"Cookie": f"{COOKIE}={token}"})
    assert (answer.status_code, read) == (401, [])
    assert token not in answer.text


# -- read once, at import --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"fresh": "5 minutes"}, "fresh='5 minutes' is no duration"),
        ({"fresh": -1}, "fresh=-1 is no duration"),
        ({"role": ""}, "role=''"),
        ({"role": ["finance"]}, "name of one role"),
        ({"guarantee": "bounded"}, 'use guarantee="immediate"'),
    ],
)
def test_typo_fails_at_import(given: dict[str, Any], says: str) -> None:
    auth = Rescind("memory://")
    with pytest.raises(ConfigurationError) as error:
        auth.require(**given)
    assert says in str(error.value)


def test_equal_and_hashable() -> None:
    auth, other = Rescind("memory://"), Rescind("memory://")
    assert auth.require() == auth.require()
    assert auth.require(role="a", fresh="5m") == auth.require(role="a", fresh=timedelta(minutes=5))
    assert (
        len({auth.require(), auth.require(), auth.require(role="a"), auth.optional(), auth.optional()}) == 3
    )
    assert auth.require() != auth.require(strict=True)
    assert auth.require() != other.require()
    assert len({auth.require(), auth.optional()}) == 2
    with pytest.raises(AttributeError):
        auth.require().role = "b"  # type: ignore[misc]


def test_overridden_by_any_equal_one(shop: Shop) -> None:
    shop.app.dependency_overrides[shop.auth.require()] = lambda: Session.fake(principal_id=9)
    browser = shop.browser(None)
    assert browser.get("/me").json()["you"] == 9
    assert browser.get("/strict").status_code == 401, "that is another one"
    shop.app.dependency_overrides.clear()
    assert browser.get("/me").status_code == 401


def test_without_install_it_says_so() -> None:
    auth = Rescind("memory://")
    app = FastAPI()
    guard: Any = Depends(auth.require())

    @app.get("/me")
    async def me(session: Session[str] = guard) -> str:
        return session.principal_id

    with pytest.raises(ConfigurationError, match=r"auth\.install\(app\) was not called"):
        TestClient(app).get("/me")


# -- sockets in the test client --------------------------------------------------------------------------


def test_websocket_of_a_guarded_route(shop: Shop) -> None:
    from starlette.testclient import WebSocketDenialResponse
    from starlette.websockets import WebSocket, WebSocketDisconnect

    guard: Any = Depends(shop.auth.require())

    async def feed(socket: WebSocket, session: Session[int] = guard) -> None:
        await socket.accept()
        await socket.send_json(session.principal_id)
        shop.auth.recheck(session)
        await socket.receive_text()
        shop.auth.recheck(session)

    feed.__annotations__["socket"] = WebSocket
    shop.app.add_api_websocket_route("/feed", feed)
    browser = shop.browser()
    with browser.websocket_connect("/feed") as socket:
        assert socket.receive_json() == 7
        shop.auth.revoke(principal=7, reason="left")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 4001
    with pytest.raises(WebSocketDenialResponse) as denied, browser.websocket_connect("/feed"):
        pass
    assert (denied.value.status_code, denied.value.json()["code"]) == (401, "sign_in")


def test_recheck_in_a_handler_answers_as_a_refusal(shop: Shop) -> None:
    guard: Any = Depends(shop.auth.require())
    steps: list[Callable[[], Any]] = []

    async def long(session: Session[int] = guard) -> int:
        for step in steps:
            await step()
        return shop.auth.recheck(session).principal_id

    shop.app.add_api_route("/long", long)
    browser = shop.browser()
    assert browser.get("/long").json() == 7
    steps.append(lambda: shop.auth.aio.revoke(principal=7, reason="left"))
    answer = browser.get("/long")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
