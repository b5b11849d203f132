"""Our own routes in an application: sign-in to step-up, by JSON, by form and by bearer."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx2
import pytest
from tests.fastapi.shop import COOKIE, PASSWORD, Shop, cleared

from rescind.testing.fastapi import Client

ADA = {"login": "ada@example.com", "password": PASSWORD}


def signed_in(shop: Shop) -> Client:
    browser = shop.browser(None)
    assert browser.post("/auth/sign-in", json=ADA).status_code == 200
    return browser


def test_sign_in_by_json(shop: Shop) -> None:
    browser = shop.browser(None)
    answer = browser.post("/auth/sign-in", json=ADA)
    assert answer.json()["session"]["principal_id"] == 7
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=rsc_s_")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    assert answer.headers["cache-control"] == "no-store"
    assert "Cookie" in answer.headers["vary"]
    assert browser.get("/me").json()["you"] == 7


def test_sign_in_by_form_follows_next(shop: Shop) -> None:
    browser = shop.browser(None)
    answer = browser.post("/auth/sign-in", data={**ADA, "next": "/me?x=1"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me?x=1")
    elsewhere = browser.post(
        "/auth/sign-in", data={**ADA, "next": "https://evil.example"}, follow_redirects=False
    )
    assert elsewhere.headers["location"] == "/"


def test_sign_in_for_a_program(shop: Shop) -> None:
    answer = shop.browser(None).post("/auth/sign-in", json={**ADA, "transport": "bearer"})
    assert "set-cookie" not in answer.headers
    assert shop.program(answer.json()["access_token"]).get("/me").json()["you"] == 7


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"login": "nobody@example.com"}])
def test_refused_sign_in_is_the_same_for_every_cause(shop: Shop, wrong: dict[str, str]) -> None:
    browser = signed_in(shop)
    answer = browser.post("/auth/sign-in", json={**ADA, **wrong})
    told: dict[str, Any] = answer.json()
    told.pop("request_id")
    assert (answer.status_code, told) == (
        401,
        {"status": 401, "code": "sign_in", "detail": "Sign in to continue."},
    )
    assert "set-cookie" not in answer.headers
    assert browser.get("/me").status_code == 200, "who was signed in stays signed in"


def test_sign_in_from_another_site_is_refused(shop: Shop) -> None:
    answer = shop.browser(None).post("/auth/sign-in", json=ADA, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_sign_out_and_replay(shop: Shop) -> None:
    browser = signed_in(shop)
    copy = shop.program(browser.cookies[COOKIE])
    assert copy.get("/me").status_code == 200
    answer = browser.post("/auth/sign-out")
    assert answer.status_code == 204
    assert cleared(answer)
    assert COOKIE not in browser.cookies
    assert (copy.get("/me").status_code, copy.get("/me").json()["code"]) == (401, "sign_in")
    assert browser.post("/auth/sign-out").status_code == 204, "without a session too"


def test_get_signs_nobody_out(shop: Shop) -> None:
    browser = signed_in(shop)
    answer = browser.get("/auth/sign-out")
    assert answer.status_code == 405
    assert browser.get("/me").status_code == 200


def test_own_page_at_a_path_of_ours(shop: Shop) -> None:
    """``GET /auth/sign-in`` is where a form may be; it is the application's."""

    async def page() -> str:
        return "a form"

    shop.app.add_api_route("/auth/sign-in", page)
    shop.app.add_api_route("/auth/google/callback", page)
    browser = shop.browser(None)
    assert browser.get("/auth/sign-in").json() == browser.get("/auth/google/callback").json() == "a form"
    assert browser.post("/auth/sign-in", json=ADA).status_code == 200
    assert browser.get("/auth/nothing").status_code == 404
    assert browser.get("/authority").status_code == 404


def test_who_is_signed_in(shop: Shop) -> None:
    browser = signed_in(shop)
    assert browser.get("/auth/session").json()["principal_id"] == 7
    head = browser.head("/auth/session")
    assert (head.status_code, head.content) == (200, b"")
    assert shop.browser(None).get("/auth/session").status_code == 401


def test_sessions_are_listed_and_ended(shop: Shop) -> None:
    here, phone, other = signed_in(shop), signed_in(shop), shop.browser(8)
    listed = here.get("/auth/sessions").json()["sessions"]
    assert [one["current"] for one in listed].count(True) == 1
    assert len(listed) == 2
    assert not any("id" in one for one in listed)
    handle = next(one["handle"] for one in listed if not one["current"])
    foreign = other.get("/auth/session").json()["handle"]
    assert here.delete(f"/auth/sessions/{foreign}").status_code == 404
    receipt = here.delete(f"/auth/sessions/{handle}").json()
    assert (receipt["state"], receipt["ended"]) == ("final", {"session": 1})
    assert phone.get("/me").status_code == 401
    assert here.get("/me").status_code == other.get("/me").status_code == 200


