"""Set, clear, find: the cookie a browser keeps, and no other."""

from __future__ import annotations

import string
from http.cookies import SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind._tokens import new_session_id, new_session_token
from rescind.errors import ConfigurationError
from rescind.transport.cookie import (
    AMBIGUOUS,
    MAX_COOKIE_BYTES,
    CookiePolicy,
    CookieTooLarge,
    OncePerHost,
    cookie_headers,
    dev_refusal,
    drop_warning,
    find_cookie,
    is_loopback_host,
    set_cookie,
)

HOST = CookiePolicy()
DEV = CookiePolicy.dev()
OCTETS = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '",;\\')
values = st.text(OCTETS, min_size=1, max_size=200)


def parts(header: str) -> tuple[str, set[str]]:
    pair, *attributes = header.split("; ")
    return pair, set(attributes)


def test_the_default_cookie_is_the_one_the_documentation_shows() -> None:
    assert parts(set_cookie(HOST, "t")) == (
        "__Host-rescind=t",
        {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"},
    )


def test_the_development_cookie_differs_in_name_and_secure_only() -> None:
    assert parts(set_cookie(DEV, "t")) == ("rescind-dev=t", {"Path=/", "HttpOnly", "SameSite=Lax"})


policies = st.sampled_from([HOST, DEV, CookiePolicy("__Secure-a"), CookiePolicy(same_site="Strict")])


@given(policies, values, st.none() | st.integers(1, 10**9))
def test_clearing_uses_the_attributes_of_setting(policy: CookiePolicy, value: str, age: int | None) -> None:
    """M1: otherwise the browser keeps the cookie and the user stays signed in."""
    lifetime = {"Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", f"Max-Age={age}"}
    set_pair, set_attributes = parts(set_cookie(policy, value, age))
    clear_pair, clear_attributes = parts(set_cookie(policy, None))
    assert set_pair == f"{policy.name}={value}"
    assert clear_pair == f"{policy.name}="
    assert set_attributes - lifetime == clear_attributes - lifetime
    assert "Max-Age=0" in clear_attributes
    assert not any(a.lower().startswith("domain") for a in set_attributes)


@given(policies, values, st.lists(st.tuples(values, values), max_size=4), st.integers(0, 4))
def test_round_trip_among_other_cookies(
    policy: CookiePolicy, value: str, others: list[tuple[str, str]], position: int
) -> None:
    jar = [f"{name}={other}" for name, other in others if f"{name}={other}".partition("=")[0] != policy.name]
    pair = parts(set_cookie(policy, value))[0]
    jar.insert(position, pair)
    assert find_cookie(policy, "; ".join(jar).encode()) == value.encode()


@given(st.text(OCTETS.replace("=", "") + string.ascii_letters, min_size=1, max_size=50))
def test_the_standard_library_reads_what_we_set(value: str) -> None:
    morsel = SimpleCookie(set_cookie(HOST, value, 60))["__Host-rescind"]
    assert (morsel.value, morsel["path"], morsel["samesite"], morsel["max-age"]) == (value, "/", "Lax", "60")
    assert morsel["secure"] and morsel["httponly"] and not morsel["domain"]


@given(st.text(max_size=30))
def test_a_value_is_set_whole_or_not_at_all(value: str) -> None:
    """No value can end the line, end the pair or add an attribute."""
    try:
        header = set_cookie(HOST, value)
    except ValueError:
        assert not value or set(value) - set(OCTETS)
    else:
        assert header == f"__Host-rescind={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
        assert not set(value) - set(OCTETS)


@pytest.mark.parametrize(
    "value", ["", "a\r\nSet-Cookie: x=y", "a\n", "a;b", "a b", 'a"', "a,b", "a\\b", "é", "\x00"]
)
def test_a_value_no_cookie_may_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="__Host-rescind") as refused:
        set_cookie(HOST, value)
    assert len(value) < 2 or value not in str(refused.value)


@given(st.integers(MAX_COOKIE_BYTES - 40, MAX_COOKIE_BYTES + 40), policies)
def test_4096_bytes_fit_and_one_more_does_not(size: int, policy: CookiePolicy) -> None:
    """V3.3.5: oversize raises before the response, never truncates."""
    value = "x" * size
    if len(policy.name) + size <= MAX_COOKIE_BYTES:
        assert value in set_cookie(policy, value)
    else:
        with pytest.raises(CookieTooLarge, match=str(MAX_COOKIE_BYTES)):
            set_cookie(policy, value)


@pytest.mark.parametrize("max_age", [0, -1])
def test_a_lifetime_that_clears_is_not_set_by_accident(max_age: int) -> None:
    with pytest.raises(ValueError, match="value=None"):
        set_cookie(HOST, "t", max_age)


