"""``flask.session`` on the server: read when touched, written by key, never brought back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Response, flash, get_flashed_messages, make_response, session
from tests.flask.shop import ADA, Shop, cleared
from tests.world import calls_of

from rescind.errors import StoreUnavailable
from rescind.testing.flask import Client, client

KEY = "s" * 32


class Cart(Shop):
    """A shop with a cart, and a bell that lets a request wait in its middle."""

    def __init__(self, url: str = "memory://", **config: Any) -> None:
        self.inside, self.go_on = threading.Event(), threading.Event()
        super().__init__(url, **{"RESCIND_DATA": "server", "SECRET_KEY": KEY, **config})

    def routes(self) -> None:
        super().routes()
        app = self.app

        @app.get("/cart")
        def cart() -> dict[str, Any]:
            return dict(session)

        @app.post("/cart/<key>/<value>")
        def put(key: str, value: str) -> str:
            session[key] = value
            return "put"

        @app.post("/cart/<key>")
        def drop(key: str) -> str:
            session.pop(key, None)
            return "dropped"

        @app.post("/slow/<key>/<value>")
        def slow(key: str, value: str) -> str:
            session[key] = value
            self.inside.set()
            assert self.go_on.wait(10)
            return "put"

    def stored(self, who: Client, principal: int = 7) -> dict[str, Any]:
        """What the store has of a client's session."""
        token = who.get_cookie("__Host-rescind")
        assert token is not None
        found = self.engine.check(token.value)
        return self.engine.core.store.load_data(found.id)  # type: ignore[union-attr]


@pytest.fixture
def cart(embedded: str) -> Iterator[Cart]:
    made = Cart(embedded)
    yield made
    made.engine.close()


def test_what_is_put_is_there_on_the_next_request_and_in_no_cookie(cart: Cart) -> None:
    browser = cart.browser()
    answer = browser.post("/cart/tea/3")
    assert [one for one in answer.headers.getlist("set-cookie") if one.startswith("session=")] == []
    assert "Cookie" in answer.headers["vary"]
    assert browser.get("/cart").get_json() == cart.stored(browser) == {"tea": "3"}
    browser.post("/cart/tea")
    assert browser.get("/cart").get_json() == {}


def test_who_does_not_touch_it_costs_nothing_and_who_reads_writes_nothing(
    cart: Cart, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = cart.browser()
    browser.post("/cart/tea/3")
    read = calls_of(monkeypatch, cart.engine.core.store, "load_data")
    written = calls_of(monkeypatch, cart.engine.core.store, "save_data")
    assert browser.get("/me").status_code == 200
    assert (len(read), len(written)) == (0, 0)
    for _ in range(3):
        assert browser.get("/cart").get_json() == {"tea": "3"}
    assert (len(read), len(written)) == (3, 0)
    assert browser.post("/cart/tea/3").status_code == 200
    assert len(written) == 0, "the same value again is no change"


def test_values_that_flask_can_keep_come_back_as_they_were(cart: Cart) -> None:
    values = {
        "pair": ("a", 1),
        "raw": b"\x00\xff",
        "id": UUID(int=7),
        "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "deep": {"list": [1, {"x": None}], "t": (1, (2,))},
        " t": "a key that looks like a tag",
        "ключ": "ж",
    }
    seen: list[dict[str, Any]] = []

    @cart.app.post("/keep")
    def keep() -> str:
        session.update(values)
        return "kept"

    @cart.app.post("/look")
    def look() -> str:
        seen.append(dict(session))
        return "looked"

    browser = cart.browser()
    browser.post("/keep")
    browser.post("/look")
    assert seen == [values]


def test_a_change_inside_of_a_value_is_seen(cart: Cart) -> None:
    @cart.app.post("/append")
    def append() -> str:
        session.setdefault("list", []).append("x")
        return "appended"

    browser = cart.browser()
    for _ in range(3):
        browser.post("/append")
    assert browser.get("/cart").get_json() == {"list": ["x"] * 3}


def test_what_json_cannot_say_is_refused_and_nothing_is_written(cart: Cart) -> None:
    @cart.app.post("/bad")
    def bad() -> str:
        session.update(fine=1, bad=object())
        return "?"

    browser = cart.browser()
    with pytest.raises(TypeError):
        browser.post("/bad")
    assert browser.get("/cart").get_json() == {}


def in_between(cart: Cart, request: Callable[[], Any], then: Callable[[], object]) -> Any:
    """``then`` happens while ``request`` is in its middle; what that answered."""
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(request()))
    thread.start()
    assert cart.inside.wait(10)
    then()
    cart.go_on.set()
    thread.join(10)
    return answers[0]


def test_writers_of_different_keys_both_survive(cart: Cart) -> None:
    issued = cart.start()
    one, two = client(cart.app, issued), client(cart.app, issued)
    in_between(cart, lambda: one.post("/slow/tea/3"), lambda: two.post("/cart/milk/1"))
    assert one.get("/cart").get_json() == {"tea": "3", "milk": "1"}


