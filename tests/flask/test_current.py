"""``require``, ``optional`` and ``current_session``: who gets in, and who that is.

Which credential decides, and what each refusal looks like, is in the table of all faces (``tests/http``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from flask import Blueprint, Flask, render_template_string
from flask.views import MethodView
from tests.flask.shop import COOKIE, Shop, cleared
from tests.world import calls_of

from rescind.errors import ConfigurationError
from rescind.flask import Rescind, current_session
from rescind.testing.flask import client, engine_of


def bare(shop: Shop, path: str, cookies: str) -> Any:
    """A request with this line of cookies; a client with a jar would write its own."""
    return shop.app.test_client(use_cookies=False).get(path, headers={"Cookie": cookies})


def test_signed_in(shop: Shop) -> None:
    browser = shop.browser()
    assert browser.get("/me").json == {"you": 7, "roles": []}
    assert browser.get("/strict").json == browser.get("/maybe").json == {"you": 7}
    assert shop.program(shop.start().token).get("/me").get_json()["you"] == 7


def test_nobody(shop: Shop) -> None:
    browser = shop.browser(None)
    for path in ("/me", "/strict", "/numbers"):
        answer = browser.get(path)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in")
    assert browser.get("/maybe").json == {"you": None}
    assert browser.get("/public").text == "public"


def test_next_request_after_revocation_is_refused(shop: Shop) -> None:
    browser, program = shop.browser(), shop.program(shop.start().token)
    assert browser.get("/me").status_code == program.get("/me").status_code == 200
    assert shop.engine.revoke(principal=7, reason="left").state == "final"
    first = browser.get("/me")
    assert cleared(first)
    for one in (browser, program):
        for path in ("/me", "/strict"):
            assert (one.get(path).status_code, one.get(path).get_json()["code"]) == (401, "sign_in")


def test_fresh_is_judged_to_the_second(shop: Shop) -> None:
    shop.engine.principals.set(7, roles=["finance"], reason="hired")
    browser = shop.browser()
    shop.clock.advance(minutes=5)
    assert browser.post("/payouts").status_code == 200
    shop.clock.advance(seconds=1)
    answer = browser.post("/payouts")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "step_up")
    assert answer.headers["www-authenticate"].endswith("max_age=300")
    assert browser.get("/me").status_code == 200


def test_strict_reads_the_authority(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = shop.browser()
    browser.get("/me")
    read = calls_of(monkeypatch, shop.engine.core.checks, "check_strictly")
    browser.get("/me")
    assert read == []
    assert browser.get("/strict").json == {"you": 7}
    assert len(read) == 1


def test_two_people_in_one_request(shop: Shop) -> None:
    browser, other = shop.browser(), shop.start(8)
    for path in ("/me", "/strict"):
        answer = browser.get(path, headers={"Authorization": f"Bearer {other.token}"})
        assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in")
    same = browser.get("/me", headers={"Authorization": f"Bearer {shop.start().token}"})
    assert same.get_json()["you"] == 7


def test_cookie_sent_twice(shop: Shop) -> None:
    mine, planted = shop.start().token, shop.start(8).token
    for path in ("/me", "/maybe", "/strict"):
        assert bare(shop, path, f"{COOKIE}={planted}; {COOKIE}={mine}").status_code == 401
        # Some servers join two lines with a comma before we see them (RFC 3875 4.1.18).
        joined = bare(shop, path, f"{COOKIE}={mine},{COOKIE}={planted}")
        assert joined.status_code == 401 or joined.json == {"you": None}
    assert bare(shop, "/me", f"{COOKIE}={mine}; {COOKIE}={mine}").get_json()["you"] == 7


@pytest.mark.parametrize("token", ["x", "rsc_s_", "a" * 60_000, "rsc_s_" + "0" * 24 + "." + "A" * 49])
def test_malformed_token_touches_no_store(shop: Shop, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    monkeypatch.setattr(shop.engine.core.store, "facts", lambda *a, **k: read.append(a))
    answer = bare(shop, "/me", f"{COOKIE}={token}")
    assert (answer.status_code, read) == (401, [])
    assert token not in answer.text


# -- how it is written -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"fresh": "5 minutes"}, "fresh='5 minutes' is no duration"),
        ({"role": ""}, "role=''"),
        ({"role": ["finance"]}, "name of one role"),
        ({"guarantee": "bounded"}, 'use guarantee="immediate"'),
    ],
)
def test_a_typo_fails_where_it_is_written(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        Rescind().require(**given)


def test_durations_of_any_kind_are_read(shop: Shop) -> None:
    for fresh in ("5m", 300, timedelta(minutes=5)):
        shop.auth.require(fresh=fresh)


def test_without_parentheses_it_is_said() -> None:
    auth = Rescind()
    for word in (auth.require, auth.optional):
        with pytest.raises(ConfigurationError, match="with parentheses"):
            word(lambda: "x")  # type: ignore[arg-type]


def test_a_guard_above_the_route_is_no_silent_hole(shop: Shop) -> None:
    app = shop.app

    @shop.auth.require()
    @app.get("/hole")
    def hole() -> str:
        return "nobody asked who you are"

    with pytest.raises(ConfigurationError, match="'hole' runs without its guard"):
        shop.browser(None).get("/hole")
    app.config["TESTING"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert shop.browser(None).get("/hole").status_code == 500


def test_async_views_class_views_and_blueprints(shop: Shop) -> None:
    blueprint = Blueprint("more", __name__)

    @blueprint.get("/async")
    @shop.auth.require()
    async def asynchronous() -> dict[str, Any]:
        receipt = await shop.auth.aio.revoke(session=current_session.id, reason="signed out")
        return {"you": current_session.principal_id, "state": receipt.state}

    class Own(MethodView):
        decorators: ClassVar = [shop.auth.require()]

        def get(self) -> dict[str, Any]:
            return {"you": current_session.principal_id}

    blueprint.add_url_rule("/class", view_func=Own.as_view("own"))
    shop.app.register_blueprint(blueprint)
    browser = shop.browser()
    assert browser.get("/class").json == {"you": 7}
    assert browser.get("/async").json == {"you": 7, "state": "final"}
    assert browser.get("/class").status_code == browser.get("/async").status_code == 401


def test_templates_know_the_session_and_error_pages_do_not_ask_again(shop: Shop) -> None:
    page = "{{ current_session.principal_id if current_session else 'nobody' }}"

    @shop.app.get("/page")
    def shown() -> str:
        return render_template_string(page)

    @shop.app.errorhandler(401)
    def no(_: Exception) -> tuple[str, int]:
        return render_template_string(f"{page}: sign in"), 401

    browser = shop.browser()
    assert (browser.get("/page").text, client(shop.app).get("/page").text) == ("7", "nobody")
    program = shop.program("garbage")
    assert (program.get("/me").text, program.get("/page").text) == ("nobody: sign in",) * 2


def test_outside_of_a_request_it_says_so(shop: Shop) -> None:
    assert not current_session
    with shop.app.app_context(), pytest.raises(RuntimeError, match="session of a request"):
        _ = current_session.principal_id
    with shop.app.test_request_context(headers={"Cookie": f"{COOKIE}={shop.start().token}"}):
        assert current_session.principal_id == 7
    with shop.app.test_request_context():
        assert not current_session


def test_one_handle_many_applications() -> None:
    auth = Rescind("memory://")
    apps = [Flask(name) for name in ("one", "two")]
    for app in apps:
        auth.init_app(app)

        @app.get("/me")
        @auth.require()
        def me() -> str:
            return str(current_session.principal_id)

    issued = engine_of(apps[0]).sessions.start("ada")
    assert client(apps[0], issued).get("/me").text == "ada"
    assert client(apps[1], issued).get("/me").status_code == 401, "another database, another session"
    with pytest.raises(ConfigurationError, match="no application runs here"):
        auth.sessions.start("ada")
    with apps[1].app_context():
        assert auth.sessions.list("ada") == []
    assert "2 application(s)" in repr(auth)
    for app in apps:
        engine_of(app).close()
