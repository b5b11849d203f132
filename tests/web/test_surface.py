"""Rules that hold for every route of ours, tried on every route of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.site import PASSWORD, Browser, Site, body_of, cleared

from rescind.flows.context import current_request_id
from rescind.testing import FakeClock
from rescind.web.answer import Failure
from rescind.web.handle import handle_of
from rescind.web.settings import WebSettings
from rescind.web.surface import Route, match, routes_of

ROUTES = routes_of(WebSettings())
UNSAFE = [route for route in ROUTES if route.method != "GET"]
BODIES: dict[str, dict[str, Any]] = {
    "sign_in": {"login": "ada@example.com", "password": PASSWORD},
    "step_up": {"password": PASSWORD},
    "end_session": {"reason": "for a test"},
    "end_sessions": {"keep_current": False},
    "sign_out": {},
}
ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"]


def path_of(site: Site, browser: Browser, route: Route) -> str:
    return route.path.replace("{handle}", handle_of(site.session_of(str(browser.cookie)).id))


def by_name(route: Route) -> str:
    return route.name


def test_the_table_is_that_of_the_documentation() -> None:
    assert [(route.method, route.path) for route in ROUTES] == [
        ("POST", "/sign-in"),
        ("POST", "/sign-out"),
        ("GET", "/session"),
        ("GET", "/sessions"),
        ("POST", "/sessions/revoke"),
        ("DELETE", "/sessions/{handle}"),
        ("POST", "/step-up"),
    ]
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert set(BODIES) == {route.name for route in UNSAFE}


@pytest.mark.parametrize("route", UNSAFE, ids=by_name)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://app.example"},
    ],
)
def test_no_unsafe_route_obeys_another_site(
    site: Site, ada: Browser, route: Route, headers: dict[str, str]
) -> None:
    """V3.5.1: 403, and nothing has happened."""
    before, log = site.live(), site.auth.core.store.head().seq
    foreign = site.browser(cookie=ada.cookie, headers=headers)
    response = foreign.json(route.method, path_of(site, ada, route), **BODIES[route.name])
    assert (response.status, body_of(response)["code"]) == (403, "csrf")
    assert response.header("set-cookie") is None
    assert site.live() == before
    assert site.auth.core.store.head().seq == log


@pytest.mark.parametrize("route", UNSAFE, ids=by_name)
@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin"}, {"origin": "https://app.example"}, {}]
)
def test_every_unsafe_route_obeys_its_own_pages(
    site: Site, ada: Browser, route: Route, headers: dict[str, str]
) -> None:
    """The counterpart: the test above refuses for the right reason."""
    own = site.browser(cookie=ada.cookie, headers=headers)
    assert own.json(route.method, path_of(site, ada, route), **BODIES[route.name]).status in {200, 204}


@pytest.mark.parametrize("route", UNSAFE, ids=by_name)
@pytest.mark.parametrize("content_type", ["text/plain", "", "multipart/form-data; boundary=x"])
def test_no_route_takes_another_content_type_for_json(
    site: Site, ada: Browser, route: Route, content_type: str
) -> None:
    """V3.5.2, CVE-2021-32677."""
    before = site.live()
    body = json.dumps(BODIES[route.name]).encode()
    response = ada.send(route.method, path_of(site, ada, route), body, content_type=content_type)
    assert response.status == 415
    assert site.live() == before


@pytest.mark.parametrize("route", ROUTES, ids=by_name)
def test_other_methods_are_405_and_do_nothing(site: Site, ada: Browser, route: Route) -> None:
    """V3.5.3: no GET signs anybody out."""
    before = site.live()
    path = path_of(site, ada, route)
    for method in ALL_METHODS:
        if method == route.method or (route.method == "GET" and method == "HEAD"):
            continue
        response = ada.send(method, path)
        assert response.status == 405, method
        assert route.method in str(response.header("allow"))
    assert site.live() == before


@pytest.mark.parametrize("path", ["/session", "/sessions"])
def test_a_link_from_another_site_may_show_what_it_leads_to(site: Site, ada: Browser, path: str) -> None:
    foreign = site.browser(cookie=ada.cookie, headers={"sec-fetch-site": "cross-site"})
    assert foreign.send("GET", path).status == 200


def test_head_is_get(site: Site, ada: Browser) -> None:
    assert ada.send("HEAD", "/session").status == 200
    assert site.browser().send("HEAD", "/session").status == 401


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/sign-in/",
        "//sign-in",
        "/Sign-In",
        "/sessions/",
        "/sessions/a/b",
        "/session?x",
        "/sign-in\x00",
    ],
)
def test_any_other_path_is_404(site: Site, ada: Browser, path: str) -> None:
    response = ada.send("POST", path)
    assert (response.status, body_of(response)["code"]) == (404, "not_found")


@given(st.sampled_from(ALL_METHODS), st.text(max_size=30) | st.text("/{}handlesion-", max_size=30))
def test_any_path_matches_a_route_or_fails(method: str, path: str) -> None:
    try:
        route, params = match(method, path)
    except Failure as failure:
        status = failure.told.status
        assert status in {404, 405}
    else:
        assert route.path.format(**params) == path


@pytest.mark.parametrize("route", ROUTES, ids=by_name)
@pytest.mark.parametrize("signed_in", [True, False])
def test_headers_of_every_answer(site: Site, ada: Browser, route: Route, signed_in: bool) -> None:
    """V3.4.2, V3.4.4, CVE-2024-45314: uncacheable, unsniffable, and no origin is ever echoed."""
    path = path_of(site, ada, route)
    asks = site.browser(cookie=ada.cookie if signed_in else None, headers={"origin": "https://app.example"})
    response = asks.json(route.method, path, **BODIES.get(route.name, {}))
    assert response.header("cache-control") == "no-store"
    assert response.header("x-content-type-options") == "nosniff"
    assert {"Authorization", "Cookie"} <= set(str(response.header("vary")).split(", "))
    assert not any(name.startswith("access-control-") for name, _ in response.headers)
    assert len({name for name, _ in response.headers}) == len(response.headers)
    if response.status == 401:
        assert str(response.header("www-authenticate")).startswith("Bearer")


@pytest.mark.parametrize("route", ROUTES, ids=by_name)
@pytest.mark.parametrize("end", ["missing", "revoked", "disabled", "garbage", "twice"])
def test_every_route_but_two_needs_a_live_session(site: Site, ada: Browser, route: Route, end: str) -> None:
    path = path_of(site, ada, route)
    cookie: str | None = str(ada.cookie)
    if end == "missing":
        cookie = None
    elif end == "revoked":
        site.auth.sign_out(cookie)
    elif end == "disabled":
        site.auth.principals.set(7, active=False, reason="for a test")
    elif end == "garbage":
        cookie = "garbage"
    else:
        cookie = f"{cookie}; __Host-rescind=planted"
    response = site.browser(cookie=cookie).json(route.method, path, **BODIES.get(route.name, {}))
    if route.name == "sign_in":
        assert response.status == (401 if end == "disabled" else 200)
    elif route.name == "sign_out" and end != "twice":
        assert response.status == 204
    else:
        assert (response.status, body_of(response)["code"]) == (401, "sign_in")
        assert cleared(response) is (end != "missing")


def test_the_request_id_is_in_the_answer(site: Site) -> None:
    mark = current_request_id.set("req-1")
    try:
        assert body_of(site.browser().send("GET", "/session"))["request_id"] == "req-1"
        assert body_of(site.browser().send("GET", "/nothing"))["request_id"] == "req-1"
    finally:
        current_request_id.reset(mark)
    assert body_of(site.browser().send("GET", "/session"))["request_id"] is None


def test_scheme_and_host_are_those_before_declared_proxies() -> None:
    site = Site(FakeClock(), trusted_proxies=["203.0.113.0/24"])
    headers = {
        "origin": "https://shop.example",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "shop.example",
    }
    assert site.browser(scheme="http", host="10.0.0.7:8000", headers=headers).sign_in().status == 200
    undeclared = Site(FakeClock())
    response = undeclared.browser(scheme="http", host="10.0.0.7:8000", headers=headers).sign_in()
    assert (response.status, body_of(response)["code"]) == (403, "csrf")
    site.auth.close()
    undeclared.auth.close()


def test_a_trusted_origin_may_use_the_cookie() -> None:
    site = Site(FakeClock(), trusted_origins=["https://admin.example"])
    headers = {"sec-fetch-site": "cross-site", "origin": "https://admin.example"}
    assert site.browser(headers=headers).sign_in().status == 200
    site.auth.close()


def test_a_body_that_is_too_long_is_413(site: Site) -> None:
    assert site.browser().sign_in(password="x" * 20_000).status == 413