def test_a_late_write_brings_no_session_back(cart: Cart) -> None:
    """Read, revoke, write: the request that is in flight finishes, and its write is dropped."""
    issued = cart.start()
    browser = client(cart.app, issued)
    answer = in_between(
        cart,
        lambda: browser.post("/slow/tea/3"),
        lambda: cart.engine.revoke(principal=7, reason="left"),
    )
    assert (answer.status_code, cleared(answer)) == (200, True)
    assert cart.engine.core.store.load_data(issued.session.id) == {}
    assert cart.program(issued.token).get("/me").status_code == 401
    assert cart.engine.sessions.list(7) == []


def test_a_late_write_of_a_session_that_went_on_clears_no_cookie(cart: Cart) -> None:
    """The browser may hold the successor by now."""
    issued = cart.start()
    browser = client(cart.app, issued)
    answer = in_between(
        cart, lambda: browser.post("/slow/tea/3"), lambda: cart.engine.sessions.rotate(issued.session)
    )
    assert (answer.status_code, cleared(answer)) == (200, False)


# -- nobody, and who signs in ----------------------------------------------------------------------------


def test_of_nobody_it_is_flasks_own_cookie(cart: Cart) -> None:
    browser = client(cart.app)
    assert "set-cookie" not in browser.get("/cart").headers
    assert browser.post("/cart/tea/3").headers["set-cookie"].startswith("session=")
    assert browser.get("/cart").get_json() == {"tea": "3"}


@pytest.mark.parametrize("by", ["/login/7", "/auth/sign-in"])
def test_with_the_sign_in_it_moves(cart: Cart, by: str) -> None:
    browser = client(cart.app)
    browser.post("/cart/tea/3")
    answer = browser.post(by, json=ADA if by.startswith("/auth") else {})
    assert answer.status_code == 200
    assert browser.get_cookie("session") is None
    assert browser.get("/cart").get_json() == cart.stored(browser) == {"tea": "3"}


def test_a_cookie_that_turns_up_later_is_nobodys(cart: Cart) -> None:
    """Somebody may have planted it: with the sign-in it moves, and at no other time."""
    stranger, browser = client(cart.app), cart.browser()
    stranger.post("/cart/tea/3")
    planted = stranger.get_cookie("session")
    assert planted is not None
    browser.set_cookie("session", planted.value)
    assert browser.get("/cart").get_json() == {}
    browser.post("/cart/milk/1")
    assert browser.get("/cart").get_json() == {"milk": "1"}


def test_flashes_survive_a_redirect_and_are_shown_once(cart: Cart) -> None:
    @cart.app.post("/say")
    def say() -> Response:
        flash("saved", "info")
        return make_response("", 303)

    @cart.app.get("/hear")
    def hear() -> list[Any]:
        return get_flashed_messages(with_categories=True)

    for browser in (cart.browser(), client(cart.app)):
        browser.post("/say")
        assert [browser.get("/hear").get_json() for _ in range(2)] == [[["info", "saved"]], []]


def test_one_person_never_sees_the_cart_of_another(cart: Cart) -> None:
    @cart.app.post("/switch/<int:who>")
    def switch(who: int) -> Response:
        session["said"] = f"{len(session)} before"
        response = make_response("welcome")
        cart.auth.set_cookie(response, cart.auth.sessions.start(who))
        return response

    ada, ben = cart.browser(7), cart.browser(8)
    ada.post("/cart/tea/3")
    assert ben.get("/cart").get_json() == {}
    ada.post("/switch/8")
    assert ada.get("/me").get_json()["you"] == 8
    assert ada.get("/cart").get_json() == {"said": "1 before"}, "what this request has said goes along"
    ada.post("/login/7")
    assert ada.get("/cart").get_json() == {}


def test_without_a_secret_key_nobody_has_one_and_who_is_signed_in_has() -> None:
    cart = Cart(SECRET_KEY=None)
    assert client(cart.app).get("/cart").get_json() == {}
    with pytest.raises(RuntimeError, match="secret key"):
        client(cart.app).post("/cart/tea/3")
    browser = cart.browser()
    browser.post("/cart/tea/3")
    assert browser.get("/cart").get_json() == {"tea": "3"}
    cart.engine.close()


def test_in_async_views(cart: Cart) -> None:
    @cart.app.post("/async")
    async def asynchronous() -> str:
        session["tea"] = session.get("tea", 0) + 1
        return "brewed"

    browser = cart.browser()
    assert browser.post("/async").status_code == browser.post("/async").status_code == 200
    assert browser.get("/cart").get_json() == {"tea": 2}


def test_while_the_store_is_away_it_says_so(cart: Cart, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("unplugged")

    browser = cart.browser()
    browser.get("/me")
    monkeypatch.setattr(cart.engine.core.store, "load_data", away)
    answer = browser.get("/cart")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert browser.get("/me").status_code == 200
