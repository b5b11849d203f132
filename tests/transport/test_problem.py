"""The table of refusals, row by row."""

from __future__ import annotations

import json

import pytest

from rescind.errors import REFUSAL_CODES
from rescind.transport.problem import (
    BASE_HEADERS,
    OUTER,
    PAGE_HEADERS,
    STATUS,
    html_page,
    json_body,
    problem,
)

# The table of the documentation, written out a second time.
TABLE = {
    "sign_in": (
        401,
        "missing malformed expired idle revoked superseded reuse principal_disabled wrong_tenant",
    ),
    "refresh": (401, ""),  # an access token that has ended while its session lives; see below
    "step_up": (401, "step_up"),
    "forbidden": (403, "insufficient"),
    "csrf": (403, "csrf"),
    "unavailable": (503, "store_unavailable overloaded"),
}
ROWS = [(inner, outer, status) for outer, (status, inners) in TABLE.items() for inner in inners.split()]


@pytest.mark.parametrize(("inner", "outer", "status"), ROWS)
def test_row(inner: str, outer: str, status: int) -> None:
    told = problem(inner)  # type: ignore[arg-type]
    assert (told.code, told.status) == (outer, status)


def test_every_inner_code_has_its_row() -> None:
    assert set(OUTER) == set(REFUSAL_CODES) == {inner for inner, _, _ in ROWS}
    assert set(STATUS) == set(TABLE)


@pytest.mark.parametrize(("inner", "outer", "status"), ROWS)
@pytest.mark.parametrize("source", [None, "cookie", "bearer"])
def test_headers_of_the_status(inner: str, outer: str, status: int, source: str | None) -> None:
    headers = dict(problem(inner, source=source).headers)  # type: ignore[arg-type]
    challenge = headers.get("www-authenticate", "")
    assert challenge.startswith("Bearer") == (status == 401)
    assert "Basic" not in challenge
    assert ("retry-after" in headers) == (status == 503)


@pytest.mark.parametrize("source", [None, "cookie", "bearer"])
@pytest.mark.parametrize("inner", ["expired", "revoked"])
def test_an_access_token_that_has_ended_while_its_session_lives(inner: str, source: str | None) -> None:
    told = problem(inner, source=source, renewable=True)  # type: ignore[arg-type]
    assert (told.code, told.status, told.clear_cookie) == ("refresh", 401, False)
    assert dict(told.headers)["www-authenticate"].startswith("Bearer")
    assert "account" not in told.detail


def test_nothing_about_the_account_is_told_apart() -> None:
    """Every cause of ``sign_in`` looks the same from outside, byte for byte, whichever credential it was."""
    inners = [inner for inner, outer, _ in ROWS if outer == "sign_in"]
    for source in ("cookie", "bearer"):
        told = [problem(inner, source=source, request_id="r") for inner in inners]  # type: ignore[arg-type]
        assert len({(t.status, t.headers, json_body(t), html_page(t)) for t in told}) == 1


def test_a_refresh_token_in_the_wrong_place_is_told_where_it_belongs() -> None:
    told = problem("malformed", source="bearer", detail="inner", misplaced=True)
    assert (told.code, told.status) == ("sign_in", 401)
    assert "in the body as refresh_token" in told.detail
    assert "/auth" not in told.detail, "an application chooses the prefix"


def test_step_up_names_the_age_that_is_asked_for() -> None:
    """RFC 9470."""
    headers = dict(problem("step_up", max_age=300).headers)
    assert headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication", max_age=300'
    headers = dict(problem("step_up").headers)
    assert headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication"'


def test_invalid_token_only_where_a_token_was_sent() -> None:
    """RFC 6750 3.1."""
    assert dict(problem("missing").headers)["www-authenticate"] == "Bearer"
    assert dict(problem("revoked", source="cookie").headers)["www-authenticate"] == "Bearer"
    assert (
        dict(problem("revoked", source="bearer").headers)["www-authenticate"]
        == 'Bearer error="invalid_token"'
    )


@pytest.mark.parametrize(("given", "sent"), [(None, "1"), (7, "7"), (0, "1"), (-3, "1")])
def test_retry_after(given: int | None, sent: str) -> None:
    assert dict(problem("overloaded", retry_after=given).headers) == {"retry-after": sent}


CLEARS = {"malformed", "expired", "idle", "revoked", "principal_disabled"}


@pytest.mark.parametrize(("inner", "outer", "status"), ROWS)
def test_only_a_refused_cookie_is_cleared_and_never_in_a_race(inner: str, outer: str, status: int) -> None:
    """B4: the loser of a rotation must not wipe the winner's cookie."""
    assert problem(inner, source="cookie").clear_cookie is (inner in CLEARS)  # type: ignore[arg-type]
    assert problem(inner, source="bearer").clear_cookie is False  # type: ignore[arg-type]
    assert problem(inner).clear_cookie is False  # type: ignore[arg-type]


def test_the_body_has_four_members() -> None:
    assert json.loads(json_body(problem("csrf", detail="which check", request_id="r1"))) == {
        "status": 403,
        "code": "csrf",
        "detail": "which check",
        "request_id": "r1",
    }
    assert json.loads(json_body(problem("missing")))["request_id"] is None


@pytest.mark.parametrize("inner", sorted(set(REFUSAL_CODES) - {"csrf"}))
def test_a_detail_of_the_inside_never_leaves(inner: str) -> None:
    told = problem(inner, detail="user 7 is locked")  # type: ignore[arg-type]
    assert b"locked" not in json_body(told) + html_page(told)


def test_the_page_quotes_safely_and_loads_nothing() -> None:
    page = html_page(problem("csrf", detail="<b>&", request_id='"><script>x</script>')).decode()
    assert "<script" not in page
    assert "<b>&" not in page
    policy = dict(PAGE_HEADERS)["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_headers_of_every_answer() -> None:
    headers = dict(BASE_HEADERS)
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "Cookie" in headers["vary"]


def test_an_unknown_code_is_a_defect_and_not_a_pass() -> None:
    with pytest.raises(KeyError):
        problem("surprise")  # type: ignore[arg-type]
