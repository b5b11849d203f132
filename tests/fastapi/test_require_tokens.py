"""``require`` and ``optional`` with signed tokens: an application stays as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Depends, FastAPI, WebSocket
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from tests.fastapi.shop import COOKIE, Shop

from rescind.testing.fastapi import Client, client

REFRESHING = f"{COOKIE}-refresh"
OWN_PAGE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop(session_model="jwt", idle=None)
    yield made
    made.auth.close()


def later(shop: Shop) -> None:
    """The access token has ended, its session has not."""
    shop.clock.advance(seconds=301)


@pytest.mark.parametrize("path", ["/me", "/plain", "/strict", "/maybe"])
@pytest.mark.parametrize("presents", ["cookie", "bearer"])
def test_told_to_refresh_once_and_then_let_in(shop: Shop, path: str, presents: str) -> None:
    issued = shop.start()
    one = client(shop.app, issued) if presents == "cookie" else shop.program(issued.token)
    assert one.get(path).status_code == 200
    later(shop)
    for _ in range(2):
        answer = one.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "refresh")
        assert "set-cookie" not in answer.headers
    if presents == "cookie":
        assert one.post("/auth/refresh", headers=OWN_PAGE).status_code == 200
    else:
        told = client(shop.app).post("/auth/refresh", json={"refresh_token": issued.refresh_token}).json()
        one.headers["Authorization"] = f"Bearer {told['access_token']}"
    assert one.get(path).status_code == 200
    shop.auth.revoke(principal=7, reason="left")
    answer = one.get(path)
    if path == "/maybe" and presents == "cookie":
        assert answer.json() is None
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")


def test_roles_and_freshness_are_asked_as_ever(shop: Shop) -> None:
    browser = shop.browser()
    assert browser.post("/payouts", headers=OWN_PAGE).json()["code"] == "forbidden"
    shop.auth.principals.set(7, roles=["finance"], reason="promoted")
    assert browser.post("/payouts", headers=OWN_PAGE).status_code == 200, "without a new token"
    shop.clock.advance(seconds=299)
    browser.post("/auth/refresh", headers=OWN_PAGE)
    shop.clock.advance(seconds=2)
    assert browser.post("/payouts", headers=OWN_PAGE).json()["code"] == "step_up", "refreshing proves nothing"


def test_a_page_for_everybody_is_shown_to_whoever_could_not_refresh(shop: Shop) -> None:
    browser = shop.browser()
    later(shop)
    page = browser.get("/maybe", headers={"accept": "text/html"})
    assert (page.status_code, page.json()) == (200, None)
    assert browser.get("/maybe").json()["code"] == "refresh", "a script could"


def test_ones_own_sign_in_sets_and_clears_both_cookies(shop: Shop) -> None:
    browser = shop.browser(None)
    answer = browser.post("/login/7")
    assert {line.partition("=")[0] for line in answer.headers.get_list("set-cookie")} == {COOKIE, REFRESHING}
    assert all("Max-Age=2592000" in line for line in answer.headers.get_list("set-cookie"))
    later(shop)
    assert browser.post("/auth/refresh", headers=OWN_PAGE).status_code == 200
    gone = browser.post("/logout", headers=OWN_PAGE)
    assert sum("Max-Age=0" in line for line in gone.headers.get_list("set-cookie")) == 2
    assert browser.get("/me").json()["code"] == "sign_in"


@pytest.mark.parametrize("left", ["both cookies", "the refresh cookie"])
def test_signing_in_again_ends_the_session_whose_access_token_has_ended(shop: Shop, left: str) -> None:
    browser = shop.browser()
    (old,) = shop.auth.sessions.list(7)
    later(shop)
    if left == "the refresh cookie":
        browser.cookies.delete(COOKIE)
    assert browser.post("/login/8").status_code == 200
    assert browser.get("/me").json()["you"] == 8
    assert old.id not in {one.id for one in shop.auth.sessions.list(7)}


@pytest.mark.parametrize("access", ["signed by an ended key", "junk"])
def test_signing_in_again_ends_the_session_of_which_only_the_refresh_cookie_tells(access: str) -> None:
    shop = Shop(session_model="jwt", secret=["a first secret of at least 32 bytes", "0123456789abcdef" * 2])
    browser = shop.browser()
    (old,) = shop.auth.sessions.list(7)
    if access == "junk":
        browser.cookies.set(COOKIE, "junk", domain="testserver.local", path="/")
    else:
        shop.auth.revoke(signing_key=shop.auth.jwks()["keys"][0]["kid"], reason="leaked")
    assert browser.post("/login/8").status_code == 200
    assert browser.get("/me").json()["you"] == 8
    assert old.id not in {one.id for one in shop.auth.sessions.list(7)}
    shop.auth.close()


def test_a_refresh_token_sent_as_bearer_is_told_where_it_belongs(shop: Shop) -> None:
    for path in ("/me", "/maybe"):
        answer = shop.program(str(shop.start().refresh_token)).get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in")
        assert "in the body as refresh_token" in answer.json()["detail"]


def test_a_socket_lives_as_long_as_the_session_and_not_as_the_token(shop: Shop) -> None:
    current = Depends(shop.auth.require())

    @shop.app.websocket("/feed")
    async def feed(socket: WebSocket, session: Any = current) -> None:
        await socket.accept()
        while True:
            await socket.send_text(await socket.receive_text())

    issued = shop.start()
    browser = client(shop.app, issued)
    with browser.websocket_connect("/feed") as socket:
        later(shop)
        socket.send_text("still here")
        assert socket.receive_text() == "still here"
        shop.auth.revoke(session=issued.session, reason="signed out")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
        assert closed.value.code == 4001


def test_the_keys_are_published_where_others_look(shop: Shop) -> None:
    anybody = TestClient(shop.app, base_url="https://testserver")
    answer = anybody.get("/.well-known/jwks.json")
    assert answer.json() == shop.auth.jwks()
    assert answer.headers["cache-control"] == "public, max-age=300"
    by_hand = FastAPI()
    by_hand.include_router(shop.auth.router())
    by_hand.add_middleware(shop.auth.middleware)
    assert TestClient(by_hand).get("/.well-known/jwks.json").json() == shop.auth.jwks()
    plain = Shop()
    assert TestClient(plain.app).get("/.well-known/jwks.json").status_code == 404
    plain.auth.close()


def test_openapi_names_the_route(shop: Shop) -> None:
    assert "/auth/refresh" in shop.app.openapi()["paths"]
    plain = Shop()
    assert "/auth/refresh" not in plain.app.openapi()["paths"]
    plain.auth.close()


def test_an_application_with_a_route_of_that_name_keeps_it() -> None:
    """Opaque sessions have nothing to refresh, so the path is the application's."""
    plain = Shop()

    @plain.app.post("/auth/refresh")
    def refresh() -> str:
        return "mine"

    browser: Client = plain.browser()
    assert browser.post("/auth/refresh", headers=OWN_PAGE).json() == "mine"
    plain.auth.close()
