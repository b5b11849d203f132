"""What a refused request is answered, by who asked."""

from __future__ import annotations

import json

import pytest

from rescind.errors import REFUSAL_CODES
from rescind.transport.cookie import CookiePolicy, set_cookie
from rescind.transport.message import RequestFacts, Response
from rescind.transport.problem import problem
from rescind.transport.refusal import refuse

POLICY = CookiePolicy()
HTML = (b"accept", b"text/html")
HTMX = (b"hx-request", b"true")


def asks(*headers: tuple[bytes, bytes], method: str = "GET", target: str = "/a?b=c") -> RequestFacts:
    return RequestFacts(method, "https", "app.example", target, headers)


def answer(facts: RequestFacts, code: str = "missing", sign_in_url: str | None = None) -> Response:
    return refuse(facts, problem(code, source="cookie"), POLICY, sign_in_url)  # type: ignore[arg-type]


def test_a_program_gets_problem_json() -> None:
    response = answer(asks(), "missing", "/login")
    assert response.status == 401
    assert response.header("content-type") == "application/problem+json"
    assert json.loads(response.body)["code"] == "sign_in"


def test_a_person_is_sent_to_sign_in_and_back() -> None:
    response = answer(asks(HTML), "missing", "/login")
    assert (response.status, response.header("location")) == (303, "/login?next=/a%3Fb%3Dc")


def test_a_person_who_must_prove_it_again_is_sent_there_too() -> None:
    assert answer(asks(HTML), "step_up", "/login").status == 303


def test_without_a_sign_in_page_a_person_gets_a_page() -> None:
    response = answer(asks(HTML))
    assert (response.status, response.header("content-type")) == (401, "text/html; charset=utf-8")
    assert response.header("content-security-policy")


@pytest.mark.parametrize(
    ("code", "status"), [("insufficient", 403), ("store_unavailable", 503), ("csrf", 403)]
)
def test_only_a_401_leads_to_sign_in(code: str, status: int) -> None:
    for header in (HTML, HTMX):
        response = answer(asks(header), code, "/login")
        assert response.status == status
        assert response.header("location") is None
        assert response.header("hx-redirect") is None


def test_a_post_is_never_repeated_as_a_get() -> None:
    assert answer(asks(HTML, method="POST"), "missing", "/login").status == 401


def test_a_hostile_target_is_no_way_back() -> None:
    response = answer(asks(HTML, target="//evil.example"), "missing", "/login")
    assert response.header("location") == "/login"


@pytest.mark.parametrize(
    ("current", "location"),
    [
        (b"https://app.example/page?x=1", "/login?next=/page%3Fx%3D1"),
        (b"https://evil.example/page", "/login"),
        (b"https://app.example//evil.example", "/login"),
        (b"http://app.example/page", "/login"),
        (b"https://[", "/login"),
        (b"", "/login"),
    ],
)
def test_htmx_goes_to_sign_in_with_its_page_as_the_way_back(current: bytes, location: str) -> None:
    response = answer(asks(HTMX, (b"hx-current-url", current)), "missing", "/login")
    assert (response.status, response.header("hx-redirect")) == (401, location)


def test_htmx_without_a_sign_in_page_gets_json() -> None:
    response = answer(asks(HTMX))
    assert response.header("hx-redirect") is None
    assert response.header("content-type") == "application/problem+json"


@pytest.mark.parametrize("code", sorted(REFUSAL_CODES))
@pytest.mark.parametrize("header", [HTML, HTMX, (b"accept", b"*/*")])
@pytest.mark.parametrize("sign_in_url", [None, "/login"])
def test_every_answer_is_uncacheable_and_challenges_with_bearer(
    code: str, header: tuple[bytes, bytes], sign_in_url: str | None
) -> None:
    response = answer(asks(header), code, sign_in_url)
    assert response.header("cache-control") == "no-store"
    assert response.header("x-content-type-options") == "nosniff"
    if response.status == 401:
        assert str(response.header("www-authenticate")).startswith("Bearer")
    assert len({name for name, _ in response.headers}) == len(response.headers)


def test_the_cookie_is_cleared_where_the_table_says_so() -> None:
    assert answer(asks(), "revoked").header("set-cookie") == set_cookie(POLICY, None)
    assert answer(asks(HTML), "revoked", "/login").header("set-cookie") == set_cookie(POLICY, None)
    assert answer(asks(), "superseded").header("set-cookie") is None
    assert answer(asks(), "store_unavailable").header("set-cookie") is None


def test_a_framework_that_owns_the_cookie_clears_it_itself() -> None:
    assert refuse(asks(), problem("revoked", source="cookie"), None).header("set-cookie") is None
