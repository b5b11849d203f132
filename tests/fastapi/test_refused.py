"""Every row of the table of refusals, over HTTP, and the form in which each kind of client gets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.fastapi.shop import COOKIE, Shop, cleared

from rescind.errors import RefusalCode, Refused, RevocationUnknown, StoreUnavailable
from rescind.fastapi import HTTPRefused
from rescind.model.session import Issued
from rescind.testing.fastapi import client
from rescind.transport.problem import OUTER, STATUS


def revoked(shop: Shop, issued: Issued[int]) -> None:
    shop.auth.revoke(session=issued.session.id, reason="ended")


def expired(shop: Shop, issued: Issued[int]) -> None:
    for _ in range(6):
        shop.clock.advance(days=5)
        shop.auth.check(issued.token)


def idle(shop: Shop, issued: Issued[int]) -> None:
    shop.clock.advance(days=8)


def superseded(shop: Shop, issued: Issued[int]) -> None:
    shop.auth.sessions.rotate(issued.session)


def disabled(shop: Shop, issued: Issued[int]) -> None:
    shop.auth.principals.set(7, active=False, reason="suspended")


ENDINGS: dict[RefusalCode, Callable[[Shop, Issued[int]], None]] = {
    "revoked": revoked,
    "expired": expired,
    "idle": idle,
    "superseded": superseded,
    "principal_disabled": disabled,
}


@pytest.mark.parametrize("code", ENDINGS)
@pytest.mark.parametrize("presents", ["cookie", "bearer"])
def test_ended_sessions(shop: Shop, code: RefusalCode, presents: str) -> None:
    issued = shop.start()
    one = client(shop.app, issued) if presents == "cookie" else shop.program(issued.token)
    assert one.get("/me").status_code == 200
    ENDINGS[code](shop, issued)
    judged = shop.auth.check(issued.token)
    assert isinstance(judged, Refused)
    assert judged.code == code, "inside it has its own name"
    answer = one.get("/me")
    assert answer.status_code == 401
    assert answer.json() == {
        "status": 401,
        "code": "sign_in",
        "detail": "Sign in to continue.",
        "request_id": answer.json()["request_id"],
    }
    assert answer.json()["request_id"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    expected = "Bearer" if presents == "cookie" else 'Bearer error="invalid_token"'
    assert answer.headers["www-authenticate"] == expected
    # A refresh race may be lost: the same browser may hold the successor by now.
    assert cleared(answer) == (presents == "cookie" and code != "superseded")


@pytest.mark.parametrize("code", sorted(OUTER))
def test_every_inner_code_from_a_handler(shop: Shop, code: RefusalCode) -> None:
    """Whatever an endpoint raises or lets through, the outside gets one of the outer codes."""

    async def refuse() -> None:
        raise Refused(code, "s3cret detail of the inside", max_age=300, retry_after=7)

    shop.app.add_api_route("/refuse", refuse)
    answer = shop.browser().get("/refuse")
    outer = OUTER[code]
    assert (answer.status_code, answer.json()["code"]) == (STATUS[outer], outer)
    assert "s3cret" not in answer.text or code == "csrf"
    assert ("www-authenticate" in answer.headers) == (answer.status_code == 401)
    assert ("retry-after" in answer.headers) == (answer.status_code == 503)
    if answer.status_code == 503:
        assert answer.headers["retry-after"] == "7"
    assert not cleared(answer), "it was not the credential that was refused"


def test_authority_away(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = shop.browser()

    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("disk on fire at /var/lib/secret-path")

    monkeypatch.setattr(shop.auth.core.store, "facts", away)
    for path in ("/me", "/maybe", "/strict"):
        answer = browser.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert "secret-path" not in answer.text
        assert not cleared(answer)
    assert browser.get("/public").status_code == 200


@pytest.mark.parametrize("error", [StoreUnavailable("secret-path"), RevocationUnknown("id")])
def test_store_errors_of_a_handler(shop: Shop, error: Exception) -> None:
    async def fail() -> None:
        raise error

    shop.app.add_api_route("/fail", fail)
    answer = shop.browser().get("/fail")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "secret-path" not in answer.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_cross_site_request_on_the_cookie(shop: Shop, site: str) -> None:
    browser = shop.browser()
    answer = browser.post("/logout", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert "Sec-Fetch-Site" in answer.json()["detail"]
    assert not cleared(answer)
    assert browser.get("/me", headers={"Sec-Fetch-Site": site}).status_code == 200, "a link may lead here"
    assert browser.post("/logout", headers={"Sec-Fetch-Site": "same-origin"}).json() == "bye"


def test_origin_decides_where_the_browser_is_old(shop: Shop) -> None:
    browser = shop.browser()
    foreign = browser.post("/logout", headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "csrf")
    assert "Origin" in foreign.json()["detail"]
    assert browser.post("/logout", headers={"Origin": "null"}).status_code == 403
    assert browser.post("/logout", headers={"Origin": "https://testserver"}).json() == "bye"


def test_trusted_origin_may() -> None:
    shop = Shop(trusted_origins=["https://admin.example"])
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://admin.example"}
    assert shop.browser().post("/logout", headers=headers).json() == "bye"


def test_csrf_does_not_concern_bearers(shop: Shop) -> None:
    program = shop.program(shop.start().token)
    assert program.post("/logout", headers={"Sec-Fetch-Site": "cross-site"}).json() == "bye"


# -- forms of an answer ----------------------------------------------------------------------------------

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_person_gets_a_page(shop: Shop) -> None:
    answer = shop.browser(None).get("/me", headers=HTML)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Sign in to continue." in answer.text


def test_a_person_is_sent_to_sign_in() -> None:
    shop = Shop(sign_in_url="/login")
    browser = shop.browser(None)
    answer = browser.get("/me?page=2", headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/me%3Fpage%3D2")
    assert browser.get("/me").status_code == 401, "a program is not"
    bearer = {**HTML, "Authorization": "Bearer garbage"}
    assert browser.get("/me", headers=bearer).headers["content-type"] == "application/problem+json"
    htmx = browser.get("/me", headers={"HX-Request": "true", "HX-Current-URL": "https://testserver/page"})
    assert (htmx.status_code, htmx.headers["hx-redirect"]) == (401, "/login?next=/page")
    shop.auth.close()


def test_form_of_another_site_gets_a_page(shop: Shop) -> None:
    headers = {**HTML, "Sec-Fetch-Site": "cross-site"}
    answer = shop.browser().post("/logout", data={"a": "b"}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")


# -- without our handlers --------------------------------------------------------------------------------


def test_right_in_a_mounted_application_without_our_handlers(shop: Shop) -> None:
    """A sub-application has handlers of its own; FastAPI's answer must carry what matters."""
    from fastapi import Depends

    inner = FastAPI()
    guard: Any = Depends(shop.auth.require())

    async def me(_session: Any = guard) -> str:
        return "me"

    inner.add_api_route("/me", me)
    shop.app.mount("/inner", inner)
    issued = shop.start()
    browser = client(shop.app, issued)
    assert browser.get("/inner/me").json() == "me"
    shop.auth.revoke(principal=7, reason="left")
    answer = browser.get("/inner/me")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Sign in to continue."})
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"
    assert cleared(answer)


