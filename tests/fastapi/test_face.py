"""Hanging the engine into an application: install, life cycle, mounting, the cookie."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI, Response
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from tests.fastapi.shop import COOKIE, Shop, cleared, until

from rescind.errors import ConfigurationError
from rescind.fastapi import Receipt, Rescind, Session
from rescind.testing.fastapi import client


def test_install_does_no_io(tmp_path: Path) -> None:
    auth = Rescind(f"sqlite:///{tmp_path / 'app.db'}")
    auth.install(FastAPI())
    assert list(tmp_path.iterdir()) == []


def test_twice_is_an_error(shop: Shop) -> None:
    with pytest.raises(ConfigurationError, match="called already"):
        shop.auth.install(shop.app)
    with pytest.raises(ConfigurationError, match="called already"):
        Rescind("memory://").install(shop.app)


def test_too_late_is_an_error(shop: Shop) -> None:
    app = FastAPI()
    with TestClient(app):
        pass
    with pytest.raises(ConfigurationError, match="has started"):
        shop.auth.install(app)


@pytest.mark.parametrize("prefix", ["auth", "/auth/", "/"])
def test_prefix_that_is_no_path(prefix: str) -> None:
    with pytest.raises(ConfigurationError, match="prefix="):
        Rescind("memory://").install(FastAPI(), prefix=prefix)


@pytest.mark.parametrize("prefix", ["", "/account", "/a/b"])
def test_other_prefixes(prefix: str) -> None:
    auth, app = Rescind("memory://"), FastAPI()
    auth.install(app, prefix=prefix)
    browser = client(app, auth.sessions.start("ada"))
    assert browser.get(f"{prefix}/session").json()["principal_id"] == "ada"
    assert app.url_path_for("rescind_end_session", handle="x") == f"{prefix}/sessions/x"


def test_under_a_root_path() -> None:
    auth, app = Rescind("memory://"), FastAPI()
    auth.install(app)
    token = auth.sessions.start("ada").token
    browser = TestClient(app, root_path="/api", headers={"Authorization": f"Bearer {token}"})
    for path in ("/auth/session", "/api/auth/session"):
        assert browser.get(path).json()["principal_id"] == "ada"


# -- life cycle ------------------------------------------------------------------------------------------


def lively(events: list[str], url: str = "memory://") -> tuple[FastAPI, Rescind[str]]:
    """An application with a life cycle of its own that needs the engine."""
    auth = Rescind(url)

    @asynccontextmanager
    async def own(_app: FastAPI) -> AsyncIterator[dict[str, int]]:
        issued = await auth.aio.sessions.start("inside")
        events.append("up")
        yield {"answer": 42}
        assert isinstance(auth.check(issued.token), Session), "ours goes last"
        events.append("down")

    app = FastAPI(lifespan=own)
    auth.install(app)
    guard: Any = Depends(auth.require())

    async def me(session: Session[str] = guard) -> str:
        return session.principal_id

    app.add_api_route("/me", me)
    return app, auth


def test_life_cycle_is_composed_and_gives_the_lease_back(tmp_path: Path) -> None:
    events: list[str] = []
    app, auth = lively(events, f"sqlite:///{tmp_path / 'app.db'}")
    with client(app) as browser:
        assert browser.app_state == {"answer": 42}
        browser.cookies.set(COOKIE, auth.sessions.start("ada").token)
        assert browser.get("/me").json() == "ada"
        assert until(lambda: auth.core.worker.registered)
    assert events == ["up", "down"]
    assert not auth.core.worker.registered


def test_life_cycle_runs_again(tmp_path: Path) -> None:
    events: list[str] = []
    app, auth = lively(events, f"sqlite:///{tmp_path / 'app.db'}")
    token = auth.sessions.start("ada").token
    for _ in range(2):
        with client(app) as browser:
            browser.cookies.set(COOKIE, token)
            assert browser.get("/me").json() == "ada"
    assert events == ["up", "down"] * 2


def test_works_without_any_life_cycle() -> None:
    events: list[str] = []
    app, auth = lively(events)
    assert client(app, auth.sessions.start("ada")).get("/me").json() == "ada"
    assert events == []
    auth.close()


def test_the_last_of_two_applications_closes(tmp_path: Path) -> None:
    auth = Rescind(f"sqlite:///{tmp_path / 'app.db'}")
    one, two = FastAPI(), FastAPI()
    auth.install(one)
    auth.install(two)
    guard: Any = Depends(auth.require())

    async def me(session: Session[str] = guard) -> str:
        return session.principal_id

    one.add_api_route("/me", me)
    token = auth.sessions.start("ada")
    with client(one, token) as browser:
        assert browser.get("/me").status_code == 200
        assert until(lambda: auth.core.worker.registered)
        with client(two):
            pass
        assert auth.core.worker.registered, "the other application goes on"
    assert not auth.core.worker.registered


def test_start_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    app = FastAPI()
    Rescind(f"sqlite:///{tmp_path / 'file' / 'app.db'}").install(app)
    with pytest.raises(ConfigurationError, match="file"), TestClient(app):
        pass


def test_mounted_with_its_own_install() -> None:
    """Nobody runs the life cycle of a mounted application; it works all the same."""
    events: list[str] = []
    inner, auth = lively(events)
    outer = FastAPI()
    outer.mount("/inner", inner)
    with client(outer) as browser:
        browser.cookies.set(COOKIE, auth.sessions.start("ada").token)
        assert browser.get("/inner/me").json() == "ada"
        assert browser.get("/inner/auth/session").json()["principal_id"] == "ada"
    assert events == []
    auth.close()


def test_installed_in_both_of_two_mounted_ones(shop: Shop) -> None:
    inner = FastAPI()
    shop.auth.install(inner)
    guard: Any = Depends(shop.auth.require())

    async def me(session: Session[int] = guard) -> int:
        return session.principal_id

    inner.add_api_route("/me", me)
    shop.app.mount("/inner", inner)
    browser = shop.browser()
    assert browser.get("/inner/me").json() == 7
    shop.auth.revoke(principal=7, reason="left")
    assert browser.get("/inner/me").json()["code"] == "sign_in"


def test_several_loops_in_one_process(tmp_path: Path) -> None:
    """Asks F2: nothing is bound to the loop that used it first."""
    auth = Rescind(f"sqlite:///{tmp_path / 'app.db'}")

    async def once(number: int) -> None:
        issued = await auth.aio.sessions.start(f"p{number}")
        assert isinstance(await auth.aio.check(issued.token, strict=True), Session)
        receipt = await auth.aio.revoke(principal=f"p{number}", reason="done")
        assert receipt.state == "final"

    for number in range(3):
        asyncio.run(once(number))
    auth.close()


def test_composed_by_hand() -> None:
    auth = Rescind("memory://", principal_id=int)
    app = FastAPI(
        lifespan=auth.lifespan,
        middleware=[Middleware(auth.middleware)],
        exception_handlers=auth.exception_handlers,
    )
    app.include_router(auth.router("/account"))
    guard: Any = Depends(auth.require())

    async def me(session: Session[int] = guard) -> int:
        return session.principal_id

    app.add_api_route("/me", me)
    with client(app) as browser:
        assert browser.get("/me").json()["code"] == "sign_in"
        browser.cookies.set(COOKIE, auth.sessions.start(7).token)
        assert browser.get("/me").json() == 7
        assert browser.get("/account/session").json()["principal_id"] == 7
        assert browser.head("/account/session").status_code == 200
        assert browser.post("/account/sign-out").status_code == 204
        assert browser.get("/me").status_code == 401


# -- the cookie ------------------------------------------------------------------------------------------


def test_own_sign_in(shop: Shop) -> None:
    browser = shop.browser(None)
    answer = browser.post("/login/7")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "Cookie"
    cookie = answer.headers["set-cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"} <= set(cookie.split("; "))
    assert browser.get("/me").json()["you"] == 7
    gone = browser.post("/logout")
    assert cleared(gone)
    set_with, cleared_with = ({part.partition("=")[0] for part in c.split("; ")[1:]} for c in
                              (cookie, gone.headers["set-cookie"]))  # fmt: skip
    assert cleared_with - {"Expires"} == set_with, "cleared with what it was set with (asks M1)"
    assert browser.get("/me").status_code == 401


def test_signing_in_again_ends_the_session_of_the_same_browser(shop: Shop) -> None:
    browser = shop.browser()
    old = shop.program(browser.cookies[COOKIE])
    assert old.get("/me").status_code == 200
    assert browser.post("/login/8").status_code == 200
    assert browser.get("/me").json()["you"] == 8
    assert old.get("/me").status_code == 401, "a copy of it must not go on (ASVS 7.2.4)"


def test_signing_in_beside_a_bearer_ends_nothing_of_it(shop: Shop) -> None:
    program = shop.program(shop.start().token)
    assert program.post("/login/8").status_code == 200
    assert program.get("/me", headers={"Cookie": ""}).status_code in {200, 401}
    assert len(shop.auth.sessions.list(7)) == 1


def test_login_csrf_of_an_own_route(shop: Shop) -> None:
    answer = shop.browser(None).post("/login/7", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert "set-cookie" not in answer.headers


def test_set_cookie_outside_any_request(shop: Shop) -> None:
    response = Response()
    shop.auth.set_cookie(response, shop.start())
    assert response.headers["set-cookie"].startswith(COOKIE)


def test_dev_cookie(caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop(cookie="dev")
    with caplog.at_level(logging.WARNING), client(shop.app) as browser:
        answer = browser.post("/login/7")
        assert answer.headers["set-cookie"].startswith("rescind-dev=")
        assert "Secure" not in answer.headers["set-cookie"]
        assert browser.get("/me").json()["you"] == 7
    assert any('cookie="dev"' in record.getMessage() for record in caplog.records)


def test_dev_cookie_and_https() -> None:
    shop = Shop(cookie="dev")
    with pytest.raises(ConfigurationError, match="HTTPS"):
        TestClient(shop.app, base_url="https://testserver").get("/public")
    with pytest.raises(ConfigurationError, match="production"):
        Rescind("memory://", cookie="dev", production=True)


def test_dev_cookie_and_https_behind_a_proxy() -> None:
    shop = Shop(cookie="dev", trusted_proxies=["10.0.0.0/8"])
    forwarded = {"X-Forwarded-Proto": "https"}
    with pytest.raises(ConfigurationError, match="HTTPS"):
        TestClient(shop.app, client=("10.0.0.1", 1)).get("/public", headers=forwarded)
    stranger = TestClient(shop.app, client=("203.0.113.9", 1)).get("/public", headers=forwarded)
    assert stranger.status_code == 200, "a stranger's word counts for nothing (asks M4)"


# -- what endpoints return -------------------------------------------------------------------------------


def test_receipt_and_session_are_answers(shop: Shop) -> None:
    admin = shop.browser(1)
    shop.auth.principals.set(1, roles=["admin"], reason="founder")
    shop.start(7)
    receipt: dict[str, Any] = admin.post("/people/7/leave").json()
    assert (receipt["state"], receipt["ended"], receipt["matched"]) == ("final", {"session": 1}, 1)
    assert set(receipt) == set(Receipt("final", "x").to_dict())
    session = admin.get("/session").json()
    assert (session["principal_id"], session["roles"]) == (1, ["admin"])
    assert datetime.fromisoformat(session["created_at"]).tzinfo is not None
    assert datetime.fromisoformat(session["created_at"]) == shop.clock.now().astimezone(UTC)
    assert "token" not in session
    assert "digest" not in session


def test_initiator_is_the_session_that_acts(shop: Shop) -> None:
    shop.auth.principals.set(1, roles=["admin"], reason="founder")
    issued = shop.start(1)
    ended: list[Any] = []
    shop.auth.core.worker.renew(register=True)  # what comes after the first read is news
    shop.auth.on_revoked(ended.append)
    import threading

    heard = threading.Event()
    shop.auth.on_revoked(lambda _entry: heard.set())
    assert client(shop.app, issued).post("/people/7/leave").status_code == 200
    assert heard.wait(5)
    assert ended[0].initiator == f"session:{issued.session.id}"