def test_everywhere_but_here(shop: Shop) -> None:
    here, phone, laptop = signed_in(shop), signed_in(shop), signed_in(shop)
    receipt = here.post("/auth/sessions/revoke", json={"keep_current": True}).json()
    assert (receipt["state"], receipt["ended"]) == ("final", {"session": 2})
    assert [one.get("/me").status_code for one in (here, phone, laptop)] == [200, 401, 401]
    answer = here.post("/auth/sessions/revoke", json={"keep_current": False})
    assert cleared(answer)
    assert here.get("/me").status_code == 401


def test_step_up(shop: Shop) -> None:
    shop.auth.principals.set(7, roles=["finance"], reason="hired")
    browser = signed_in(shop)
    shop.clock.advance(minutes=6)
    assert browser.post("/payouts").json()["code"] == "step_up"
    old = browser.cookies[COOKIE]
    assert browser.post("/auth/step-up", json={"password": "wrong"}).json()["code"] == "step_up"
    assert browser.post("/payouts").status_code == 401
    assert browser.post("/auth/step-up", json={"password": PASSWORD}).status_code == 200
    assert browser.cookies[COOKIE] != old
    assert browser.post("/payouts").status_code == 200
    assert shop.program(old).get("/me").status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"login": 1, "password": []}', "application/json", 400),
        (b"login=a&password=b", "text/plain", 415),
        (b"x" * 20_000, "application/json", 413),
    ],
)
def test_bodies_that_cannot_be_read(shop: Shop, body: bytes, content_type: str, status: int) -> None:
    answer = shop.browser(None).post("/auth/sign-in", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_sign_in_over_plain_http_is_said_once(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    from starlette.testclient import TestClient

    plain = TestClient(shop.app, base_url="http://intranet:8000")
    with caplog.at_level(logging.WARNING, "rescind"):
        for _ in range(3):
            plain.post("/auth/sign-in", json=ADA)
            plain.post("/login/7")
    said = [record.getMessage() for record in caplog.records if "drop this cookie" in record.getMessage()]
    assert len(said) == 1
    assert "intranet" in said[0]
    caplog.clear()
    TestClient(shop.app, base_url="http://localhost:8000").post("/auth/sign-in", json=ADA)
    assert [record for record in caplog.records if "drop" in record.getMessage()] == []


def test_storm_of_sign_ins_is_bounded_and_delays_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room in the queue the answer is 503 at once, and other routes go on."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    from rescind.asgi.threads import HASHING_THREADS

    shop = Shop(hash_queue=0)
    inside, go_on = threading.Semaphore(0), threading.Event()

    def slow(*_: Any, **__: Any) -> Any:
        inside.release()
        go_on.wait(10)
        raise AssertionError("nobody looks at this answer")

    monkeypatch.setattr(shop.auth, "sign_in", slow)
    with shop.browser(7) as browser, ThreadPoolExecutor(HASHING_THREADS) as crowd:
        for _ in range(HASHING_THREADS):
            crowd.submit(shop.browser(None).post, "/auth/sign-in", json=ADA)
        for _ in range(HASHING_THREADS):
            assert inside.acquire(timeout=10)
        refused = browser.post("/auth/sign-in", json=ADA)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        assert browser.post("/auth/sessions/revoke", json={}).json()["state"] == "final"
        go_on.set()
    shop.auth.close()


def test_anonymous_crawl_writes_nothing(shop: Shop) -> None:
    """250 requests of nobody: no row, no cookie, no worker that a revoker would wait for."""
    before = rows(shop)

    async def crawl() -> None:
        wire = httpx2.ASGITransport(app=shop.app)
        async with httpx2.AsyncClient(transport=wire, base_url="https://testserver") as crawler:
            for path in ("/public", "/maybe", "/me", "/auth/session", "/nothing"):
                for _ in range(50):
                    assert "set-cookie" not in (await crawler.get(path)).headers

    asyncio.run(crawl())
    assert rows(shop) == before
    assert not shop.auth.core.worker.registered


def rows(shop: Shop) -> tuple[int, int, int]:
    """What the store holds: sessions of ada, principals, head of the log."""
    auth = shop.auth
    return len(auth.sessions.list(7)), len(auth.principals.list()), auth.mark().seq