def test_own_handler_of_the_application_wins(shop: Shop) -> None:
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    seen: list[str] = []

    async def own(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPRefused)
        seen.append(error.code)
        return JSONResponse({"mine": error.status_code}, error.status_code)

    shop.app.add_exception_handler(HTTPRefused, own)
    browser = shop.browser()
    shop.auth.revoke(principal=7, reason="left")
    assert browser.get("/me").json() == {"mine": 401}
    assert seen == ["revoked"]


def test_exception_reads_well_and_holds_no_token(shop: Shop) -> None:
    issued = shop.start()
    seen: list[HTTPRefused] = []

    async def own(_request: Any, error: Exception) -> Any:
        assert isinstance(error, HTTPRefused)
        seen.append(error)
        raise error

    shop.app.add_exception_handler(HTTPRefused, own)
    shop.auth.revoke(principal=7, reason="left")
    plain = TestClient(shop.app, base_url="https://testserver", raise_server_exceptions=False)
    plain.get("/me", headers={"Cookie": f"{COOKIE}={issued.token}"})
    error = seen[0]
    assert (error.code, error.status_code, error.detail) == ("revoked", 401, "Sign in to continue.")
    assert issued.token not in str(error) + repr(error)
    assert issued.token.partition(".")[2] not in str(error.headers) + repr(error)
