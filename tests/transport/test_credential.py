"""Two credentials in one request: one decides, and no part comes from the other (asks M3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.transport.bearer import MAX_TOKEN_BYTES, Malformed
from rescind.transport.cookie import CookiePolicy
from rescind.transport.credential import (
    Presented,
    cookie_credential,
    find_credential,
    find_in_environ,
    same_subject,
    sole_credential,
)

POLICY = CookiePolicy()
COOKIE = (b"cookie", b"__Host-rescind=from-cookie")
BEARER = (b"authorization", b"Bearer from-header")


def find(*headers: tuple[bytes, bytes]) -> Presented | Malformed | None:
    return find_credential(headers, POLICY)


def test_no_credential_is_none() -> None:
    assert find() is None
    assert find((b"cookie", b"theme=dark"), (b"accept", b"*/*")) is None


def test_each_alone() -> None:
    assert find(COOKIE) == Presented("from-cookie", "cookie", None)
    assert find(BEARER) == Presented("from-header", "bearer", None)


@pytest.mark.parametrize(
    "headers", [(COOKIE, BEARER), (BEARER, COOKIE)], ids=["cookie first", "bearer first"]
)
def test_the_bearer_decides_and_the_other_is_kept_aside(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """CVE-2026-82355: a cookie overrode an explicit bearer, and the audit named the wrong actor."""
    assert find(*headers) == Presented("from-header", "bearer", "from-cookie")


def test_the_same_token_twice_is_one_credential() -> None:
    assert find((b"cookie", b"__Host-rescind=t"), (b"authorization", b"Bearer t")) == Presented(
        "t", "bearer", None
    )


@pytest.mark.parametrize(
    "value",
    [b"", b"Bearer", b"Bearer ", b"Basic dXNlcjpwYXNz", b"Bearer a b", b"Negotiate x", b"Bearer \xff"],
)
def test_an_unreadable_authorization_never_falls_through_to_the_cookie(value: bytes) -> None:
    found = find((b"authorization", value), COOKIE)
    assert isinstance(found, Malformed)
    assert found.source == "bearer"


@pytest.mark.parametrize("second", [b"Bearer from-header", b"Bearer other", b"Basic eDp5", b""])
def test_authorization_sent_twice_is_refused(second: bytes) -> None:
    assert isinstance(find(BEARER, (b"authorization", second)), Malformed)
    assert isinstance(find((b"authorization", second), BEARER), Malformed)


@pytest.mark.parametrize("beside", [(), (BEARER,)], ids=["alone", "beside a bearer"])
def test_the_cookie_sent_twice_with_two_values_is_refused(beside: tuple[tuple[bytes, bytes], ...]) -> None:
    in_one_line = (b"cookie", b"__Host-rescind=a; __Host-rescind=b")
    in_two_lines = ((b"cookie", b"__Host-rescind=a"), (b"cookie", b"__Host-rescind=b"))
    for found in (find(in_one_line, *beside), find(*in_two_lines, *beside)):
        assert isinstance(found, Malformed)
        assert found.source == "cookie"


def test_the_cookie_sent_twice_with_one_value_is_fine_also_in_two_lines() -> None:
    assert find((b"cookie", b"__Host-rescind=a"), (b"cookie", b"x=y; __Host-rescind=a")) == Presented(
        "a", "cookie"
    )


@pytest.mark.parametrize("value", [b"x" * (MAX_TOKEN_BYTES + 1), b"x" * 1_000_000, b"\xc3\xa9", b"\xff"])
def test_a_cookie_that_is_no_token_is_refused(value: bytes) -> None:
    assert isinstance(find((b"cookie", b"__Host-rescind=" + value)), Malformed)


@pytest.mark.parametrize("value", [b"a; __Host-rescind-refresh=b", b"x" * (MAX_TOKEN_BYTES + 1), b"\xff"])
def test_what_is_wrong_with_a_cookie_is_said_with_its_name(value: bytes) -> None:
    found = cookie_credential(b"__Host-rescind-refresh=" + value, POLICY.for_refreshing())
    assert isinstance(found, Malformed)
    assert found.source == "cookie"
    assert "the cookie __Host-rescind-refresh " in found.why


header_values = st.binary(max_size=40) | st.sampled_from(
    [b"Bearer a", b"bearer b", b"Basic a", b"__Host-rescind=a", b"__Host-rescind=b; __Host-rescind=c", b"x=y"]
)
header_lines = st.lists(
    st.tuples(st.sampled_from([b"authorization", b"cookie", b"x"]), header_values), max_size=5
)


@given(header_lines)
def test_an_authorization_header_is_never_ignored(headers: list[tuple[bytes, bytes]]) -> None:
    """Whatever else is sent: with Authorization the request is a bearer's or it is refused."""
    found = find(*headers)
    if any(name == b"authorization" for name, _ in headers):
        assert isinstance(found, Malformed) or (found is not None and found.source == "bearer")
    elif isinstance(found, Presented):
        assert found.source == "cookie"
        assert found.other is None


@given(st.lists(st.tuples(st.sampled_from(["HTTP_AUTHORIZATION", "HTTP_COOKIE"]), header_values), max_size=2))
def test_wsgi_finds_what_asgi_finds(entries: list[tuple[str, bytes]]) -> None:
    environ = {key: value.decode("latin-1") for key, value in entries}
    names = {"HTTP_AUTHORIZATION": b"authorization", "HTTP_COOKIE": b"cookie"}
    headers = [(names[key], value.encode("latin-1")) for key, value in environ.items()]
    assert find_in_environ(environ, POLICY) == find_credential(headers, POLICY)


@given(header_lines)
def test_the_short_way_finds_what_the_long_way_finds(headers: list[tuple[bytes, bytes]]) -> None:
    sole = sole_credential(headers, POLICY)
    if sole is None:
        return
    value, source = sole
    found = find(*headers)
    if isinstance(found, Presented):
        assert (found.source, found.other) == (source, None)
        assert found.token.encode() in (value, value.strip())
    else:  # what is no token is known to nobody
        assert source == "bearer" or isinstance(found, Malformed)


def test_the_short_way_is_not_taken_where_something_else_could_decide() -> None:
    assert sole_credential([COOKIE, (b"accept", b"*/*")], POLICY) == (b"from-cookie", "cookie")
    assert sole_credential([BEARER], POLICY) == (b"from-header", "bearer")
    assert sole_credential([COOKIE, BEARER], POLICY) is None
    assert sole_credential([BEARER, (b"cookie", b"theme=dark")], POLICY) is None
    for twice in (COOKIE, BEARER):
        assert sole_credential([twice, twice], POLICY) is None
    assert sole_credential([(b"authorization", b"Basic from-header"), COOKIE], POLICY) is None
    assert sole_credential([(b"cookie", COOKIE[1] + b"; " + b"__Host-rescind=other")], POLICY) is None


def test_a_repr_holds_no_secret() -> None:
    found = find(BEARER, COOKIE)
    assert "from-header" not in repr(found)
    assert "from-cookie" not in repr(found)


def test_two_peoples_live_sessions_in_one_request_are_refused() -> None:
    """CVE-2026-76186: identity from one credential, rights from another."""
    assert same_subject(("t", 7), None)
    assert same_subject(("t", 7), ("t", 7))
    assert not same_subject(("t", 7), ("t", 8))
    assert not same_subject(("t", 7), ("u", 7))