def test_a_real_token_fits() -> None:
    token = new_session_token(new_session_id())
    assert find_cookie(HOST, set_cookie(HOST, token).split("; ")[0].encode()) == token.encode()


@pytest.mark.parametrize("value", ["t", None])
def test_a_cookie_never_travels_without_no_store_and_vary(value: str | None) -> None:
    """CVE-2023-30861."""
    headers = dict(cookie_headers(HOST, value, None))
    assert headers["cache-control"] == "no-store"
    assert headers["vary"] == "Cookie"
    assert headers["set-cookie"] == set_cookie(HOST, value)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"", None),
        (b"a=b", None),
        (b"__Host-rescind=", None),
        (b"__Host-rescind=t", b"t"),
        (b"a=b;__Host-rescind=t;c=d", b"t"),
        (b"a=b ;\t __Host-rescind=t \t; c=d", b"t"),
        (b"a=__Host-rescind=t", None),
        (b"x__Host-rescind=t", None),
        (b"a b __Host-rescind=t", None),
        (b"__host-rescind=t", None),
        (b"__Host-rescind =t", None),
        (b"=__Host-rescind=t", None),
        (b"__Host-rescind=t; __Host-rescind=t", b"t"),
        (b"__Host-rescind=t; __Host-rescind=", b"t"),
        (b"__Host-rescind=t; =__Host-rescind=evil", b"t"),
        (b"__Host-rescind=t; __Host-rescind=u", AMBIGUOUS),
        (b"__Host-rescind=t; a=b; __Host-rescind=u; __Host-rescind=t", AMBIGUOUS),
        (b"__Host-rescind=a=b", b"a=b"),
    ],
)
def test_finding(line: bytes, found: object) -> None:
    """A nameless cookie is not ours (CVE-2023-23934); two values are nobody's."""
    assert find_cookie(HOST, line) == found


@given(
    st.lists(st.sampled_from(["__Host-rescind=a", "__Host-rescind=b", "x=__Host-rescind=a", " ", "=", "q"]))
)
def test_the_fast_search_agrees_with_the_plain_one(pieces: list[str]) -> None:
    line = ";".join(pieces).encode()
    plain = {
        pair.strip(b" \t")[len(HOST.needle) :]
        for pair in line.split(b";")
        if pair.strip(b" \t").startswith(HOST.needle)
    }
    expected = AMBIGUOUS if len(plain) > 1 else next(iter(plain), None)
    assert find_cookie(HOST, line) == expected


@pytest.mark.parametrize(
    ("settings", "mend"),
    [
        ({"name": "session"}, "__Host-session"),
        ({"name": "a;b"}, "token"),
        ({"name": "__Host-a\n"}, "token"),
        ({"name": ""}, "token"),
        ({"name": "__Host-a", "secure": False}, "dev"),
        ({"name": "__host-a"}, "__Host-"),
        ({"same_site": "None"}, "Lax"),
    ],
)
def test_a_cookie_that_cannot_work_is_refused_with_the_mend(settings: dict[str, object], mend: str) -> None:
    with pytest.raises(ConfigurationError, match=mend):
        CookiePolicy(**settings)  # type: ignore[arg-type]


def test_the_development_cookie_stays_in_development() -> None:
    assert dev_refusal(DEV, production=False, scheme="http") is None
    assert "RESCIND_COOKIE" in str(dev_refusal(DEV, production=True, scheme="http"))
    assert "HTTPS" in str(dev_refusal(DEV, production=False, scheme="https"))
    assert dev_refusal(HOST, production=True, scheme="https") is None


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("[::1]", True),
        ("notes-django.localhost:80", True),
        ("localhost.example.org", False),
        ("notlocalhost", False),
        ("example.org:8000", False),
        ("[::2]:8000", False),
        ("", False),
    ],
)
def test_plain_http_works_on_loopback_only(host: str, loopback: bool) -> None:
    assert is_loopback_host(host) is loopback
    warning = drop_warning(HOST, scheme="http", host=host)
    assert (warning is None) is loopback
    assert drop_warning(HOST, scheme="https", host=host) is None
    assert drop_warning(DEV, scheme="http", host=host) is None


def test_the_warning_says_what_to_do_and_quotes_only_a_host_name() -> None:
    text = str(drop_warning(HOST, scheme="http", host="shop.example:8000"))
    assert "shop.example" in text
    assert 'the browser will drop this cookie: use https, http://localhost:PORT, or cookie="dev"' in text
    forged = str(drop_warning(HOST, scheme="http", host="x\nWARNING all is well"))
    assert "\n" not in forged
    assert "all is well" not in forged


def test_one_warning_for_each_host_and_never_too_many() -> None:
    hosts = OncePerHost(limit=3)
    assert [hosts.first(h) for h in ("a:1", "A:2", "b", "a", "c", "d", "e")] == [
        True, False, True, False, True, False, False,
    ]  # fmt: skip
