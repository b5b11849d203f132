"""CSRF, alone and beside Flask-WTF: one of them always acts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g
from flask_wtf.csrf import CSRFProtect, generate_csrf
from tests.flask.shop import ADA, Shop

from rescind.testing.flask import Client, client

CROSS = {"Sec-Fetch-Site": "cross-site"}
FOREIGN = {"Origin": "https://evil.example"}


@pytest.mark.parametrize("headers", [CROSS, FOREIGN, {"Sec-Fetch-Site": "same-site"}])
@pytest.mark.parametrize("path", ["/plain", "/payouts", "/auth/sign-out", "/auth/sessions/revoke"])
def test_another_site_may_not_act(shop: Shop, path: str, headers: dict[str, str]) -> None:
    """Not even where nothing is guarded: an application may look at the cookie by itself."""
    browser = shop.browser()
    answer = browser.post(path, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "csrf")
    assert browser.get("/me").status_code == 200


def test_ones_own_pages_and_programs_may(shop: Shop) -> None:
    browser, program = shop.browser(), shop.program(shop.start().token)
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "https://localhost"}):
        assert browser.post("/plain", headers=headers).text == "done"
    assert program.post("/plain", headers=CROSS).text == "done"
    assert client(shop.app).post("/plain", headers=CROSS).text == "done", "no cookie, nothing to protect"
    assert browser.get("/me", headers=CROSS).status_code == 200


def test_trusted_origins() -> None:
    shop = Shop(RESCIND_TRUSTED_ORIGINS=["https://admin.example"])
    headers = {**CROSS, "Origin": "https://admin.example"}
    assert shop.browser().post("/plain", headers=headers).text == "done"
    shop.engine.close()


class Protected(Shop):
    """The same shop with Flask-WTF's tokens."""

    def __init__(self, **config: Any) -> None:
        super().__init__(SECRET_KEY="s" * 32, **config)

    def routes(self) -> None:
        super().routes()
        self.wtf = CSRFProtect(self.app)
        self.app.add_url_rule("/token", "token", generate_csrf)
        for name, exempt in (("guarded", False), ("exempt", True)):
            view = self.auth.require()(lambda: {"valid": bool(g.get("csrf_valid"))})
            view.__module__, view.__name__ = __name__, name
            self.app.add_url_rule(f"/{name}", name, view, methods=["POST"])
            if exempt:
                self.wtf.exempt(view)

    def token(self, browser: Client) -> dict[str, str]:
        """A header with a token for what this browser sends."""
        return {"X-CSRFToken": browser.get("/token").text, "Referer": "https://localhost/"}


def test_with_flask_wtf_its_token_decides() -> None:
    shop = Protected()
    browser = shop.browser()
    assert browser.post("/guarded").status_code == 400, "Flask-WTF's own refusal"
    token = shop.token(browser)
    assert browser.post("/guarded", headers=token).json == {"valid": True}
    assert browser.post("/guarded", headers={**token, **CROSS}).json == {"valid": True}
    assert browser.post("/plain", headers=CROSS).status_code == 400
    assert browser.post("/auth/sign-out", headers=token).status_code == 204
    shop.engine.close()


@pytest.mark.parametrize("config", [{}, {"WTF_CSRF_CHECK_DEFAULT": False}, {"WTF_CSRF_ENABLED": False}])
def test_where_flask_wtf_looks_away_our_rule_is_asked(config: dict[str, Any]) -> None:
    shop = Protected(**config)
    browser = shop.browser()
    for path in ("/exempt", "/guarded") if config else ("/exempt",):
        assert browser.post(path).json == {"valid": False}
        answer = browser.post(path, headers=CROSS)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "csrf")
    shop.engine.close()


def test_a_form_with_its_token_signs_in_through_our_route() -> None:
    shop = Protected()
    browser = client(shop.app)
    form = {**ADA, "csrf_token": browser.get("/token").text, "next": "/me"}
    answer = browser.post("/auth/sign-in", data=form, headers={"Referer": "https://localhost/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert browser.get("/me").get_json()["you"] == 7
    shop.engine.close()
