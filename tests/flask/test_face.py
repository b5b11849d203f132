"""``init_app``, the cookie, and what a request does for what it revokes."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine
from tests.flask.shop import COOKIE, Shop, cleared
from werkzeug.middleware.proxy_fix import ProxyFix

from rescind.errors import ConfigurationError
from rescind.flask import Rescind, bounded, current_session
from rescind.testing.flask import client, engine_of


def test_init_app_opens_nothing(tmp_path: Path) -> None:
    app = Flask(__name__)
    app.config["RESCIND_URL"] = f"sqlite:///{tmp_path / 'app.db'}"
    before = set(threading.enumerate())
    Rescind().init_app(app)
    assert client(app).get("/auth/session").status_code == 401
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) <= before  # one of an earlier test may have ended meanwhile


def test_twice_and_without(shop: Shop) -> None:
    with pytest.raises(ConfigurationError, match="already"):
        shop.auth.init_app(shop.app)
    other = Flask("other")

    @other.get("/me")
    @shop.auth.require()
    def me() -> str:
        return "in"

    other.testing = True
    with pytest.raises(ConfigurationError, match="not called for the application 'other'"):
        other.test_client().get("/me")


@pytest.mark.parametrize("prefix", ["auth", "/auth/"])
def test_a_prefix_that_is_no_path(prefix: str) -> None:
    with pytest.raises(ConfigurationError, match=f"url_prefix={prefix!r}: a path"):
        Rescind("memory://").init_app(Flask(__name__), url_prefix=prefix)


def test_at_the_root() -> None:
    app = Flask(__name__)
    Rescind("memory://").init_app(app, url_prefix="")
    assert client(app).get("/session").status_code == 401


def test_own_sign_in_and_the_cookie(shop: Shop) -> None:
    browser = shop.browser(None)
    answer = browser.post("/login/7")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=rsc_s_")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert answer.headers["cache-control"] == "no-store"
    assert "Cookie" in answer.headers["vary"]
    assert browser.get("/me").get_json()["you"] == 7
    gone = browser.post("/logout")
    assert cleared(gone)
    assert browser.get("/me").status_code == 401


def test_a_sign_in_ends_the_session_that_the_browser_had(shop: Shop) -> None:
    old = shop.start()
    browser = client(shop.app, old)
    assert browser.post("/login/8").status_code == 200
    assert browser.get("/me").get_json()["you"] == 8
    assert shop.program(old.token).get("/me").status_code == 401


def test_a_form_of_another_site_signs_nobody_in(shop: Shop) -> None:
    answer = shop.browser(None).post("/login/7", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "csrf")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("declared", ["setting", "ProxyFix"])
def test_behind_a_proxy_the_origin_is_that_of_the_browser(declared: str) -> None:
    """Declared to us, or to Werkzeug outside of us; undeclared, forwarded headers are the client's words."""
    setting: dict[str, Any] = {"RESCIND_TRUSTED_PROXIES": ["127.0.0.1"]} if declared == "setting" else {}
    behind, bare = Shop(**setting), Shop()
    if declared == "ProxyFix":
        behind.app.wsgi_app = ProxyFix(behind.app.wsgi_app, x_proto=1, x_host=1)  # type: ignore[method-assign]
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example"}
    for shop, status in ((behind, 200), (bare, 403)):
        plain = {"base_url": "http://10.0.0.7:8000", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
        cookie = {"Cookie": f"{COOKIE}={shop.start().token}", "Origin": "https://shop.example"}
        answer = shop.app.test_client(use_cookies=False).post("/plain", headers=forwarded | cookie, **plain)
        assert answer.status_code == status
        shop.engine.close()


def test_who_acts_is_who_is_signed_in(shop: Shop) -> None:
    shop.engine.principals.set(1, roles=["admin"], reason="founder")
    issued = shop.start(1)
    ended: list[Any] = []
    heard = threading.Event()
    shop.engine.core.worker.renew(register=True)  # what comes after the first read is news
    shop.engine.on_revoked(ended.append)
    shop.engine.on_revoked(lambda _: heard.set())
    assert client(shop.app, issued).post("/people/7/leave").get_json()["state"] == "final"
    assert heard.wait(5)
    assert ended[0].initiator == f"session:{issued.session.id}"


def test_answers_depend_on_the_cookie_only_if_they_do(shop: Shop) -> None:
    issued = shop.start()
    assert "Cookie" in client(shop.app, issued).get("/me").headers["vary"]
    assert "vary" not in shop.program(issued.token).get("/me").headers
    assert "vary" not in client(shop.app, issued).get("/public").headers


def test_a_thousand_requests_of_nobody_write_nothing(shop: Shop) -> None:
    def rows() -> tuple[int, int, int]:
        engine = shop.engine
        return len(engine.sessions.list(7)), len(engine.principals.list()), engine.mark().seq

    before, crawler = rows(), shop.browser(None)
    for path in ("/public", "/maybe", "/me", "/auth/session", "/nothing"):
        for _ in range(200):
            assert "set-cookie" not in crawler.get(path).headers
    assert rows() == before
    assert not shop.engine.core.worker.registered


# -- in the application's own transaction ----------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["commit", "rollback", "teardown"])
def test_what_a_transaction_revokes_is_final_before_the_answer_leaves(tmp_path: Path, outcome: str) -> None:
    shop = Shop(f"sqlite:///{tmp_path / 'app.db'}")
    database = create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    left: list[Any] = []
    issued = shop.start(8)

    @shop.app.post("/fire")
    @shop.auth.require()
    def fire() -> dict[str, Any]:
        connection = database.connect()
        receipt = shop.auth.revoke(principal=8, reason="fired", connection=connection)
        left.extend([receipt, connection])
        if outcome == "teardown":  # as Flask-SQLAlchemy's users do who commit when the request is over
            return {"state": receipt.state}
        (connection.commit if outcome == "commit" else connection.rollback)()
        connection.close()
        return {"state": receipt.state}

    @shop.app.teardown_request
    def end(_: BaseException | None) -> None:
        if left and outcome == "teardown":
            left[1].commit()
            left[1].close()

    assert client(shop.app, issued).get("/me").status_code == 200
    assert shop.browser(7).post("/fire").status_code == 200
    assert left[0].state == ("void" if outcome == "rollback" else "final")
    answer = client(shop.app, issued).get("/me")
    assert answer.status_code == (200 if outcome == "rollback" else 401)
    database.dispose()
    shop.engine.close()


# -- bounded ---------------------------------------------------------------------------------------------


def test_bounded_is_judged_by_the_lease_of_each_application() -> None:
    auth = Rescind("memory://", lease="5s")
    auth.require(guarantee=bounded("3s"))
    with pytest.raises(ConfigurationError, match="name a longer time"):
        auth.init_app(Flask("early"))
    late = Rescind("memory://", lease="5s")
    late.init_app(Flask("late"))
    with pytest.raises(ConfigurationError, match="name a longer time"):
        late.require(guarantee=bounded("3s"))


# -- development -----------------------------------------------------------------------------------------


def test_the_development_cookie(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "rescind"):
        shop = Shop(RESCIND_COOKIE="dev")
    assert sum("for development only" in one.getMessage() for one in caplog.records) == 1
    browser = client(shop.app)
    assert browser.post("/login/7").headers["set-cookie"].startswith("rescind-dev=")
    assert browser.get("/me").status_code == 200
    with pytest.raises(ConfigurationError, match='cookie="dev"'):
        browser.get("/me", base_url="https://localhost")
    shop.engine.close()


def test_no_session_of_flask_is_touched(shop: Shop) -> None:
    """No secret key is set: whoever touches ``flask.session`` would fail."""
    assert shop.app.secret_key is None
    browser = shop.browser()
    assert browser.get("/me").status_code == 200
    assert [one for one in browser.get("/me").headers.getlist("set-cookie") if "session=" in one] == []
    assert engine_of(shop.app) is shop.engine
    with shop.app.test_request_context():
        assert not current_session
