"""``guarantee=bounded("30s")``: while the authority is away memory answers, says how old it is, and on no
other route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Depends, WebSocket
from starlette.responses import StreamingResponse
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect
from tests.fastapi.shop import Shop
from tests.sessions.test_memory import AWAY

from rescind import ConfigurationError, StoreUnavailable
from rescind.asgi.connection import Connection
from rescind.fastapi import Session, bounded

STALE = "rescind-stale"


@pytest.fixture
def shop(shop: Shop) -> Shop:
    auth = shop.auth
    half_a_minute: Any = Depends(auth.require(guarantee=bounded("30s")))
    finance: Any = Depends(auth.require(guarantee=bounded("30s"), role="finance"))
    ten: Any = Depends(auth.require(guarantee=bounded("10s")))
    immediate: Any = Depends(auth.require())

    @shop.app.get("/menu")
    async def menu(session: Session[int] = half_a_minute) -> int:
        return session.principal_id

    @shop.app.get("/menu/finance")
    async def of_finance(session: Session[int] = finance) -> int:
        return session.principal_id

    @shop.app.get("/both")
    async def both(one: Session[int] = half_a_minute, other: Session[int] = immediate) -> int:
        return one.principal_id + other.principal_id

    @shop.app.get("/stricter")
    async def stricter(one: Session[int] = half_a_minute, other: Session[int] = ten) -> int:
        return one.principal_id + other.principal_id

    maybe, strict = Depends(auth.optional()), Depends(auth.require(strict=True))

    @shop.app.get("/and-maybe")
    async def and_maybe(one: Session[int] = half_a_minute, _: Session[int] | None = maybe) -> int:
        return one.principal_id

    @shop.app.get("/and-strict")
    async def and_strict(one: Session[int] = half_a_minute, _: Session[int] = strict) -> int:
        return one.principal_id

    @shop.app.websocket("/echo")
    async def echo(socket: WebSocket, session: Session[int] = half_a_minute) -> None:
        await socket.accept()
        while True:
            await socket.send_text(f"{session.principal_id}: {await socket.receive_text()}")

    @shop.app.get("/feed")
    async def feed(session: Session[int] = half_a_minute) -> StreamingResponse:
        async def parts() -> Any:
            yield b"one"

        return StreamingResponse(parts())

    return shop


@pytest.fixture
def away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The authority goes away under a worker that has memory, and comes back by ``undo()``."""
    shop.auth.core.worker.renew(register=True)
    shop.auth.core.keeper.ensure = lambda: None  # type: ignore[method-assign]

    def gone(*_: Any, **__: Any) -> None:
        raise StoreUnavailable("gone")

    def in_doubt(*_: Any) -> bool:
        return False

    with monkeypatch.context() as patch:
        shop.gone = lambda: [  # type: ignore[attr-defined]
            patch.setattr(shop.auth.core.store, name, in_doubt if name == "unchanged" else gone)
            for name in AWAY
        ]
        yield patch


def go_away(shop: Shop, seconds: float) -> None:
    shop.gone()  # type: ignore[attr-defined]
    shop.clock.advance(seconds=seconds)


def test_it_answers_from_memory_and_says_how_old_it_is(shop: Shop, away: pytest.MonkeyPatch) -> None:
    browser = shop.browser()
    answer = browser.get("/menu")
    assert (answer.status_code, STALE in answer.headers) == (200, False)
    go_away(shop, 11.5)
    refused = browser.get("/me")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "1"
    assert "set-cookie" not in refused.headers, "the cookie stays"
    answer = browser.get("/menu")
    assert (answer.status_code, answer.json(), answer.headers[STALE]) == (200, 7, "12")
    assert "cookie" in answer.headers["vary"].lower()
    assert browser.get("/feed").headers[STALE] == "12"
    away.undo()
    answer = browser.get("/menu")
    assert (answer.status_code, STALE in answer.headers) == (200, False)


