"""The Fetch Metadata rule: outcomes for what browsers, old browsers and programs send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescind.errors import ConfigurationError
from rescind.transport.csrf import CsrfPolicy, check_csrf, is_unsafe, normal_origin, own_origin
from rescind.transport.message import RequestFacts

OWN = "https://app.example"
TRUSTED = "https://admin.example"
EVIL = "https://evil.example"
POLICY = CsrfPolicy.of([TRUSTED])


def request(
    site: str | None = None, origin: str | None = None, *, scheme: str = "https", host: str = "app.example"
) -> RequestFacts:
    headers = [(b"host", host.encode())]
    headers += [(b"sec-fetch-site", site.encode())] if site is not None else []
    headers += [(b"origin", origin.encode())] if origin is not None else []
    return RequestFacts("POST", scheme, host, "/", tuple(headers))


@pytest.mark.parametrize(
    ("site", "origin", "check"),
    [
        ("same-origin", OWN, None),
        ("same-origin", None, None),
        ("none", None, None),
        ("same-site", None, "sec-fetch-site"),
        ("cross-site", None, "sec-fetch-site"),
        ("cross-site", EVIL, "sec-fetch-site"),
        ("cross-site", "null", "sec-fetch-site"),
        ("cross-site", OWN, "sec-fetch-site"),
        ("cross-site", TRUSTED, None),
        ("same-site", TRUSTED, None),
        ("same-site", TRUSTED + ".evil.example", "sec-fetch-site"),
        ("Same-Origin", EVIL, "sec-fetch-site"),
        ("", EVIL, "sec-fetch-site"),
        ("anything", None, "sec-fetch-site"),
        (None, None, None),
        (None, OWN, None),
        (None, OWN.upper(), None),
        (None, OWN + ":443", None),
        (None, TRUSTED, None),
        (None, EVIL, "origin"),
        (None, "null", "origin"),
        (None, "", "origin"),
        (None, OWN + ":8443", "origin"),
        (None, OWN + ".evil.example", "origin"),
        (None, OWN + "@evil.example", "origin"),
        (None, "http://app.example", "origin"),
        (None, OWN + "/", "origin"),
        (None, "https://evil.example/app.example", "origin"),
    ],
)
def test_who_may_send_on_our_cookie(site: str | None, origin: str | None, check: str | None) -> None:
    failure = check_csrf(request(site, origin), POLICY)
    assert (failure.check if failure else None) == check


@given(
    st.text(st.characters(codec="latin-1"), max_size=20), st.text(st.characters(codec="latin-1"), max_size=30)
)
def test_nothing_but_the_named_values_passes(site: str, origin: str) -> None:
    passes = check_csrf(request(site, origin), POLICY) is None
    trusted = normal_origin(origin.strip(" \t")) == TRUSTED
    assert passes == (site.strip(" \t") in {"same-origin", "none"} or trusted)


def test_a_header_sent_twice_does_not_pass_by_its_better_half() -> None:
    for order in ((b"same-origin", b"cross-site"), (b"cross-site", b"same-origin")):
        headers = tuple((b"sec-fetch-site", value) for value in order)
        failure = check_csrf(RequestFacts("POST", "https", "app.example", "/", headers), POLICY)
        assert failure is not None
    headers = ((b"origin", OWN.encode()), (b"origin", EVIL.encode()))
    assert check_csrf(RequestFacts("POST", "https", "app.example", "/", headers), POLICY) is not None


@pytest.mark.parametrize("host", ["", "evil.example/", "a b", "app.example@evil.example", "app.example:"])
def test_without_a_usable_host_nothing_is_our_own_origin(host: str) -> None:
    facts = request(None, f"https://{host}", host=host)
    assert own_origin(facts) is None
    failure = check_csrf(facts, POLICY)
    assert failure is not None
    assert failure.check == "origin"


@pytest.mark.parametrize(
    ("scheme", "host", "origin"),
    [
        ("http", "localhost:8000", "http://localhost:8000"),
        ("http", "[::1]:8000", "http://[::1]:8000"),
        ("http", "app.example:80", "http://app.example"),
        ("https", "app.example:443", "https://app.example"),
        ("https", "app.example:0443", "https://app.example:443"),
        ("https", "app.example:80", "https://app.example:80"),
    ],
)
def test_own_origin_is_written_as_browsers_write_it(scheme: str, host: str, origin: str) -> None:
    assert own_origin(request(scheme=scheme, host=host)) == origin


def test_a_refusal_says_when_an_undeclared_proxy_is_the_cause() -> None:
    failure = check_csrf(request(None, OWN, scheme="http"), POLICY)
    assert failure is not None
    assert "trusted_proxies" in failure.detail
    elsewhere = check_csrf(request(None, EVIL, scheme="http"), POLICY)
    assert elsewhere is not None
    assert "trusted_proxies" not in elsewhere.detail


@given(st.sampled_from(["cross-site", None]), st.text(st.characters(codec="ascii"), min_size=9, max_size=30))
def test_a_refusal_quotes_nothing_of_the_client(site: str | None, text: str) -> None:
    failure = check_csrf(request(site, "https://" + text), POLICY)
    if failure is not None:
        assert text not in failure.detail


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_methods(method: str) -> None:
    assert not is_unsafe(RequestFacts(method, "https", "a", "/", ()))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "get", ""])
def test_every_other_method_is_unsafe(method: str) -> None:
    assert is_unsafe(RequestFacts(method, "https", "a", "/", ()))


def test_a_websocket_handshake_is_unsafe() -> None:
    assert is_unsafe(RequestFacts("GET", "https", "a", "/", (), websocket=True))


def test_trusted_origins_are_normalised() -> None:
    assert CsrfPolicy.of(["HTTPS://Admin.Example:443/"]) == CsrfPolicy(frozenset({TRUSTED}))


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "*",
        "admin.example",
        "https://*.example",
        "https://admin.example/path",
        "ftp://a",
        "",
        "https://a\n",
    ],
)
def test_an_entry_that_is_no_origin_is_refused_at_start(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="trusted_origins"):
        CsrfPolicy.of([origin])


def test_one_origin_as_a_string_is_refused_at_start() -> None:
    with pytest.raises(ConfigurationError, match="list"):
        CsrfPolicy.of(TRUSTED)