def test_never_longer_than_it_says(shop: Shop, away: pytest.MonkeyPatch) -> None:
    browser = shop.browser()
    browser.get("/me")
    go_away(shop, 29.9)
    assert browser.get("/menu").headers[STALE] == "30"
    shop.clock.advance(seconds=0.2)
    assert browser.get("/menu").status_code == 503


@pytest.mark.parametrize(
    "path", ["/me", "/both", "/stricter", "/maybe", "/strict", "/and-maybe", "/and-strict"]
)
def test_every_guard_of_a_route_is_asked(shop: Shop, away: pytest.MonkeyPatch, path: str) -> None:
    browser = shop.browser()
    browser.get("/me")
    go_away(shop, 15)
    answer = browser.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert STALE not in answer.headers


def test_a_strict_guard_that_was_answered_is_believed(shop: Shop, away: pytest.MonkeyPatch) -> None:
    """The authority came back between two guards of one route: what was read now is not stale."""
    browser = shop.browser()
    browser.get("/me")
    go_away(shop, 15)
    bounded_guard, check = shop.auth.require(guarantee=bounded("30s")), Connection.check_strictly

    async def back(connection: Connection) -> Any:
        assert connection.age is not None, f"{bounded_guard} came first"
        away.undo()
        shop.auth.core.outage.answered()
        return await check(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "check_strictly", back)
        answer = browser.get("/and-strict")
    assert (answer.status_code, STALE in answer.headers) == (200, False)


def test_a_socket_that_was_accepted_from_memory_ends_with_its_session(
    shop: Shop, away: pytest.MonkeyPatch
) -> None:
    browser = shop.browser()
    browser.get("/me")
    go_away(shop, 5)
    with browser.websocket_connect("/echo") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "7: hello"
        assert len(shop.auth.core.streams) == 1
        away.undo()
        shop.auth.core.outage.answered()
        assert shop.auth.revoke(principal=7, reason="left").state == "final"
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 4001


def test_a_socket_that_was_refused_is_not_kept_in_mind(shop: Shop, away: pytest.MonkeyPatch) -> None:
    browser = shop.browser()
    browser.get("/me")
    go_away(shop, 31)
    with pytest.raises(WebSocketDenialResponse), browser.websocket_connect("/echo"):
        pass
    assert len(shop.auth.core.streams) == 0


def test_roles_are_judged_as_always(shop: Shop, away: pytest.MonkeyPatch) -> None:
    browser = shop.browser()
    browser.get("/me")
    go_away(shop, 5)
    assert browser.get("/menu/finance").status_code == 403


def test_who_was_ended_before_is_refused(shop: Shop, away: pytest.MonkeyPatch) -> None:
    browser, other = shop.browser(), shop.browser()
    assert browser.get("/me").status_code == other.get("/me").status_code == 200
    shop.auth.revoke(principal=7, reason="left")
    go_away(shop, 5)
    assert {browser.get("/menu").status_code, other.get("/menu").status_code} <= {401, 503}


def test_who_is_not_in_memory_and_who_shows_nothing(shop: Shop, away: pytest.MonkeyPatch) -> None:
    token = shop.start().token
    go_away(shop, 5)
    assert shop.program(token).get("/menu").status_code == 503
    assert shop.browser(None).get("/menu").status_code == 401
    assert shop.program("nonsense").get("/menu").status_code == 401
    assert shop.browser(None).get("/public").status_code == 200


def test_receipts_say_that_such_routes_are_outside_of_the_promise(shop: Shop) -> None:
    shop.start()
    receipt = shop.auth.revoke(principal=7, reason="left")
    assert any("guarantee=bounded(...)" in said and "30 s" in said for said in receipt.outside)
    assert not any("bounded" in said for said in Shop().auth.revoke(principal=7, reason="left").outside)


def test_the_same_arguments_are_the_same_guard(shop: Shop) -> None:
    one = shop.auth.require(guarantee=bounded("30s"))
    assert one is shop.auth.require(guarantee=bounded(30))
    assert one is not shop.auth.require()
    with pytest.raises(ConfigurationError, match="choose one"):
        shop.auth.require(guarantee=bounded("30s"), strict=True)
